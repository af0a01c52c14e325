"""The card of a task: what is known of it before any space is asked: what naming the commonest class scores."""

import time
from typing import TYPE_CHECKING, Literal

import pandas as pd

from analysis.ask import Ask
from analysis.number import CannotAnalyze, Number
from analysis.progress import Progress
from analysis.recipe import Recipe
from analysis.registry import task_methods
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.task_data import home_of, labels_of_task, spec_called, task_key, task_of
from analysis.tasks.levels import EVERYONE, levels_of

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline
    from analysis.study import TaskSpec

KIND: Literal["task_card"] = "task_card"
VERSION = 2
LEVELS = ["number", "value", "n"]


def cards_of(pipeline: "Pipeline") -> list[Ask]:
    """The card of every task of classes, or sets of labels, whose samples are read."""
    return [Ask(KIND, other=spec.name) for spec in pipeline.study.task if _has_classes(pipeline, spec)]


def _has_classes(pipeline: "Pipeline", spec: "TaskSpec") -> bool:
    home = None if spec.pairs or spec.queries else home_of(pipeline, spec)
    columns = () if home is None else home.dataset.frame.columns
    return home is not None and spec.label in columns and labels_of_task(spec, home.dataset).kind == "categorical"


def card_recipe(pipeline: "Pipeline", ask: Ask) -> Recipe | None:
    """Recipe of a card, None while the samples are unread."""
    spec = spec_called(pipeline, ask.other)
    home = home_of(pipeline, spec)
    return None if home is None else Recipe(KIND, VERSION, {}, {"task": task_key(pipeline, spec, home.dataset)})


def make_card(pipeline: "Pipeline", ask: Ask, recipe: Recipe, progress: Progress) -> None:
    """Make a card, and keep it."""
    start = time.perf_counter()
    progress(0, 1, str(ask))
    try:
        numbers, table = levels_of(task_of(pipeline, spec_called(pipeline, ask.other)))
        levels = pd.DataFrame([(name, one.value, one.n) for name, one in numbers.items()], columns=LEVELS)
        found = Result(numbers, tables={"commonest": table, "levels": levels})
    except CannotAnalyze as error:
        found = Result({"accuracy": Number(value=None, why=str(error))})
    content, arrays, tables = result_to_parts(found)
    pipeline.store.put(recipe, content=content, arrays=arrays, tables=tables, seconds=time.perf_counter() - start)


def level_of(card: Result | None, method: str, number: str) -> Number | None:
    """How far naming the commonest class goes in a number of a method; None where it has no such level.

    A method that reads neighbours asks every sample of the others, if the task does not give train and test.
    """
    if card is None or method not in task_methods():
        return None
    bare = number.partition("@")[0]
    whole = card.numbers.get(bare + EVERYONE) if task_methods()[method].neighbors else None
    found = whole or card.numbers.get(bare)
    return found if found is not None and found.value is not None else None


def commonest_in(card: Result | None) -> str:
    """The class itself; empty where splits differ in it."""
    classes = [] if card is None or "commonest" not in card.tables else list(card.tables["commonest"]["class"])
    return str(classes[0]) if len(set(classes)) == 1 else ""
