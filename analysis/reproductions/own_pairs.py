"""Tasks of the user's own in the matrix: files of lines `input<TAB>target`, kept under what they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis.datasets.fingerprints import hash_of_file
from analysis.recipe import Recipe
from analysis.registry import sequence_tasks
from analysis.reproductions.synthetic_data import Data
from analysis.sequences.pairs_file import read_pairs
from analysis.store import Store
from models.errors import BadInput, Failed
from models.place import Place

VERSION = 1
FEWEST: Mapping[str, int] = {"train": 20, "dev": 4, "test": 8}  # pairs that fit; with fewer a score says nothing


@dataclass(frozen=True)
class OwnTask:
    """A task called as its file is; `key`: the hash of what that holds."""

    name: str
    key: str


def own_tasks(paths: Sequence[str], place: Place) -> tuple[OwnTask, ...]:
    """The tasks of a study; BadInput where two are called the same."""
    found: dict[str, OwnTask] = {}
    for path in paths:
        file = place.resolve(path, "pairs of [benefit]")
        if file.stem in found or file.stem in sequence_tasks():
            raise BadInput(f"two tasks of [benefit] are called {file.stem!r}; rename the file {path!r}.")
        found[file.stem] = OwnTask(file.stem, hash_of_file(file))
    return tuple(found.values())


def keep(paths: Sequence[str], place: Place, store: Store) -> None:
    """Read the files that are not kept yet; BadInput names the line that is no pair."""
    for path, task in zip(paths, own_tasks(paths, place), strict=True):
        if store.get(_recipe(task)) is None:
            table = pairs_in(place.resolve(path, "pairs of [benefit]"))
            store.put(_recipe(task), content={"pairs": len(table)}, tables={"pairs": table})


def pairs_in(file: Path) -> pd.DataFrame:
    """A row a pair: part, input, target."""
    split = read_pairs(file)
    rows = [(part, *pair) for part in ("train", "dev", "test") for pair in getattr(split, part)]
    return pd.DataFrame(rows, columns=["part", "input", "target"])


def with_own(data: Data, tasks: Sequence[OwnTask], store: Store) -> Data:
    """The data with the pairs of these tasks; Failed where they were never kept."""
    tables = [data.pairs]
    for task in tasks:
        artifact = store.get(_recipe(task))
        if artifact is None:
            raise Failed(f"the pairs of {task.name!r} are not in the cache any more; run again to read them.")
        tables.append(artifact.table("pairs").assign(task=task.name))
    return replace(data, pairs=pd.concat(tables, ignore_index=True)) if tasks else data


def check_fits(data: Data, tasks: Sequence[OwnTask], cut: tuple[int, int]) -> None:
    """BadInput where too few pairs of a part are short enough for the network."""
    from models.pretraining.sequence_batches import Cut

    for task in tasks:
        for part, fewest in FEWEST.items():
            count = len(data.records(task.name, part, Cut(*cut), fewest))
            if count < fewest:
                raise BadInput(
                    f"{count} pairs of {task.name!r} fit in {cut[0]} tokens of input and {cut[1]} of target in the part"
                    f" {part!r}, and {fewest} are asked for; give more or shorter ones."
                )


def _recipe(task: OwnTask) -> Recipe:
    return Recipe("sequence_pairs", VERSION, {}, {"file": task.key})
