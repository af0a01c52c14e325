"""A task's own files: train, dev and test with a text and a label each, or pairs of texts with a score."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from analysis.dataset import Dataset
from analysis.datasets.matrix import numbers_of_texts
from analysis.datasets.roles import text_of
from analysis.datasets.table_file import Table, kernels_in_words, read_table
from analysis.study import TaskSpec
from analysis.task import Pairs
from models.errors import BadInput
from models.place import Place

Part = Literal["train", "dev", "test"]
PARTS: tuple[Part, ...] = ("train", "dev", "test")
PAIR = ("a", "b", "score")
SIDES = ("first text", "second text")  # columns that keep the two texts of a sample apart


def file_of(spec: TaskSpec, part: str, place: Place) -> Path:
    """The path of one of a task's files."""
    return place.resolve(getattr(spec, part), f"{part} of task {spec.name!r}")


def read_parts(spec: TaskSpec, place: Place) -> Dataset:
    """The samples of a task: every row of its files, in the order train, dev, test; or every text of its pairs.

    Where a sample is two texts, what encoders read is both, a line break between; they are kept apart beside it.
    """
    if spec.pairs:
        a, b, _ = _pairs(spec, place)
        texts = tuple(dict.fromkeys([*a, *b]))
        return Dataset(spec.name, texts, pd.DataFrame(index=pd.RangeIndex(len(texts))), texts=texts)
    ids, frames = [], []
    text = spec.text or "text"
    for part in PARTS:
        if not getattr(spec, part):
            continue
        path = file_of(spec, part, place)
        named: tuple[str, ...] = (text, spec.text_b) if spec.text_b else (text,)
        table = read_table(path, header=spec.header, columns=spec.columns, wanted=(*named, spec.label))
        if not table.rows:
            raise BadInput(f"{part} of task {spec.name!r} has no rows ({path.name!r}); give a file with samples in it.")
        with kernels_in_words(path.name):
            sides = [text_of(table, name, "text").to_pylist() for name in named]
            labels = text_of(table, spec.label, "label").to_pylist()
        for cells, name in zip(sides, named, strict=True):
            refuse_holes(cells, name, table)
        ids += [f"{part} {row}" for row in range(len(labels))]
        own = dict(zip(SIDES, sides, strict=True)) if spec.text_b else {}
        joined = ["\n".join(both) for both in zip(*sides, strict=True)]
        frames.append(
            pd.DataFrame({"text": joined, "part": part, **own, spec.label: pd.Series(labels, dtype="object")})
        )
    whole = pd.concat(frames, ignore_index=True)
    if spec.label in ("part", *SIDES):
        raise BadInput(f"the label column of task {spec.name!r} is called {spec.label!r}; rename it.")
    return Dataset(spec.name, tuple(ids), whole.drop(columns="text"), labels=(spec.label,), texts=list(whole["text"]))


def pair_rows(spec: TaskSpec, place: Place, dataset: Dataset) -> tuple[Pairs, int]:
    """The scored pairs as rows of the task's samples, and how many are left out for want of one."""
    a, b, scores = _pairs(spec, place)
    row = {text: i for i, text in enumerate(dataset.ids)}
    kept = [i for i in range(len(a)) if a[i] in row and b[i] in row]
    left, right = (np.array([row[side[i]] for i in kept], np.int64) for side in (a, b))
    return Pairs(left, right, scores[kept]), len(a) - len(kept)


def _pairs(spec: TaskSpec, place: Place) -> tuple[list[str], list[str], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    path = file_of(spec, "pairs", place)
    table = read_table(path, header=spec.header, columns=spec.columns, wanted=PAIR)
    names = PAIR if set(PAIR) <= set(table.names) else tuple(table.names[:3])
    if len(names) < 3:
        raise BadInput(f"pairs of task {spec.name!r} has {len(names)} columns; give two texts and a score.")
    with kernels_in_words(path.name):
        a, b, scores = (text_of(table, name, role).to_pylist() for name, role in zip(names, PAIR, strict=True))
    for cells, name in ((a, names[0]), (b, names[1])):
        refuse_holes(cells, name, table)
    return a, b, np.asarray(numbers_of_texts(scores, f"column {names[2]!r} of {path.name!r}"), np.float64)


def refuse_holes(cells: list[str | None], name: str, table: Table, what: str = "texts") -> None:
    """Refuse a column with empty cells, naming the first."""
    empty = [row for row, cell in enumerate(cells, 1) if cell is None or not cell.strip()]
    if empty:
        raise BadInput(
            f"column {name!r} of {table.name!r} has {len(empty)} empty {what} (first in row {empty[0]}); leave those"
            " rows out."
        )
