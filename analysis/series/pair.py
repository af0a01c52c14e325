"""Two spaces of a study beside references: what an untrained model and counting words would give."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ask import Ask
from analysis.labels import Labels
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.plan import pairs_of
from analysis.spaces import SpaceOf
from analysis.study import CheckpointSpec

MOST = 50  # samples in a table
BY_CLASS = 60  # classes in one
WITHOUT_WEIGHTS = ("tfidf", "numeric", "vectors")  # families that were never trained, or not that we know


@dataclass(frozen=True)
class Reference:
    """One of the two compared with a control: random weights or TF-IDF."""

    space: str
    control: str
    number: Number


def ask_of(pipeline: Pipeline, a: str, b: str, measure: str = "") -> Ask:
    """The comparison of two spaces: the study's own where it names the pair, else in its order; so made once."""
    for ask in pairs_of(pipeline):
        if set(ask.spaces) == {a, b}:
            return replace(ask, name=measure)
    order = [space.name for space in pipeline.spaces()]
    first, second = sorted((a, b), key=order.index)
    return Ask("comparison", measure, first, second)


def is_control(space: SpaceOf) -> bool:
    """Whether a space says what a space is like that learnt nothing: random weights, or counted words."""
    return space.checkpoint.init == "random" or space.checkpoint.family == "tfidf"


def is_trained(space: SpaceOf) -> bool:
    """Whether a space is of pre-trained weights: no control, no weights made by statistics, no columns or vectors."""
    return was_trained(space.checkpoint)


def was_trained(checkpoint: CheckpointSpec) -> bool:
    """The same of a checkpoint."""
    return checkpoint.init == "pretrained" and checkpoint.family not in WITHOUT_WEIGHTS


def twins_of(space: SpaceOf, spaces: Sequence[SpaceOf]) -> list[SpaceOf]:
    """The same layer of the same model with random weights, transformed likewise; one for each seed of them."""
    if space.checkpoint.init == "random":
        return []
    return [one for one in spaces if one.checkpoint.init == "random" and _place(one) == _place(space)]


def _place(space: SpaceOf) -> tuple[object, ...]:
    own = space.checkpoint
    return own.model, own.architecture, own.transform, space.layer


def references(pipeline: Pipeline, a: str, b: str, number: str) -> list[Reference]:
    """What the same number is between either space and each control of the study, where it was computed."""
    found = []
    for control in pipeline.spaces():
        if not is_control(control) or control.name in (a, b):
            continue
        for space in (a, b):
            result = pipeline.find(ask_of(pipeline, space, control.name))
            cell = None if result is None else result.numbers.get(number)
            if cell is not None and cell.value is not None:
                found.append(Reference(space, control.name, cell))
    return found


def weighed(cell: Number, known: Sequence[Reference], same: float) -> str:
    """How a pair stands beside its references: a sentence, empty where there are none."""
    if cell.value is None or not known:
        return ""
    values = [one.number.value for one in known if one.number.value is not None]
    sign = 1 if same == 1 else -1
    beats = [sign * cell.value > sign * value for value in values]
    names = ", ".join(dict.fromkeys(one.control for one in known))
    if all(beats):
        return f"More alike than either is to {names}."
    if not any(beats):
        return f"No more alike than either is to {names}."
    return f"More alike than some of the comparisons with {names}, less than others."


def changed(ids: Sequence[str], change: npt.NDArray[np.float64], *, most: bool) -> pd.DataFrame:
    """The samples whose neighbours changed most, or least: row, id and the share of neighbours that differ."""
    order = np.argsort(-change if most else change, kind="stable")[:MOST]
    return pd.DataFrame({"row": order, "id": [ids[row] for row in order], "change": change[order]})


def by_class(labels: Labels, change: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Mean change of each class, the most changed first; no rows where the labels are numbers."""
    if labels.kind != "categorical":
        return pd.DataFrame({"class": [], "change": [], "n": []})
    counts = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.classes))
    sums = np.bincount(labels.codes[labels.codes >= 0], change[labels.codes >= 0], minlength=len(labels.classes))
    table = pd.DataFrame({"class": labels.classes, "change": sums / np.maximum(counts, 1), "n": counts})
    return table[table["n"] > 0].sort_values("change", ascending=False, kind="stable").head(BY_CLASS)
