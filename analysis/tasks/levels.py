"""What is reached without looking: the score of naming the commonest class of training for every sample that is asked.

Of several labels it is the commonest set of them. Every number is that of the answers themselves: accuracy is the
class's share of the samples asked, macro F1 its own F1 over the number of classes that occur, AUROC a half, for equal
scores rank nothing; Matthews' correlation, which a constant has not, counts as 0, as scikit-learn has it. A constant
ranks no numbers and finds no clusters, so that neither has such a level.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.number import Number
from analysis.task import Split, Task
from analysis.tasks.answers import MOST_SCORES, ClassAnswers, SetAnswers
from analysis.tasks.context import splits_of

EVERYONE = "|all"  # after a number's name, where every labelled sample is asked and the others are learnt from


def levels_of(task: Task) -> tuple[dict[str, Number], pd.DataFrame]:
    """Each number over the splits, and, where these are drawn, with every sample asked; the class of each split.

    CannotAnalyze says why where there are no splits.
    """
    splits = splits_of(task)
    numbers = _over(task, splits)
    if not task.given:
        labelled = np.flatnonzero(task.labels.known)
        whole = _over(task, [Split(0, labelled, labelled)])
        numbers |= {name + EVERYONE: number for name, number in whole.items()}
    classes = [task.labels.classes[_commonest(task, one)] for one in splits]
    return numbers, pd.DataFrame({"seed": [one.seed for one in splits], "class": classes})


def _over(task: Task, splits: Sequence[Split]) -> dict[str, Number]:
    """Each number, mean over splits; one that some split has not is left out."""
    found = [_always(task, one, _commonest(task, one)) for one in splits]
    n = len(np.unique(np.concatenate([one.test for one in splits])))
    means = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
    return {name: Number(value=value, n=n) for name, value in means.items() if np.isfinite(value)}


def _commonest(task: Task, split: Split) -> int:
    """The code of the class, or set of labels, that most training samples have; of several the first."""
    return int(np.bincount(task.labels.codes[split.train]).argmax())


def _always(task: Task, split: Split, code: int) -> dict[str, float]:
    """The numbers of naming one class for all that are asked."""
    asked, ones = split.test, np.ones((1, len(split.test)))
    if task.members is not None:
        has = task.members.has
        named = np.broadcast_to(has[split.train[task.labels.codes[split.train] == code][0]], (len(asked), has.shape[1]))
        sets = SetAnswers(asked, has[asked], named, np.zeros(named.shape, np.float32))
        return {name: float(values[0]) for name, values in sets.numbers(ones).items()}
    truth, count = task.labels.codes[asked].astype(np.int64), len(task.labels.classes)
    scores = np.zeros((len(asked), count), np.float32) if len(asked) * count <= MOST_SCORES else None
    found = ClassAnswers(asked, truth, np.full(len(asked), code, np.int64), scores).numbers(ones)
    return {name: float(values[0]) for name, values in found.items()} | {"mcc": 0.0}
