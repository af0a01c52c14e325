"""Anchors of many models: what a series' figures draw, what is on the same axes, and our own shipped models."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis.figures.alike import alike
from analysis.figures.anchor_course import along_training, by_loss, by_size, last_of_each
from analysis.reproductions.anchor import OWN, models_in, training
from models.encoder import EncoderRecipe
from models.language_model import open_language_model
from models.place import Place

STEPS = (0.0, 30.0, 1500.0)


def course(**changes):
    rows = pd.DataFrame({"model": [f"m(step={at:g})" for at in STEPS], "series": "m", "at": STEPS})
    rows = rows.assign(parameters=1000.0, loss=[7.0, 6.0, 4.0], mse=[1e-6, 0.01, 0.2], variance=[2e-6, 0.1, 0.8])
    rows = rows.assign(variance_centred=rows["variance"] / 2, r2=[-40.0, 0.9, 0.75], r2_centred=[-80.0, 0.8, 0.5])
    return rows.assign(
        low=rows["mse"] / 2, high=2 * rows["mse"], r2_low=rows["r2"] - 0.1, r2_high=rows["r2"] + 0.1, n=10
    ).assign(**changes)


def test_the_curve_along_training_has_every_step_and_r2_far_below_zero_does_not_flatten_it():
    figure = along_training(course())
    lines = {trace.name: list(trace.y) for trace in figure.data}
    assert lines["error"] == [1e-6, 0.01, 0.2] and lines["R², raw"] == [-40.0, 0.9, 0.75]
    assert list(figure.layout.xaxis2.ticktext) == ["0", "30", "1500"]
    assert figure.layout.yaxis2.range[0] == -1 and "not drawn" in figure.layout.yaxis2.title.text
    title = figure.layout.title.text.replace("<br>", " ")
    assert "from 1.0e−6 to 0.20, R² from below −1 to 0.75" in title
    whole = along_training(course(r2=[0.9, 0.9, 0.7], r2_centred=[0.9, 0.9, 0.7]))
    assert whole.layout.yaxis2.range is None
    below = along_training(course(r2=[-40.0, -3.0, -2.0], r2_centred=[-80.0, -3.0, -2.0]))
    assert [one.text for one in below.layout.annotations] == ["every R² is below −1: a constant predicts better"]


def test_size_is_that_of_the_last_of_each_series_and_of_models_of_none():
    other = course(model="big", series="", parameters=5000.0).iloc[:1]
    unknown = course(model="unknown", series="", parameters=np.nan).iloc[:1]
    table = last_of_each(pd.concat([other, course(), unknown]))
    assert table["model"].tolist() == ["m(step=1500)", "big"]
    figure = by_size(pd.concat([other, course()]))
    assert list(figure.data[0].x) == [1000.0, 5000.0] and list(figure.data[0].y) == [0.2, 1e-6]


def test_task_loss_is_drawn_along_each_series_and_no_line_joins_two():
    rows = pd.concat([course(series=name, task="t", score="raw logits", task_loss=0.3) for name in ("a", "b")])
    figure = by_loss(rows)
    assert np.isnan(figure.data[0].x[3]) and list(figure.data[0].x[:3]) == [4.0, 6.0, 7.0]
    title = figure.layout.title.text.replace("<br>", " ")
    assert title == "At the lowest pre-training loss, 4.00, the task loss is 0.30 from raw logits"


def test_two_figures_are_drawn_on_the_axes_that_both_need():
    one, other = (go.Figure(go.Scatter(x=[0, 1], y=y, error_y={"array": [1, 1]})) for y in ([0, 1], [5, 10]))
    for figure in (alike(one, other), alike(other, one)):
        assert figure.layout.yaxis.range[0] < -1 + 1e-9 and figure.layout.yaxis.range[1] > 11
        assert figure.layout.xaxis.range[0] < 0 and figure.layout.xaxis.range[1] < 1.1
    logs = [go.Figure(go.Scatter(x=["a", "b"], y=y), {"yaxis": {"type": "log"}}) for y in ([1, 10], [100, 1000])]
    assert alike(*logs).layout.yaxis.range[1] == pytest.approx(3, abs=0.2) and logs[0].layout.xaxis.range is None


def table(r2_last: tuple[float, float, float]):
    rows = course().assign(text="own", rule="top:10", fit="intercept", r2=[0.1, 0.95, r2_last[1]])
    return rows.assign(r2_low=[0, 0.94, r2_last[0]], r2_high=[0.2, 0.96, r2_last[2]])


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ((0.80, 0.82, 0.84), "training makes the anchor worse"),
        ((0.93, 0.94, 0.95), "no difference in R² is beyond doubt"),
        ((0.97, 0.98, 0.99), "training makes the anchor better"),
    ],
)
def test_what_training_does_is_told_from_the_first_step_after_the_start_by_intervals(last, said):
    (sentence,) = training(table(last))
    assert said in sentence and "steps 30 to 1500" in sentence and "0.950 [0.940, 0.960]" in sentence


@pytest.mark.parametrize(("name", "span"), [("layernorm", True), ("rmsnorm", False)])
def test_our_own_models_open_at_every_step_and_tell_text_better_the_longer_they_were_trained(name, span):
    found = [one for one in models_in((), "tiny", lambda said: None) if one.series == name]
    assert [one.at for one in found] == [0, 30, 100, 300, 1500] and {one.family for one in found} == {"causal_lm"}
    recipe = json.loads((OWN / name / "recipe.json").read_text())
    assert recipe["kept"] == [0, 30, 100, 300, 1500] and "own_models" in recipe["command"] and recipe["packages"]
    assert not {"numpy", "scipy", "pandas", "sklearn", "networkx"} & set(recipe["packages"])
    losses = []
    for one in (found[0], found[2], found[-1]):
        place = Place(Path(one.model))
        model = open_language_model(
            EncoderRecipe(family="causal_lm", model=one.model, place=place, tokenizer=one.tokenizer)
        )
        losses.append(loss_of(model))
    assert losses[0] == pytest.approx(np.log(2048), abs=0.1) and losses[0] > losses[1] + 0.5 > losses[2] + 1


def loss_of(model) -> float:
    """Mean surprise of a docstring that no training saw: numpy's own."""
    from models.streaming import contexts
    from models.windows import cut, tokens_of

    windows = cut(model, tokens_of(model, [np.einsum.__doc__ or ""], 0), 128)
    return float(np.nanmean(np.concatenate([part.surprise for part in contexts(model, model.head, windows, [])])))


def test_our_own_models_are_small_enough_to_ship():
    sizes = [path.stat().st_size for path in OWN.rglob("*") if path.is_file()]
    assert sum(sizes) < 8 << 20 and not any(path.suffix in (".txt", ".parquet") for path in OWN.rglob("*"))
