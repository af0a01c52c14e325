"""[benefit]: the matrix of what each way to begin brings, made with a study, and what of it is there so far.

Its runs are those of `reproduce synthetic`, kept under the same keys: made by either, they are found by the other.
"""

import re
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis.ask import Ask
from analysis.benefit_given import fingerprint, given
from analysis.cores import cores
from analysis.laboratory import BenefitSpec
from analysis.number import Number
from analysis.progress import Progress
from analysis.recipe import Recipe
from analysis.reproductions import synthetic_tables
from analysis.reproductions.benefit import DEVIATIONS, POINTS, Benefit, steps_to
from analysis.reproductions.induced import spaces_of
from analysis.reproductions.own_pairs import keep, own_tasks
from analysis.reproductions.synthetic import NATURAL, PLANS, WAYS, Plan, Regime, Run, finetunings, made, tuned
from analysis.reproductions.synthetic_data import data_recipe
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.store import Store
from analysis.study import Study
from models.errors import BadInput, nearest
from models.place import Place

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline

VERSION = 1
ASK = Ask("benefit")
REGIMES: dict[Regime, str] = {"low": "low data", "full": "full data"}
ALWAYS = ("random", NATURAL)  # the denominator
SECONDS = 35.0  # of a run, on one core
WHY = (
    "Natural pre-training brings {gap:.1f} points over random weights here: fewer than {points:.0f}, or fewer than"
    " {deviations:.0f} standard deviations over seeds, so nothing is divided by it."
)


def benefit_asks(study: Study) -> list[Ask]:
    """The matrix, where the study wants one."""
    if study.benefit is None:
        return []
    plan_of(study.benefit)
    return [ASK]


def plan_of(spec: BenefitSpec, place: Place | None = None) -> Plan:
    """What is made for a section, with a place the tasks of its own files too.

    BadInput for a method that there is not, and for a file that cannot be read.
    """
    for name in spec.methods:
        if name not in WAYS:
            raise BadInput(f"methods of [benefit] name {name!r}{nearest(name, WAYS)}")
    if spec.size not in PLANS:
        raise BadInput(f"size of [benefit] is {spec.size!r}{nearest(spec.size, PLANS)}")
    wanted = {*spec.methods, *ALWAYS}
    low = tuple(name for name in WAYS if name in wanted)
    plan = PLANS[spec.size]
    full = tuple(name for name in plan.ways["full"] if name in wanted)
    own = () if place is None else own_tasks(spec.pairs, place)
    return replace(plan, ways={"low": low, "full": full}, later=(), seeds=spec.seeds, own=own)


def benefit_recipe(pipeline: "Pipeline", ask: Ask) -> Recipe:
    """Its recipe: the plan, and what its data are read from."""
    from importlib.metadata import version

    if pipeline.study.benefit is None:
        raise BadInput("the study has no [benefit]; add one to its file, or on the page Benefit.")
    if path := pipeline.study.benefit.runs:
        return Recipe("benefit", VERSION, {"runs": "given"}, dict(fingerprint(path, pipeline.place)))
    inputs = {"data": data_recipe().key, "torch": version("torch"), "transformers": version("transformers")}
    return Recipe("benefit", VERSION, {"plan": asdict(plan_of(pipeline.study.benefit, pipeline.place))}, inputs)


def make_benefit(pipeline: "Pipeline", ask: Ask, recipe: Recipe, progress: Progress) -> None:
    """Make every run that is not kept, then keep the matrix."""
    from analysis.reproductions.synthetic_command import parts_of

    def say(said: str) -> None:
        counted = re.match(r"(\d+) of (\d+): ", said)
        done, total = (int(counted[1]), int(counted[2])) if counted else (0, 1)
        progress(done, total, said)

    assert pipeline.study.benefit is not None
    start, plan = time.perf_counter(), plan_of(pipeline.study.benefit, pipeline.place)
    if path := pipeline.study.benefit.runs:
        table, spaces = given(path, pipeline.place)
    else:
        keep(pipeline.study.benefit.pairs, pipeline.place, pipeline.store)
        for _ in parts_of(plan, Store(pipeline.store.root, ()), say):
            pass
        table = so_far(plan, pipeline.store)
        spaces = spaces_of(table, plan, pipeline.store)
    tables = {"runs": table.drop(columns=["steps", "right"]), "curves": curves_of(table), "cells": cells_of(table)}
    tables["spaces"] = spaces
    content, arrays, kept = result_to_parts(Result(numbers_of(table), tables, notes=(synthetic_tables.NOTE,)))
    pipeline.store.put(recipe, content=content, arrays=arrays, tables=kept, seconds=time.perf_counter() - start)


