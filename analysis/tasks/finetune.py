"""What the checkpoint itself reaches when all of its weights are trained: full fine-tuning with a linear head.

Per seed (head, order of samples, dropout), AdamW on the training samples; the epoch that is best on the dev part
answers. That part is the dev file where one is given, else a tenth of the training samples, whole units of every
class, never a unit that is tested. Settings stand in `[finetuning]`, the same for every checkpoint and task
(`models.finetuning`). What is trained is the whole checkpoint, pooled as it is, so layers have no answers of their own.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.number import CannotAnalyze
from analysis.plugin import TaskMethod
from analysis.task import Task
from analysis.tasks.context import Answered, Context, Trainable
from analysis.tasks.learning import answers_of, parts_of, targets_of
from models.finetuning.settings import Diverged, Tuned

COLUMNS = ["seed", "epoch", "step", "loss", "dev", "dev_loss"]


def answer(trainable: Trainable, task: Task, context: Context) -> Answered:
    from models.finetuning.loop import FineTuner

    if task.why:
        raise CannotAnalyze(task.why)
    tuner = FineTuner(
        trainable.recipe, trainable.texts, trainable.others, settings=trainable.settings, folder=trainable.folder
    )
    todo = [(split, targets_of(task, split), parts_of(task, split)) for split in task.splits]
    ends = np.cumsum([0, *(tuner.steps(parts) for _, _, parts in todo)]).tolist()
    answers, found = [], []
    for (split, targets, parts), before in zip(todo, ends[:-1], strict=True):

        def report(done: int, total: int, words: str, before: int = before) -> None:
            context.report(before + done, ends[-1], f"fine-tuning {trainable.name}, {words}")

        try:
            tuned = tuner.run(targets, parts, seed=split.seed, report=report)
        except Diverged as error:
            raise CannotAnalyze(f"{error} (What other seeds reached is kept.)") from error
        answers.append(answers_of(task, split, tuned))
        found.append(tuned)
    notes: tuple[str, ...] = ()
    if not all(len(parts.dev) for _, _, parts in todo):
        notes += ("No class of training can spare a sample for a dev part, so the last epoch answers.",)
    if len(found) < 3:
        notes += ("Fewer than three seeds: how much head, order and dropout matter is unknown.",)
    return Answered(answers, _chosen(found), notes, {"curves": curves_of(found)})


def curves_of(found: Sequence[Tuned]) -> pd.DataFrame:
    """Loss by step, and after each epoch score and loss on the dev part, for each seed."""
    rows = [vars(point) for tuned in found for point in tuned.curve]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"dev": np.float64, "dev_loss": np.float64})


def _chosen(found: Sequence[Tuned]) -> dict[str, list[float]]:
    dev = [np.nan if tuned.dev is None else tuned.dev for tuned in found]
    return {"best_epoch": [tuned.best for tuned in found], "dev": dev}


TASK_METHOD = TaskMethod(
    name="finetune",
    title="Fine-tuning",
    question="What does the checkpoint reach when all of its weights are trained?",
    version=1,
    answer=answer,
    describe={
        "accuracy": "Share of test samples whose class, or whole set of labels, the trained network names.",
        "macro_f1": "Mean over classes, or labels, of the harmonic mean of precision and recall.",
        "auroc": "Chance that a sample of a class has a higher probability of it than others have, mean over classes.",
        "mcc": "Matthews' correlation of named and true classes.",
        "spearman": "Rank correlation of the numbers with those that the trained network foretells.",
    },
    targets=("categorical", "numeric", "labels", "pairs"),
    trains=True,
)
