"""The words that tell a group of texts from the other groups.

Class-based TF-IDF (Grootendorst, arXiv:2203.05794, equation 2): word t weighs in group c

    tf(t, c) log(1 + A / tf(t)),

tf(t, c) how often t stands in the texts of c as a share of the words of c, tf(t) how often in all groups, A the mean
number of words per group. English stop words, and words in more than half of the texts, are left out; of words with
the same five first letters one is told.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

VOCABULARY = 20_000  # most frequent words that are looked at
TOKEN = r"(?u)\b[^\W\d_]{3,}\b"
COMMON = 0.5  # share of texts
STEM = 5  # letters that two forms of a word share


def telling_words(
    texts: Sequence[str], groups_of: npt.NDArray[np.int64], *, groups: int, most: int
) -> list[tuple[str, ...]]:
    """At most `most` words for each of the groups 0 … groups - 1, the most telling first."""
    nothing: list[tuple[str, ...]] = [()] * groups
    counts, words = _counted(texts)
    if counts is None:
        return nothing
    from scipy.sparse import csr_matrix

    belongs = csr_matrix((np.ones(len(texts)), (groups_of, np.arange(len(texts)))), shape=(groups, len(texts)))
    held = (belongs @ counts).toarray()
    totals = held.sum(axis=1, keepdims=True)
    weights = held / np.maximum(totals, 1) * np.log1p(totals.mean() / np.maximum(held.sum(axis=0), 1))
    ranked = np.argsort(-weights, axis=1, kind="stable")[:, : 4 * most]
    told = [[words[t] for t in row if weights[group, t] > 0] for group, row in enumerate(ranked)]
    return [tuple(_different(row)[:most]) for row in told]


def _different(words: Sequence[str]) -> list[str]:
    """Words without those that are another form of one before.

    >>> _different(["filter", "filters", "window"])
    ['filter', 'window']
    """
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word[:STEM], word)
    return list(found.values())


def _counted(texts: Sequence[str]) -> tuple[object, list[str]]:
    """How often each word stands in each text, and the words; None where there is no word to count."""
    if not texts:
        return None, []
    from sklearn.feature_extraction.text import CountVectorizer

    rare = 2 if len(texts) > 100 else 1
    counter = CountVectorizer(
        token_pattern=TOKEN, stop_words="english", max_features=VOCABULARY, min_df=rare, max_df=COMMON
    )
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # no word is left
        return None, []
    return counts, counter.get_feature_names_out().tolist()
