"""What fine-tuning would gain: of the dataset's label columns and of tasks with files of their own.

The `other` of an ask is a label column, or `#task` for a task with files; then the estimators see what may be learnt
from, its training samples, and nothing of its test.
"""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.ask import Ask
from analysis.keys import estimators_of
from analysis.labels import Labels
from analysis.made import checkpoints_of
from analysis.number import CannotAnalyze, Number
from analysis.progress import Progress
from analysis.recipe import Recipe
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.space import EmbeddingSpace
from analysis.spaces import SpaceOf, space_recipe
from analysis.study import Study, TaskSpec
from analysis.task_data import home_of, labels_of_task, space_at, task_key, task_of
from models.errors import BadInput

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline

OWN = "#"  # before the name of a task with files


def transfers_of(pipeline: "Pipeline") -> list[Ask]:
    """Of every space, for every label column and task with files; needs two checkpoints to choose between."""
    study = pipeline.study
    if len(checkpoints_of(study)) < 2 or not estimators_of(Ask("transferability"), study):
        return []
    others = [*pipeline.dataset().labels, *(f"{OWN}{spec.name}" for spec in study.task if spec.train)]
    return [Ask("transferability", "", space.name, other) for other in others for space in pipeline.spaces()]


def own_task(study: Study, other: str) -> TaskSpec | None:
    """The task with files that the `other` of an ask names; None where that is a label column."""
    return next((spec for spec in study.task if spec.train and f"{OWN}{spec.name}" == other), None)


def task_named(study: Study, other: str) -> str:
    """What the `other` of an ask is called as a task: of a label column its first [[task]], else the column itself."""
    own = own_task(study, other)
    if own is not None:
        return own.name
    return next((task.name for task in study.task if task.label == other and not task.train), other)


def subject_in(study: Study, space: str, other: str) -> str:
    """What a space is called there: `…#task` on a task's own texts."""
    own = own_task(study, other)
    return space if own is None else f"{space}{OWN}{own.name}"


def transfer_recipe(pipeline: "Pipeline", ask: Ask) -> Recipe | None:
    """Recipe of the estimates, None while the samples are unread. A space that cannot read them has its reason."""
    study, space = pipeline.study, pipeline.space_called(ask.subject)
    wanted = {one.name: one.version for one in estimators_of(ask, study)}
    params: dict[str, Any] = {"estimators": wanted, "seed": study.seed, "draws": study.draws}
    spec = own_task(study, ask.other)
    if spec is None:
        dataset = pipeline.find_dataset()
        if dataset is None:
            return None
        inputs = {"space": space_recipe(space, dataset, pipeline.place).key}
        return Recipe("transferability", 1, params, inputs | {"labels": dataset.labels_in(ask.other).key})
    home = home_of(pipeline, spec, space)
    if home is None:
        return None
    inputs = {"task": task_key(pipeline, spec, home.dataset)}
    try:
        inputs["space"] = space_recipe(space, home.dataset, pipeline.place).key
    except BadInput as error:
        params["why"] = str(error)
    return Recipe("transferability", 1, params, inputs)


def read_for(pipeline: "Pipeline", ask: Ask) -> None:
    """Read the samples that an ask is about, so that its recipe is known."""
    spec = own_task(pipeline.study, ask.other)
    if spec is None:
        pipeline.dataset()
    else:
        home_of(pipeline, spec, pipeline.space_called(ask.subject), make=True)


def make_estimates(pipeline: "Pipeline", ask: Ask, recipe: Recipe, progress: Progress) -> None:
    """Make the estimates of a space, and keep them."""
    start, wanted = time.perf_counter(), estimators_of(ask, pipeline.study)
    try:
        if "why" in recipe.params:
            raise CannotAnalyze(str(recipe.params["why"]))
        found = _estimated(pipeline, ask, progress)
    except CannotAnalyze as error:
        found = Result({one.name: Number(value=None, why=str(error)) for one in wanted})
    content, arrays, tables = result_to_parts(found)
    pipeline.store.put(recipe, content=content, arrays=arrays, tables=tables, seconds=time.perf_counter() - start)


def _estimated(pipeline: "Pipeline", ask: Ask, progress: Progress) -> Result:
    from analysis.transfer import estimate

    study, spec = pipeline.study, own_task(pipeline.study, ask.other)
    if spec is None:
        space: EmbeddingSpace = pipeline.make(Ask("space", subject=ask.subject), progress)
        labels = pipeline.dataset().labels_in(ask.other)
    else:
        space, labels = _to_learn_from(pipeline, pipeline.space_called(ask.subject), spec, progress)
    progress(0, 1, str(ask))
    wanted = estimators_of(ask, study)
    return estimate(space, labels, wanted, draws=study.draws, seed=study.seed, report=progress)


def _to_learn_from(
    pipeline: "Pipeline", space_of: SpaceOf, spec: TaskSpec, progress: Progress
) -> tuple[EmbeddingSpace, Labels]:
    """A space of a task's own samples and their labels, the training samples alone."""
    home = home_of(pipeline, spec, space_of, make=True)
    assert home is not None
    space = space_at(home, space_of.name, progress)
    task = task_of(pipeline, spec, space_of)
    labels = replace(labels_of_task(spec, home.dataset), name=spec.name)
    if not task.given:
        return space, labels
    rows = np.flatnonzero(home.dataset.frame["part"] == "train")
    ids = [space.ids[row] for row in rows.tolist()]
    return EmbeddingSpace(space.name, f"{space.key}:train", space.vectors[rows], ids), labels.of_rows(rows)
