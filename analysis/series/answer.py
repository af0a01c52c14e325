"""What is said of a task: the best space of all, the best that was pre-trained, what pre-training gained, held to what.

Baselines (random weights, counted words) compete like any other space, for a choice that is behind one is worth
little; but nobody would fine-tune them, so that the best pre-trained one is named beside them, from tests of its own
among the pre-trained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.ask import Ask
from analysis.figures.words import with_interval
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.result import Result
from analysis.series.gains import Gain, correction_said, gain_said, gains_of, others_said
from analysis.series.pair import is_control, is_trained
from analysis.series.scores import score_table
from analysis.series.standings import leading_methods, number_in, standings
from analysis.series.verdict import corrected, elsewhere, pair_of, references, verdict
from analysis.task_card import KIND, commonest_in, level_of


@dataclass(frozen=True)
class Answer:
    """What is said of one task by one method.

    `lead`: who is best. `more`: of the pre-trained ones who is, and what pre-training gained it by each method.
    `beside`: what all that is held to, and whom other methods put first.
    `best`, `second`: the best space of all and the next. `trained`, `twin`: the best of the pre-trained, and the random
    weights that it is held to. Empty while not known.
    """

    task: str
    method: str
    lead: str
    more: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    best: str = ""
    second: str = ""
    trained: str = ""
    twin: str = ""


def answers_of(
    pipeline: Pipeline, asks: Sequence[Ask], table: pd.DataFrame | None = None, wanted: str = ""
) -> list[Answer]:
    """The answer on each task that is scored among these asks, by the method that is its own.

    `table`: the standings whose leading methods are asked about, where these are not those of all the asks.
    """
    mine = [ask for ask in asks if ask.kind == "task"]
    whole = standings(pipeline, mine, wanted)
    leading = leading_methods(whole if table is None else table, len(pipeline.spaces()))
    return [_answer(pipeline, whole, mine, task, method) for task, method in leading.items()]


def verdicts(pipeline: Pipeline, asks: Sequence[Ask]) -> list[str]:
    """The sentences on each task as one text."""
    return [" ".join((one.lead, *one.more, *one.beside)) for one in answers_of(pipeline, asks)]


def _answer(pipeline: Pipeline, table: pd.DataFrame, asks: Sequence[Ask], task: str, method: str) -> Answer:
    spaces = pipeline.spaces()
    mine = [ask for ask in asks if (ask.other, ask.name) == (task, method)]
    waiting = [ask.subject for ask in mine if pipeline.find(ask) is None]
    controls = {space.name for space in spaces if is_control(space)}
    lead = verdict(table, task, method, waiting, controls=controls)
    rows = table[(table["task"] == task) & (table["method"] == method)]
    best = rows[rows["best"]]
    if waiting or best.empty:
        return Answer(task, method, lead)
    winner, number = str(best["space"].iloc[0]), str(best["number"].iloc[0])
    trained = {space.name for space in spaces if is_trained(space)}
    among = score_table(pipeline, [ask for ask in mine if ask.subject in trained], {(task, method): number})
    among["space"] = [name.partition("#")[0] for name in among["space"]]
    choice = among.loc[among["best"], "space"]
    of_trained = str(choice.iloc[0]) if len(choice) else ""
    more = []
    if of_trained and of_trained != winner:
        alone = int(among["value"].notna().sum()) == 1
        only = f"{of_trained}, the only pre-trained one, has {with_interval(_value_of(among, of_trained))}."
        more.append(only if alone else verdict(among, task, method, on="Of the pre-trained,"))
    gains = gains_of(pipeline, task, method, number)
    gained = _by_method(pipeline, table, task, method, of_trained)
    card = pipeline.find(Ask(KIND, other=task)) if _has_card(pipeline, task) else None
    level = level_of(card if isinstance(card, Result) else None, method, number)
    beside = (
        corrected(table, task, method),
        correction_said(gains),
        references(table, task, method, level, commonest_in(card)),
        others_said(gains, of_trained),
        elsewhere(table, task, method, len(spaces)),
    )
    said = tuple(filter(None, (*more, gain_said(gained))))
    twin = next((one.twin for one in gained.values()), "")
    second = (pair_of(table, task, method) or ("", ""))[1]
    return Answer(task, method, lead, said, tuple(filter(None, beside)), winner, second, of_trained, twin)


def _value_of(table: pd.DataFrame, space: str) -> Number:
    rows: list[dict[Any, Any]] = table[table["space"] == space].to_dict("records")
    return number_in(rows[0])


def _by_method(pipeline: Pipeline, table: pd.DataFrame, task: str, method: str, space: str) -> dict[str, Gain]:
    """What a space gained by pre-training as each method (its title) sees it, this method first."""
    rows = table[(table["task"] == task) & table["best"]]
    numbers: dict[str, str] = dict(zip(rows["method"], rows["number"], strict=True))
    found = {}
    for name in sorted(numbers, key=lambda name: name != method):
        own = next((one for one in gains_of(pipeline, task, name, numbers[name]) if one.space == space), None)
        if own is not None:
            found[task_methods()[name].title] = own
    return found


def _has_card(pipeline: Pipeline, task: str) -> bool:
    return any(spec.name == task and spec.label for spec in pipeline.study.task)
