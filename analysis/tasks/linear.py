"""How much of a label a linear reader finds: logistic regression for classes, ridge for numbers.

The penalty is chosen by five stratified folds of the training samples alone (units whole): the strongest of those
that name most samples right, or leave the smallest squared error; then all training samples are fitted. Vectors are
centered and divided by their root mean square length, so that penalties mean the same in every space. Of several
labels each has a reader and a penalty of its own and is named where its probability is above a half.
"""

import numpy as np

from analysis.number import CannotAnalyze
from analysis.plugin import TaskMethod
from analysis.space import EmbeddingSpace
from analysis.task import Members, Split, Task
from analysis.tasks.answers import Answers, ClassAnswers, SetAnswers, ValueAnswers
from analysis.tasks.chosen import AT_END, chosen_fit, chosen_ridge
from analysis.tasks.context import Answered, Context, learnt, splits_of
from analysis.tasks.logistic import probabilities
from analysis.tasks.rotated import Rotated, rotated
from analysis.tasks.splits import strata_of

CS = tuple(float(c) for c in 10.0 ** np.arange(-2, 4))
ALPHAS = tuple(float(a) for a in 10.0 ** np.arange(-4, 5))


def answer(space: EmbeddingSpace, task: Task, context: Context) -> Answered:
    answers: list[Answers] = []
    penalties = []
    splits = splits_of(task)
    for number, split in enumerate(splits):
        context.report(number, len(splits), f"linear reader of {space.name} on {task.name}, seed {split.seed}")
        seen = rotated(space.vectors[split.train])
        if seen is None:
            raise CannotAnalyze(f"All training vectors of {space.name!r} coincide, so nothing can be read from them.")
        if task.members is not None:
            found, penalty = _sets(space, task, split, seen, task.members)
        else:
            found, penalty = (_numbers if task.labels.kind == "numeric" else _classes)(space, task, split, seen)
        answers.append(found)
        penalties.append(penalty)
    name, grid = ("alpha", ALPHAS) if task.labels.kind == "numeric" else ("C", CS)
    ends = sum(penalty == grid[-1] for penalty in penalties)
    notes: tuple[str, ...] = (f"{name} = {grid[-1]:g}, {AT_END}, was chosen {ends} times.",) if ends else ()
    if task.given and len(task.seeds) > 1:
        notes += ("Train and test are given and the fit is exact, so there is one answer for all seeds.",)
    return Answered(answers, {name: penalties}, notes)


def _classes(space: EmbeddingSpace, task: Task, split: Split, seen: Rotated) -> tuple[Answers, float]:
    classes = learnt(task, split)
    codes = np.searchsorted(classes, task.labels.codes[split.train])
    fit = chosen_fit(seen, codes, len(classes), task.units[split.train], CS, seed=split.seed)
    shares = probabilities(fit.logits(seen.turned(space.vectors[split.test])))
    scores = np.zeros((len(split.test), len(task.labels.classes)), np.float32)
    scores[:, classes] = shares
    truth = task.labels.codes[split.test].astype(np.int64)
    return ClassAnswers(split.test, truth, classes[shares.argmax(axis=1)], scores), fit.c


def _sets(space: EmbeddingSpace, task: Task, split: Split, seen: Rotated, members: Members) -> tuple[Answers, float]:
    """A reader for each label; one that all or no training samples have is named for all or none."""
    asked = seen.turned(space.vectors[split.test])
    shares, penalties = np.empty((len(split.test), len(members.names))), []
    for label in range(len(members.names)):
        codes = members.has[split.train, label].astype(np.int64)
        if codes.min() == codes.max():
            shares[:, label] = codes[0]
            continue
        fit = chosen_fit(seen, codes, 2, task.units[split.train], CS, seed=split.seed)
        shares[:, label] = probabilities(fit.logits(asked))[:, 1]
        penalties.append(fit.c)
    if not penalties:
        raise CannotAnalyze(f"No label of {task.name!r} tells training samples apart: all have it, or none.")
    return SetAnswers(split.test, members.has[split.test], shares > 0.5, shares), float(np.median(penalties))


def _numbers(space: EmbeddingSpace, task: Task, split: Split, seen: Rotated) -> tuple[Answers, float]:
    values, strata = task.labels.values, strata_of(task.labels)
    if np.ptp(values[split.train]) == 0 or np.ptp(values[split.test]) == 0:
        raise CannotAnalyze(f"The numbers of {task.name!r} do not vary among the samples to learn from, or to ask.")
    fit = chosen_ridge(seen, values[split.train], strata[split.train], task.units[split.train], ALPHAS, seed=split.seed)
    foretold = fit.foretold(seen.turned(space.vectors[split.test]).astype(np.float64))
    return ValueAnswers(split.test, values[split.test], foretold), fit.alpha


TASK_METHOD = TaskMethod(
    name="linear",
    title="Linear probe",
    question="How much of the label does a linear reader find?",
    version=1,
    answer=answer,
    describe={
        "accuracy": "Share of test samples whose class, or whole set of labels, logistic regression names.",
        "macro_f1": "Mean over classes, or labels, of the harmonic mean of precision and recall.",
        "auroc": "Chance that a sample of a class has a higher probability of it than others have, mean over classes.",
        "mcc": "Matthews' correlation of named and true classes.",
        "spearman": "Rank correlation of the numbers with those that a ridge regression foretells.",
    },
    targets=("categorical", "numeric", "labels"),
)
