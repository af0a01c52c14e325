"""Curves of trainings: whose they are, what they say, and what is drawn of them."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.figures.training import training_figure
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.result import Result
from analysis.series.training import COLUMNS, finding, training_of

ASKS = [Ask("task", "finetune", "A", "topic"), Ask("task", "finetune", "B", "topic"), Ask("task", "knn", "A", "topic")]


def curves(best: float) -> pd.DataFrame:
    """Two seeds of four steps, the dev part asked twice; the second seed is .1 worse."""
    rows = [
        (seed, step // 3, step, 1 / step, best - 0.1 * seed - (step == 2) * 0.2 if step in (2, 4) else np.nan, np.nan)
        for seed in (0, 1)
        for step in (1, 2, 3, 4)
    ]
    return pd.DataFrame(rows, columns=["seed", "epoch", "step", "loss", "dev", "dev_loss"])


def pipeline() -> Pipeline:
    score = {"accuracy": Number(value=0.5)}
    kept = {"A": Result(score, tables={"curves": curves(0.7)}), "B": Result(score, tables={"curves": curves(0.9)})}
    found = {("finetune", name): result for name, result in kept.items()} | {("knn", "A"): Result(score)}
    return cast(Pipeline, SimpleNamespace(find=lambda ask: found.get((ask.name, ask.subject))))


def test_the_curves_of_every_training_stand_in_one_table_and_the_best_is_said() -> None:
    table = training_of(pipeline(), ASKS)
    assert list(table.columns) == COLUMNS and len(table) == 16 and set(table["method"]) == {"finetune"}
    assert finding(table) == "Training on topic: best score on the dev part, mean over seeds, B 0.85 and A 0.65"
    assert training_of(pipeline(), ASKS[2:]).empty


def test_a_training_at_work_shows_what_it_has_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = curves(0.4).head(3)
    monkeypatch.setattr("analysis.series.training.live_curves", lambda pipeline, ask: begun)
    table = training_of(pipeline(), [*ASKS, Ask("task", "finetune", "C", "topic")])
    assert (table["space"] == "C").sum() == 3 and len(table) == 19


def test_loss_and_dev_score_are_a_panel_each_with_a_line_for_every_seed() -> None:
    table = training_of(pipeline(), ASKS)
    figure = training_figure(table, {"A": "#0f8b8d", "B": "#e4572e"}, title=finding(table))
    assert len(figure.data) == 2 * 2 * 2 and sum(trace.showlegend for trace in figure.data) == 2
    dev = [trace for trace in figure.data if trace.yaxis == "y2" and trace.name == "B"]
    assert [list(trace.y) for trace in dev] == [[pytest.approx(0.7), 0.9], [pytest.approx(0.6), pytest.approx(0.8)]]
    alone = training_figure(table.assign(dev=np.nan), {"A": "#0f8b8d", "B": "#e4572e"}, title="")
    assert len(alone.data) == 4
    assert finding(table.assign(dev=np.nan)).endswith("the loss alone, for there is no dev part")
