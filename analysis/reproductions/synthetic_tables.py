"""The matrix of synthetic pre-training as tables: scores, benefits, speed of learning, and what can be said of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.reproductions.benefit import Benefit, area, benefit, headline, steps_to
from analysis.reproductions.synthetic import NATURAL, Regime, Run

METRICS = ("token_accuracy", "token_f1", "exact_match", "rouge_l")
PUBLISHED = {"statistics": 0.39, "set": 0.65, "LIME": 0.67}
NOTE = (
    "Published: share of natural pre-training's benefit, mean of six tasks, T5-small, 50,000 to 400,000 steps of"
    " fine-tuning. Here: a T5 of 0.3 million weights, hundreds of steps. (!): natural - random is below ten points or"
    " three standard deviations; such a cell is left out of the mean."
)


def long(kept: Sequence[tuple[Run, Mapping[str, Any] | None]]) -> pd.DataFrame:
    """One row a fine-tuning: way, task, regime, seed, scores, and of its curve area and points."""
    rows = []
    for run, said in kept:
        if said is None or "test" not in said:
            continue
        steps = [point["step"] for point in said["curve"]]
        right = [point["held_right"] for point in said["curve"]]
        row: dict[str, Any] = {"way": run.way, "task": run.task, "regime": run.regime, "seed": run.seed}
        row |= {metric: said["test"][metric] for metric in METRICS}
        rows.append(row | {"rate": said["rate"], "area": area(steps, right), "steps": steps, "right": right})
    return pd.DataFrame(rows)


def cells(table: pd.DataFrame, regime: Regime, metric: str) -> dict[str, dict[str, Benefit]]:
    """Benefit of each way on each task; tasks without both random and natural are left out."""
    rows = table[table["regime"] == regime] if len(table) else table
    found: dict[str, dict[str, Benefit]] = {}
    for task in dict.fromkeys(rows["task"]) if len(rows) else ():
        of_task = {way: part[metric].tolist() for way, part in rows[rows["task"] == task].groupby("way", sort=False)}
        if "random" not in of_task or NATURAL not in of_task:
            continue
        for way, scores in of_task.items():
            found.setdefault(str(way), {})[task] = benefit(scores, of_task["random"], of_task[NATURAL])
    return found


def passing(table: pd.DataFrame, regime: Regime) -> tuple[str, ...]:
    """The tasks on which natural pre-training brings enough, in token accuracy; where it brings most first."""
    counted = {
        task: cell for task, cell in cells(table, regime, "token_accuracy").get(NATURAL, {}).items() if cell.counts
    }
    return tuple(sorted(counted, key=lambda task: -counted[task].denominator))


def matrix(table: pd.DataFrame, regime: Regime, metric: str) -> pd.DataFrame:
    """Ways × tasks: score, benefit with interval; the mean over the tasks that count, and the published one."""
    rows = []
    for way, by_task in cells(table, regime, metric).items():
        row = {"way": way} | {task: _said(cell) for task, cell in by_task.items()}
        mean = headline(by_task)
        row["mean benefit"] = "" if np.isnan(mean) else f"{mean:.2f}"
        rows.append(row | {"published": f"{PUBLISHED[way]:.2f}" if way in PUBLISHED else ""})
    return pd.DataFrame(rows).fillna("")


def speed(table: pd.DataFrame, regime: Regime) -> pd.DataFrame:
    """Ways × tasks: area under the curve of token accuracy on dev, and steps to what random reaches at its end."""
    rows = table[table["regime"] == regime] if len(table) else table
    found = []
    for way in dict.fromkeys(rows["way"]) if len(rows) else ():
        row = {"way": way}
        for task in dict.fromkeys(rows["task"]):
            of_task = rows[rows["task"] == task]
            ends = [right[-1] for right in of_task[of_task["way"] == "random"]["right"]]
            part = of_task[of_task["way"] == way]
            if not ends or part.empty:
                continue
            reached = [steps_to(one.steps, one.right, float(np.mean(ends))) for one in part.itertuples()]
            steps = f"{np.mean(reached):.0f} steps" if np.isfinite(reached).all() else "not by all"
            row[task] = f"{part['area'].mean():.3f}, {steps}"
        found.append(row)
    return pd.DataFrame(found).fillna("")


def verdicts(table: pd.DataFrame, regime: Regime) -> list[str]:
    """What holds of the order random < identity < set, natural not below set, on the tasks that count."""
    found = []
    by_way = cells(table, regime, "token_accuracy")
    for task in passing(table, regime):
        scores = {way: by_task[task] for way, by_task in by_way.items() if task in by_task}
        if not {"identity", "set"} <= set(scores):
            continue
        rising = scores["random"].score < scores["identity"].score < scores["set"].score
        above = scores["set"].low <= 1.0
        found.append(
            f"{task}, {regime} data: random < identity < set {'holds' if rising else 'does NOT hold'}; natural is"
            f" {'not below' if above else 'BELOW'} set by more than the interval"
        )
    return found


def _said(cell: Benefit) -> str:
    flag = "" if cell.counts else " (!)"
    return f"{100 * cell.score:.1f}; {cell.benefit:.2f} ({cell.low:.2f} to {cell.high:.2f}){flag}"
