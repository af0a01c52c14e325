"""How much a linear reader finds from 1, 2, 4 … examples of each class: the curve that fine-tuning starts from.

Per seed, the examples are drawn among the training samples, 8 times where there is one of each class, 4 times two, and
so on, for luck weighs most there; a class with fewer samples gives what it has, and the curve ends where half of the
classes would. Vectors are scaled by
the examples' root mean square length and the penalty stays at C = 10: so few samples choose none. Numbers are called
`accuracy@4`, four being the examples of each class.
"""

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze
from analysis.plugin import TaskMethod
from analysis.space import EmbeddingSpace
from analysis.task import Split, Task
from analysis.tasks.answers import ClassAnswers, Joined
from analysis.tasks.context import Answered, Context, learnt
from analysis.tasks.logistic import fit_path
from analysis.tasks.rotated import rotated

MOST = 64  # shots
DRAWS = 8  # of one example of each class
PENALTY = 10.0
PRECISION = 0.03


def answer(space: EmbeddingSpace, task: Task, context: Context) -> Answered:
    if task.why:
        raise CannotAnalyze(task.why)
    shots = shots_of(task)
    answers = []
    for number, split in enumerate(task.splits):
        context.report(number, len(task.splits), f"few shots of {space.name} on {task.name}, seed {split.seed}")
        found = []
        for count in shots:
            for draw in range(max(1, DRAWS // count)):
                order = np.random.default_rng([split.seed, 59, draw]).permutation(split.train)
                found.append(_at(space, task, split, of_each(task.labels.codes, order, count), count))
        answers.append(Joined(split.test, tuple(found)))
    few = len(answers) < 3
    return Answered(answers, notes=("Fewer than three seeds: how much the examples drawn matter is unknown.",) * few)


def shots_of(task: Task) -> list[int]:
    """1, 2, 4 … up to what half of the classes have in every training set."""
    halves = []
    for split in task.splits:
        counts = np.unique(task.labels.codes[split.train], return_counts=True)[1]
        learnt(task, split)
        halves.append(int(np.median(counts)))
    return [1 << power for power in range(MOST.bit_length()) if 1 << power <= max(1, min(halves))]


def of_each(codes: npt.NDArray[np.integer], order: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """The first rows of each class in an order, at most `count` of each.

    >>> of_each(np.array([0, 1, 0, 0, 1]), np.array([4, 3, 2, 0, 1]), 1).tolist()
    [3, 4]
    """
    by_class = order[np.argsort(codes[order], kind="stable")]
    own = codes[by_class]
    place = np.arange(len(own)) - np.searchsorted(own, own)
    found: npt.NDArray[np.int64] = by_class[place < count]
    return found


def _at(space: EmbeddingSpace, task: Task, split: Split, rows: npt.NDArray[np.int64], count: int) -> ClassAnswers:
    seen = rotated(space.vectors[rows])
    if seen is None:
        raise CannotAnalyze(f"All training vectors of {space.name!r} coincide, so nothing can be read from them.")
    classes, codes = np.unique(task.labels.codes[rows], return_inverse=True)
    fit = fit_path(seen.rows, codes, len(classes), seen.squares, [PENALTY], tolerance=PRECISION)[0]
    named = classes[fit.logits(seen.turned(space.vectors[split.test])).argmax(axis=1)]
    truth = task.labels.codes[split.test].astype(np.int64)
    return ClassAnswers(split.test, truth, named.astype(np.int64), suffix=f"@{count}", ranking=False)


TASK_METHOD = TaskMethod(
    name="few_shot",
    title="Few shots",
    question="How much does a linear reader find from a few examples of each class?",
    version=1,
    answer=answer,
    describe={
        "accuracy": "Share of test samples whose class is named after so many examples of each.",
        "macro_f1": "Mean over classes of the harmonic mean of precision and recall.",
        "mcc": "Matthews' correlation of named and true classes.",
    },
)
