"""What a space scores on a task: recipe, making, and the asks that a study wants."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.keys import graph_k
from analysis.neighbors.graph import graph_recipe
from analysis.number import CannotAnalyze, Number
from analysis.plugin import TaskMethod
from analysis.progress import Progress
from analysis.recipe import Recipe
from analysis.registry import called, task_methods
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.seen import seen_by
from analysis.space import EmbeddingSpace
from analysis.spaces import SpaceOf, space_recipe
from analysis.study import TaskSpec
from analysis.task import Target, Task
from analysis.task_data import (
    has_files,
    home_of,
    labels_of_task,
    same_vectors,
    space_at,
    spec_called,
    task_key,
    task_of,
)
from analysis.task_training import trainable_of, training_params, training_recipe
from analysis.tasks.context import Trainable
from models.errors import BadInput, nearest

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline

VERSION = 1  # of intervals and chance
SAID: Mapping[Target, str] = {
    "pairs": "pairs",
    "relevance": "the documents that answer a query",
    "numeric": "a number",
    "categorical": "a class",
    "labels": "a set of labels",
}


def methods_of(spec: TaskSpec) -> list[str]:
    """The methods that a task is scored by; of pairs or queries, those that read them, training only where named."""
    known = task_methods()
    for name in spec.methods:
        if name not in known:
            raise BadInput(f"task {spec.name!r} names method {name!r}{nearest(name, known)}")
    if spec.pairs or spec.queries:
        kind: Target = "pairs" if spec.pairs else "relevance"
        able = [name for name in known if kind in known[name].targets]
        return [name for name in able if name in spec.methods or not known[name].trains]
    found = list(spec.methods)
    wrong = [name for name in found if known[name].targets == ("pairs",)]
    if wrong:
        raise BadInput(f"task {spec.name!r} names method {wrong[0]!r}, which scores pairs; give it a file of `pairs`.")
    return found


def task_asks(pipeline: "Pipeline") -> list[Ask]:
    """What every space scores on every task by each of its methods. Reads the tasks' files, so that what is wrong
    with them is found before any heavy work.
    """
    found = []
    for spec in pipeline.study.task:
        methods = methods_of(spec)
        seen_by(pipeline.study, spec)  # refuses a name that is no checkpoint
        home = home_of(pipeline, spec, make=True)
        assert home is not None
        task_key(pipeline, spec, home.dataset)
        if any(_reads_graph(task_methods()[name], spec) for name in methods):
            graph_k(pipeline.study, len(home.dataset))
        found += [Ask("task", name, space.name, spec.name) for name in methods for space in pipeline.spaces()]
    return found


def subject_of(pipeline: "Pipeline", ask: Ask) -> str:
    """What the space of an ask is called: `…#task` on a task's own texts."""
    own = has_files(spec_called(pipeline, ask.other))
    return f"{ask.subject}#{ask.other}" if own else ask.subject


def own_pipelines(pipeline: "Pipeline") -> list[tuple[str, "Pipeline"]]:
    """Each task that has texts of its own, and the pipeline over them where they were read."""
    homes = [(spec.name, home_of(pipeline, spec)) for spec in pipeline.study.task if has_files(spec)]
    return [(name, home.pipeline) for name, home in homes if home is not None]


def can_read(pipeline: "Pipeline", space: SpaceOf) -> bool:
    """Whether a space can be made of a pipeline's samples."""
    try:
        return pipeline.recipe(Ask("space", subject=space.name)) is not None
    except BadInput:
        return False


def task_recipe(pipeline: "Pipeline", ask: Ask) -> Recipe | None:
    """Recipe of a score, None while the samples are unread. A space that cannot read them has its reason in it."""
    spec, method = spec_called(pipeline, ask.other), called(ask.name, task_methods(), "task method")
    space = pipeline.space_called(ask.subject)
    home = home_of(pipeline, spec, space)
    if home is None:
        return None
    study = pipeline.study
    params: dict[str, Any] = {"judged": VERSION, "seed": study.seed, "draws": study.draws}
    params |= {"finetuning": training_params(study.finetuning)} if method.trains else {}
    params |= {} if method.trains else {"metric": study.metric, "k": study.k}
    inputs = {"task": task_key(pipeline, spec, home.dataset)}
    try:
        inputs["space"] = space_recipe(home.pipeline.space_called(space.name), home.dataset, pipeline.place).key
    except BadInput as error:
        return Recipe(f"task:{ask.name}", method.version, params | {"why": str(error)}, inputs)
    if _reads_graph(method, spec):
        k = graph_k(study, len(home.dataset))
        inputs["neighbors"] = graph_recipe(inputs["space"], metric=study.metric, k=k, seed=study.seed).key
    return Recipe(f"task:{ask.name}", method.version, params, inputs)


def read_task(pipeline: "Pipeline", ask: Ask) -> None:
    """Read the samples of a task, so that its recipe is known."""
    space = pipeline.space_called(ask.subject) if ask.subject else None
    home_of(pipeline, spec_called(pipeline, ask.other), space, make=True)


def _reads_graph(method: TaskMethod, spec: TaskSpec) -> bool:
    return method.neighbors and not spec.queries and not (spec.train and (spec.test or spec.dev))


