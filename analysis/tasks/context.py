"""What a method is given besides space and task, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.knn_graph import KnnGraph, Metric
from analysis.number import CannotAnalyze
from analysis.progress import Progress, silent
from analysis.task import Split, Task
from analysis.tasks.answers import Answers
from models.encoder import EncoderRecipe
from models.finetuning.settings import FineTuning


@dataclass(frozen=True, eq=False)
class Context:
    """The study's `k` and `metric`, its seed, the kNN graph of the space where the method reads it, and who listens."""

    k: int
    metric: Metric
    seed: int = 0
    graph: KnnGraph | None = None
    report: Progress = silent


@dataclass(frozen=True, eq=False)
class Trainable:
    """What a method that trains is given in place of a space: the checkpoint behind it, and the task's texts.

    `texts`: one per row of the task's splits, of pairs also `others`. `folder`: where its work is kept meanwhile.
    """

    name: str
    recipe: EncoderRecipe
    texts: Sequence[str]
    others: Sequence[str] | None
    settings: FineTuning
    folder: Path


@dataclass(frozen=True, eq=False)
class Answered:
    """Answers of one method, one per seed (one alone where seeds change nothing); what it chose; sentences to add;
    further tables.
    """

    answers: Sequence[Answers]
    chosen: Mapping[str, Sequence[float]] = field(default_factory=dict)  # a column per choice, a row per seed
    notes: tuple[str, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def splits_of(task: Task) -> tuple[Split, ...]:
    """The splits of a task; CannotAnalyze says why where there are none to learn or ask from."""
    if task.why:
        raise CannotAnalyze(task.why)
    return task.splits[:1] if task.given else task.splits


def learnt(task: Task, split: Split) -> npt.NDArray[np.int64]:
    """The classes that stand in train, as codes; CannotAnalyze where fewer than two do."""
    found = np.unique(task.labels.codes[split.train]).astype(np.int64)
    if len(found) < 2:
        raise CannotAnalyze(f"The training samples of {task.name!r} hold one class, so there is nothing to tell apart.")
    return found