def so_far(plan: Plan, store: Store) -> pd.DataFrame:
    """Every fine-tuning that is kept, a row each, as `synthetic_tables.long` has them."""
    low = _kept(plan, "low", plan.tasks, store)
    full = _kept(plan, "full", synthetic_tables.passing(low, "low")[: plan.most], store)
    return pd.concat([one for one in (low, full) if len(one)], ignore_index=True) if len(low) else low


def _kept(plan: Plan, regime: Regime, tasks: tuple[str, ...], store: Store) -> pd.DataFrame:
    runs: list[Run] = []
    for task in tasks:
        try:
            tuned(task, regime, plan, store)
        except LookupError:  # not at it yet
            continue
        runs += finetunings(plan, regime, [task])
    return synthetic_tables.long(list(made(runs, plan, store)))


def wanted_runs(plan: Plan) -> int:
    """How many fine-tunings of the low-data regime there are: of the other so many as there are tasks that count."""
    return len(finetunings(plan, "low", plan.tasks))


def seconds_left(pipeline: "Pipeline") -> float:
    """About how long what is missing takes on the cores there are."""
    if pipeline.study.benefit is None or pipeline.study.benefit.runs:
        return 0.0
    plan = plan_of(pipeline.study.benefit, pipeline.place)
    every = wanted_runs(plan) + plan.most * len(plan.seeds) * len(plan.ways["full"])
    return max(0, every - len(so_far(plan, pipeline.store))) * SECONDS / cores()


def curves_of(table: pd.DataFrame) -> pd.DataFrame:
    """The learning curves: a row a point, of the dev part."""
    named = ["way", "task", "regime", "seed"]
    if table.empty:
        return pd.DataFrame(columns=[*named, "step", "right"])
    found = table[[*named, "steps", "right"]].explode(["steps", "right"], ignore_index=True)
    return found.rename(columns={"steps": "step"}).astype({"step": int, "right": float})


def cells_of(table: pd.DataFrame) -> pd.DataFrame:
    """A row for each regime, way, task and metric: score, benefit with interval, whether it counts, speed."""
    rows = []
    for regime in REGIMES:
        for metric in synthetic_tables.METRICS:
            for way, by_task in synthetic_tables.cells(table, regime, metric).items():
                for task, cell in by_task.items():
                    part = table[(table["regime"] == regime) & (table["way"] == way) & (table["task"] == task)]
                    row = {"regime": regime, "way": way, "task": task, "metric": metric, "seeds": len(part)}
                    speed = {"area": part["area"].mean(), "steps to random's end": _reached(table, part, regime, task)}
                    rows.append(row | asdict(cell) | speed)
    return pd.DataFrame(rows)


def numbers_of(table: pd.DataFrame) -> dict[str, Number]:
    """Score, benefit and denominator in token accuracy, called `number|way|task`, with full data `…|task|full`."""
    found: dict[str, Number] = {}
    for regime in REGIMES:
        for way, by_task in synthetic_tables.cells(table, regime, "token_accuracy").items():
            for task, cell in by_task.items():
                place = f"{way}|{task}" + ("" if regime == "low" else f"|{regime}")
                part = table[(table["regime"] == regime) & (table["way"] == way) & (table["task"] == task)]
                n = len(part)
                found[f"score|{place}"] = Number(value=cell.score, n=n)
                found[f"denominator|{place}"] = Number(value=cell.denominator, n=n)
                found[f"benefit|{place}"] = _benefit(cell, n)
    return found


def why_not(cell: Benefit) -> str:
    """Why a cell does not count; empty where it does."""
    said = WHY.format(gap=100 * cell.denominator, points=100 * POINTS, deviations=DEVIATIONS)
    return "" if cell.counts else said


def _benefit(cell: Benefit, n: int) -> Number:
    if not cell.counts:
        return Number(value=None, n=n, why=why_not(cell))
    return Number(value=cell.benefit, low=cell.low, high=cell.high, n=n)


def _reached(table: pd.DataFrame, part: pd.DataFrame, regime: Regime, task: str) -> float:
    """Mean steps to where random weights are at their end; NaN where a seed never is."""
    random = table[(table["regime"] == regime) & (table["way"] == "random") & (table["task"] == task)]
    ends = [line[-1] for line in random["right"]]
    if not ends:
        return float("nan")
    lines = zip(part["steps"], part["right"], strict=True)
    steps = [steps_to(at, right, sum(ends) / len(ends)) for at, right in lines]
    return float(sum(steps) / len(steps)) if steps else float("nan")