def score(pipeline: "Pipeline", ask: Ask, recipe: Recipe, progress: Progress) -> None:
    """Make what a space scores on a task, and keep it; of two runs that want the same training, one does it."""
    method = task_methods()[ask.name]
    if not method.trains:
        _score(pipeline, ask, recipe, method, progress)
        return
    with pipeline.store.alone(training_recipe(recipe, pipeline.study.finetuning)):
        if pipeline.store.get(recipe) is None:  # else another run has made it
            _score(pipeline, ask, recipe, method, progress)


def _score(pipeline: "Pipeline", ask: Ask, recipe: Recipe, method: TaskMethod, progress: Progress) -> None:
    start, spec = time.perf_counter(), spec_called(pipeline, ask.other)
    try:
        found = _scored(pipeline, ask, recipe, spec, method, progress)
    except CannotAnalyze as error:
        found = Result(
            {name: Number(value=None, why=str(error)) for name in error.numbers or _names(pipeline, spec, method)}
        )
    seconds = time.perf_counter() - start
    numbers = {name: replace(number, seconds=seconds) for name, number in found.numbers.items()}
    content, arrays, tables = result_to_parts(replace(found, numbers=numbers))
    pipeline.store.put(recipe, content=content, arrays=arrays, tables=tables, seconds=seconds)


def _names(pipeline: "Pipeline", spec: TaskSpec, method: TaskMethod) -> list[str]:
    """The numbers a method has for a task, where there is no answer."""
    home = home_of(pipeline, spec)
    kind = "pairs" if spec.pairs or home is None else labels_of_task(spec, home.dataset).kind
    if method.name == "retrieval":
        return ["ndcg@10", f"recall@{pipeline.study.k}"]
    if spec.separator:
        return [name for name in method.describe if name not in ("spearman", "mcc")]
    if kind == "categorical":
        return [name for name in method.describe if name != "spearman"]
    return ["spearman"] if "spearman" in method.describe else list(method.describe)


def _scored(
    pipeline: "Pipeline", ask: Ask, recipe: Recipe, spec: TaskSpec, method: TaskMethod, progress: Progress
) -> Result:
    from analysis.tasks.context import Context
    from analysis.tasks.intervals import chance_of, judged, scores_of

    if "why" in recipe.params:
        raise CannotAnalyze(str(recipe.params["why"]))
    home = home_of(pipeline, spec, pipeline.space_called(ask.subject), make=True)
    assert home is not None
    space = pipeline.space_called(ask.subject)
    task, study = task_of(pipeline, spec, space), pipeline.study
    if task.kind not in method.targets:
        raise CannotAnalyze(f"{method.title} has no answer where the target is {SAID[task.kind]}.")
    subject: EmbeddingSpace | Trainable
    graph = None
    if method.trains:
        subject = trainable_of(pipeline, space, home.pipeline.dataset(items=True), task, recipe)
    else:
        subject = space_at(home, ask.subject, progress)
        if _reads_graph(method, spec):
            graph = home.pipeline.make(Ask("neighbors", subject=ask.subject), progress)
    context = Context(study.k, study.metric, study.seed, graph, progress)
    progress(0, 1, str(ask))
    answered = method.answer(subject, task, context)
    progress(0, 1, f"{ask}: intervals and chance")
    scores = scores_of(answered.answers, task.units, draws=study.draws, seed=study.seed)
    chance = chance_of(answered.answers, draws=study.draws, seed=study.seed)
    rows = np.unique(np.concatenate([each.rows for each in answered.answers]))
    notes = [*task.notes, *answered.notes, *_vectors_note(subject, task, method)]
    if task.majority is not None and "accuracy" in method.describe:
        notes.append(f"The commonest class of training would be right for {task.majority:.1%} of the samples asked.")
    numbers = judged(scores, chance, n=len(rows), stretch=stretch_of(spec, method), asked=study.draws, notes=notes)
    by_seed = pd.DataFrame(
        {"seed": task.seeds[: len(answered.answers)]} | {k: list(v) for k, v in answered.chosen.items()}
    )
    for name, each in scores.items():
        by_seed[name] = each.values
    tables = {"by_seed": by_seed, **answered.tables}
    if task.counts:
        tables["samples"] = pd.DataFrame(task.counts, columns=["what", "count"])
    arrays = {f"drawn-{name}": each.drawn for name, each in scores.items()}
    arrays |= {f"seeds-{name}": each.values for name, each in scores.items()}
    if task.splits:
        sizes = [(one.seed, len(one.train), len(one.test)) for one in task.splits]
        tables["splits"] = pd.DataFrame(sizes, columns=["seed", "to learn from", "to be asked"])
    return Result(numbers, tables=tables, arrays=arrays, notes=tuple(dict.fromkeys(notes)))


def stretch_of(spec: TaskSpec, method: TaskMethod) -> float:
    """How much wider than independent answers a method's interval is; queries of files of their own are independent."""
    return 1.0 if spec.queries else method.stretch


def _vectors_note(subject: "EmbeddingSpace | Trainable", task: Task, method: TaskMethod) -> list[str]:
    if not task.splits or task.pairs or method.name == "cluster" or not isinstance(subject, EmbeddingSpace):
        return []
    same = same_vectors(subject.vectors, task)
    return (
        [f"{same:,} test samples have the exact vector of a training sample, though another text or item."]
        if same
        else []
    )
