"""A task as training sees it: rows to learn from, a dev part to choose by, targets; and what was learnt as answers."""

import numpy as np
import numpy.typing as npt

from analysis.members import rarest
from analysis.number import CannotAnalyze
from analysis.task import Split, Task
from analysis.tasks.answers import MOST_SCORES, Answers, ClassAnswers, SetAnswers, ValueAnswers
from analysis.tasks.context import learnt
from analysis.tasks.splits import labels_of_pairs
from analysis.tasks.splits import split as share_out
from models.finetuning.settings import Parts, Targets, Tuned

DEV_SHARE = 0.1  # of the training samples


def parts_of(task: Task, split: Split) -> Parts:
    """The rows to learn from, to choose the epoch by, and to be asked."""
    units = np.arange(len(task.pairs.scores)) if task.pairs is not None else task.units
    tested = units[split.test]
    dev = split.dev if split.dev is not None else _spared(task, split, units)
    dev = dev[~np.isin(units[dev], tested)]
    if task.kind == "categorical":
        dev = dev[np.isin(task.labels.codes[dev], task.labels.codes[split.train])]
    return Parts(np.setdiff1d(split.train, dev), dev, split.test)


def _spared(task: Task, split: Split, units: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A tenth of the training samples."""
    labels = task.labels if task.members is None else rarest(task.labels, task.members)
    labels = labels if task.pairs is None else labels_of_pairs(task.pairs)
    return share_out(labels, units, split.seed, rows=split.train, share=DEV_SHARE).test


def targets_of(task: Task, split: Split) -> Targets:
    """What is learnt: codes of the classes in train, sets of labels, or numbers."""
    if task.members is not None:
        return Targets("labels", task.members.has, len(task.members.names))
    if task.kind == "categorical":
        classes = learnt(task, split)
        place = np.full(len(task.labels.classes), -1, np.int64)
        place[classes] = np.arange(len(classes))
        return Targets("classes", np.where(task.labels.known, place[task.labels.codes], -1), len(classes))
    values = task.labels.values if task.pairs is None else task.pairs.scores
    if np.ptp(values[split.train]) == 0 or np.ptp(values[split.test]) == 0:
        raise CannotAnalyze(f"The numbers of {task.name!r} do not vary among the samples to learn from, or to ask.")
    return Targets("numbers", values, 1)


def answers_of(task: Task, split: Split, tuned: Tuned) -> Answers:
    """What the trained network says, as answers that can be judged."""
    from scipy.special import expit, softmax

    if task.members is not None:
        return SetAnswers(split.test, task.members.has[split.test], tuned.outputs > 0, expit(tuned.outputs))
    if task.kind != "categorical":
        values = task.labels.values if task.pairs is None else task.pairs.scores
        return ValueAnswers(split.test, values[split.test], tuned.outputs[:, 0].astype(np.float64))
    classes, count = learnt(task, split), len(task.labels.classes)
    scores = np.zeros((len(split.test), count), np.float32) if len(split.test) * count <= MOST_SCORES else None
    if scores is not None:
        scores[:, classes] = softmax(tuned.outputs, axis=1)
    truth = task.labels.codes[split.test].astype(np.int64)
    return ClassAnswers(split.test, truth, classes[tuned.outputs.argmax(axis=1)], scores)
