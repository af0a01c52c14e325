"""Whether a sample's neighbours know its label: k nearest neighbours, nothing learnt.

Where the task is a column of the samples, each is left out and asked of the others on the space's own graph, without
those of its own unit (its repeats, its group). Where train and test are given, the training samples answer. The class
with most of the k votes is named, of several the nearest; a number is foretold by its neighbours' mean.
"""

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze
from analysis.plugin import NEIGHBOR_STRETCH, TaskMethod
from analysis.space import EmbeddingSpace
from analysis.task import Task
from analysis.tasks.answers import MOST_SCORES, Answers, ClassAnswers, ValueAnswers
from analysis.tasks.context import Answered, Context, learnt, splits_of
from analysis.tasks.nearest import nearest_known

CHUNK = 1 << 22  # votes counted at a time


def answer(space: EmbeddingSpace, task: Task, context: Context) -> Answered:
    near = nearest_known(space, task, context, context.k)
    if not len(near.rows):
        raise CannotAnalyze(f"No neighbour of a labelled sample has a label of {task.name!r}.")
    notes = (f"{near.alone:,} samples have no labelled neighbour and are not asked.",) if near.alone else ()
    if task.labels.kind == "numeric":
        around = np.where(near.found >= 0, task.labels.values[near.found], np.nan)
        foretold = np.nanmean(around, axis=1)
        return Answered([ValueAnswers(near.rows, task.labels.values[near.rows], foretold)], notes=notes)
    if task.given:
        learnt(task, splits_of(task)[0])
    found: Answers = _classes(task, near.rows, near.found)
    return Answered([found], notes=notes)


def _classes(task: Task, rows: npt.NDArray[np.int64], near: npt.NDArray[np.int64]) -> ClassAnswers:
    count, codes = len(task.labels.classes), task.labels.codes.astype(np.int64)
    known = codes[task.labels.known]
    if known.min() == known.max():
        raise CannotAnalyze(f"Task {task.name!r} has one class, so there is nothing to tell apart.")
    shares = np.empty((len(rows), count), np.float32) if len(rows) * count <= MOST_SCORES else None
    named = np.empty(len(rows), np.int64)
    step = max(1, CHUNK // count)
    for begin in range(0, len(rows), step):
        part = near[begin : begin + step]
        votes = np.where(part >= 0, codes[part], count)
        place = np.arange(len(part))[:, None] * (count + 1) + votes
        table = np.bincount(place.ravel(), minlength=len(part) * (count + 1)).reshape(len(part), count + 1)[:, :count]
        of_each = np.append(table, np.zeros((len(part), 1), table.dtype), axis=1)[np.arange(len(part))[:, None], votes]
        leads = (of_each == table.max(axis=1)[:, None]).argmax(axis=1)  # the nearest of a leading class
        named[begin : begin + step] = votes[np.arange(len(part)), leads]
        if shares is not None:
            shares[begin : begin + step] = table / table.sum(axis=1, keepdims=True)
    return ClassAnswers(rows, codes[rows], named, shares)


TASK_METHOD = TaskMethod(
    name="knn",
    title="Nearest neighbours",
    question="Do a sample's neighbours know its label?",
    version=1,
    answer=answer,
    describe={
        "accuracy": "Share of samples whose class has most votes among the k nearest.",
        "macro_f1": "Mean over classes of the harmonic mean of precision and recall.",
        "auroc": "Chance that a sample of a class has more votes for it than one of another, mean over classes.",
        "mcc": "Matthews' correlation of named and true classes.",
        "spearman": "Rank correlation of a sample's number with the mean of its k nearest.",
    },
    targets=("categorical", "numeric"),
    neighbors=True,
    stretch=NEIGHBOR_STRETCH,
)
