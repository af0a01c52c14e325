"""Sentences of installed packages' docstrings, and the topics that latent Dirichlet allocation finds in them."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.datasets.pydocs_read import installed, read_docs
from analysis.recipe import Recipe
from analysis.store import Store

FEWEST_WORDS, SHORTEST = 8, 40  # words, characters
KEPT_WORDS = 4  # words of a sentence that topics are told by
TOPICS = 15
VERSION = 1
END = re.compile(r"(?<=[.!?:])\s+|\n\s*\n|\n\s*-{3,}\s*\n|^\s*(?:>>>|\.\.\.).*$", re.MULTILINE)
LETTERS = re.compile(r"[^a-z]+")


@dataclass(frozen=True, eq=False)
class Topics:
    """Sentences with the probabilities (n, topics) of their topics."""

    sentences: Sequence[str]
    shares: npt.NDArray[np.floating]

    @cached_property
    def similar(self) -> Any:
        """Makes the TF-IDF vectors that near-duplicates are told by."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        return TfidfVectorizer(token_pattern=r"[a-z]+").fit(self.sentences)


def sentences_of(text: str) -> list[str]:
    """Its sentences, lower case, letters alone; those of 8 words and 40 characters at least.

    >>> sentences_of("Return it. The sum of all the numbers along the given axis is returned (see below).")
    ['the sum of all the numbers along the given axis is returned see below']
    """
    found = [" ".join(LETTERS.sub(" ", part.lower()).split()) for part in END.split(text)]
    return [one for one in found if len(one) >= SHORTEST and len(one.split()) >= FEWEST_WORDS]


def topics_kept(store: Store, *, make: bool = True) -> Topics | None:
    """The topics of this machine's packages; made now (about a minute) where they are not kept, if `make`."""
    recipe = Recipe("topics", VERSION, {"topics": TOPICS}, {name: said for name, (said, _) in installed().items()})
    artifact = store.get(recipe)
    if artifact is None:
        if not make:
            return None
        start, found = time.perf_counter(), topics_of_docs()
        shares = found.shares.astype(np.float32)
        seconds = time.perf_counter() - start
        store.put(recipe, content={"sentences": list(found.sentences)}, arrays={"shares": shares}, seconds=seconds)
        artifact = store.get(recipe)
        assert artifact is not None
    return Topics(artifact.content["sentences"], np.asarray(artifact.array("shares"), np.float64))


def topics_of_docs(topics: int = TOPICS, seed: int = 0) -> Topics:
    """Every sentence of the docstrings that enough words tell the topic of, with its topics."""
    from sklearn.decomposition import LatentDirichletAllocation
    from sklearn.feature_extraction.text import CountVectorizer

    docs = read_docs(tuple(folder for _, folder in installed().values()))
    unique = list(dict.fromkeys(one for doc in docs.kept for one in sentences_of(doc.text)))
    counting = CountVectorizer(min_df=20, max_df=0.05, token_pattern=r"[a-z]{3,}", stop_words="english")
    counts = counting.fit_transform(unique)
    rows = np.flatnonzero(np.asarray(counts.sum(axis=1)).ravel() >= KEPT_WORDS)
    model = LatentDirichletAllocation(
        topics, learning_method="online", max_iter=5, batch_size=1024, random_state=seed, n_jobs=1
    )
    return Topics([unique[row] for row in rows], model.fit_transform(counts[rows]))


def unlike(found: Topics, candidates: npt.NDArray[np.int64], count: int, *, most: float = 0.2) -> npt.NDArray[np.int64]:
    """The first `count` candidates in their order, without those that are near-duplicates of one kept before.

    Near-duplicates have a TF-IDF cosine of `most` or more; boilerplate in docstrings would tell the topic otherwise.
    """
    rows = found.similar.transform([found.sentences[row] for row in candidates])
    cosines = (rows @ rows.T).tocsr()
    taken = np.zeros(len(candidates), bool)
    for i in range(len(candidates)):
        near = cosines.indices[cosines.indptr[i] : cosines.indptr[i + 1]]
        close = cosines.data[cosines.indptr[i] : cosines.indptr[i + 1]] >= most
        if not taken[near[close & (near != i)]].any():
            taken[i] = True
            if taken.sum() == count:
                break
    return candidates[taken]
