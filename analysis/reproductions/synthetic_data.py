"""What the matrix of synthetic pre-training reads: a vocabulary, text and pairs, all of installed source code, kept.

The vocabulary is learnt from, and natural pre-training reads, files that no task is made of.
"""

import platform
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.datasets.pydocs_read import installed
from analysis.recipe import Recipe
from analysis.registry import sequence_tasks
from analysis.sequences.sources import MORE, corpus, splits
from analysis.store import Store

if TYPE_CHECKING:
    from models.pretraining.sequence_batches import Cut
    from models.pretraining.synthetic.generator import Record

VERSION = 1
VOCABULARY = 1_024
LEARNT_FROM = 700  # files
TOKENS = 12_000_000


@dataclass(frozen=True, eq=False)
class Data:
    """`text`: tokens for natural pre-training; `pairs`: task, part, input, target."""

    vocabulary: str  # a tokenizer, as JSON
    text: npt.NDArray[np.integer]
    pairs: pd.DataFrame

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer."""
        from tokenizers import Tokenizer

        return Tokenizer.from_str(self.vocabulary)

    def records(self, task: str, part: str, cut: "Cut", most: int) -> "list[Record]":
        """The first pairs of a part that fit whole, as tokens."""
        from models.pretraining.synthetic.generator import Record

        rows = self.pairs[(self.pairs["task"] == task) & (self.pairs["part"] == part)]
        found: list[Record] = []
        for given, target in zip(rows["input"], rows["target"], strict=True):
            record = Record(self.tokenizer.encode(given).ids, self.tokenizer.encode(target).ids)
            if len(record.input) < cut.input and len(record.output) < cut.output:
                found.append(record)
            if len(found) == most:
                break
        return found

    def decode(self, ids: list[int]) -> str:
        """Tokens as text."""
        text: str = self.tokenizer.decode(ids)
        return text


def data_recipe() -> Recipe:
    """Its recipe: the versions of what it is read from."""
    tasks = {name: task.version for name, task in sequence_tasks().items()}
    said = {"vocabulary": VOCABULARY, "files": LEARNT_FROM, "tokens": TOKENS, "tasks": tasks}
    return Recipe("sequences", VERSION, said, _versions())


@cache
def _versions() -> dict[str, str]:
    versions = {name: number for name, (number, _) in installed().items()} | {"python": platform.python_version()}
    for name in MORE:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def data_kept(store: Store) -> Data | None:
    """The data where they are kept."""
    artifact = store.get(data_recipe())
    if artifact is None:
        return None
    return Data(artifact.content["tokenizer"], artifact.array("text"), artifact.table("pairs"))


def make_data(store: Store) -> Data:
    """Read the sources and keep what comes of them (two minutes on one core)."""
    from models.pretraining.text_tokens import learnt, tokens_of

    tokenizer = learnt(islice(corpus(), LEARNT_FROM), VOCABULARY)
    text = tokens_of(corpus(), tokenizer, most=TOKENS)
    rows = [
        (task, part, pair.input, pair.target)
        for task, found in splits(sequence_tasks()).items()
        for part, pairs in (("train", found.train), ("dev", found.dev), ("test", found.test))
        for pair in pairs
    ]
    table = pd.DataFrame(rows, columns=["task", "part", "input", "target"])
    content = {"tokenizer": tokenizer.to_str(), "pairs": len(rows), "tokens": len(text)}
    store.put(data_recipe(), content=content, arrays={"text": text}, tables={"pairs": table}, seconds=0.0)
    found = data_kept(store)
    assert found is not None
    return found
