"""A checkpoint that is trained on a task: what the training is given, where its work lies, and its curves meanwhile.

What was trained is kept by what it depends on alone (samples, splits, checkpoint, settings), so that other draws of the
intervals, or another k, train nothing again.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.number import CannotAnalyze
from analysis.plugin import TaskMethod
from analysis.recipe import Recipe
from analysis.registry import task_methods
from analysis.spaces import SpaceOf, encoder_recipe, family_of
from analysis.task import Task
from analysis.task_files import SIDES
from analysis.tasks.context import Trainable
from models.finetuning.settings import FineTuning

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline


def training_params(settings: FineTuning) -> dict[str, object]:
    """The settings of a training as a recipe's values, defaults written out."""
    return asdict(settings)


def training_recipe(score: Recipe, settings: FineTuning) -> Recipe:
    """Recipe of what is trained, from that of its score."""
    inputs = {name: key for name, key in score.inputs.items() if name in ("space", "task")}
    return Recipe("finetuning", score.version, training_params(settings), inputs)


def trainable_of(pipeline: "Pipeline", space: SpaceOf, dataset: Dataset, task: Task, score: Recipe) -> Trainable:
    """What a method that trains is given; CannotAnalyze for a space that has no checkpoint to be trained."""
    spec = space.checkpoint
    family = family_of(spec)
    if family.modality != "text" or family.whole:
        raise CannotAnalyze(f"{family.title} has nothing to be fine-tuned; only transformers that read texts are.")
    if spec.transform != "none":
        raise CannotAnalyze(f"{space.name!r} is derived from vectors; fine-tuning trains the checkpoint behind them.")
    if space.layer != space.card.layers - 1:
        raise CannotAnalyze(
            f"{space.name!r} is one layer; fine-tuning trains the whole checkpoint and is asked of its last layer,"
            f" {space.card.layers - 1}."
        )
    texts, others = _texts(dataset, task)
    settings = pipeline.study.finetuning
    folder = pipeline.store.partial(training_recipe(score, settings))
    return Trainable(space.name, encoder_recipe(spec, pipeline.place), texts, others, settings, folder)


def live_curves(pipeline: "Pipeline", ask: Ask) -> pd.DataFrame:
    """The curves of a training so far, also while it is at it: seed, epoch, step, loss, dev, dev_loss.

    No rows where nothing was trained. Reads the headers of its files alone.
    """
    from analysis.tasks.finetune import COLUMNS
    from models.finetuning.state import curve_in

    method: TaskMethod = task_methods()[ask.name]
    recipe = pipeline.recipe(ask) if method.trains else None
    if recipe is None:
        return pd.DataFrame(columns=COLUMNS)
    folder = pipeline.store.root / "partial" / training_recipe(recipe, pipeline.study.finetuning).key
    rows = [vars(point) for one in sorted(folder.glob("seed-*")) for point in curve_in(one)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _texts(dataset: Dataset, task: Task) -> tuple[list[str], list[str] | None]:
    """The texts of each row that splits speak of, and the second one of pairs."""
    assert dataset.texts is not None, "a text encoder's recipe needs texts"
    if task.pairs is not None:
        sides = [[dataset.texts[row] for row in rows] for rows in (task.pairs.a, task.pairs.b)]
        return sides[0], sides[1]
    if SIDES[1] in dataset.frame.columns and task.own:
        return list(dataset.frame[SIDES[0]]), list(dataset.frame[SIDES[1]])
    return list(dataset.texts), None
