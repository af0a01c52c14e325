"""The anchors of many language models on one text, a row each: along training, by size, and beside what they tell.

What training does to an anchor is a question about a series (checkpoints with `series` and `at`), what size does one
about all models; the pre-training loss is the mean surprise on the same windows, in nats.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.made import places_of
from analysis.pipeline import Pipeline
from analysis.result import Result

FITTED = ("mse", "variance", "variance_centred", "r2", "r2_centred", "n")  # of the table of fits
AREAS = {"auc_raw": "raw logits", "auc_anchor": "relative to the anchor", "auc_log_probability": "log probabilities"}
COLUMNS = ["model", "series", "at", "parameters", "loss", *FITTED, "low", "high", "r2_low", "r2_high"]


def course(pipeline: Pipeline, asks: Sequence[Ask], rule: str, fit: str) -> pd.DataFrame:
    """One row for each model that has an anchor under this rule and fit, in every series it is in, in their order."""
    rows = []
    for ask, result in _there(pipeline, asks):
        table = result.tables["fits"]
        mine = table[(table["rule"] == rule) & (table["fit"] == fit)]
        if mine.empty:
            continue
        row: dict[str, object] = _who(pipeline, ask, result) | {name: mine[name].iloc[0] for name in FITTED}
        for number, low, high in (("mse", "low", "high"), ("r2", "r2_low", "r2_high")):
            ends = result.numbers.get(f"{number}|{rule}|{fit}")
            row |= {low: getattr(ends, "low", None), high: getattr(ends, "high", None)}
        rows += [row | {"series": series, "at": at} for series, at in _places(pipeline, ask)]
    found = pd.DataFrame(rows, columns=COLUMNS)
    numeric = [name for name in COLUMNS if name not in ("model", "series")]
    found = found.astype(dict.fromkeys(numeric, "float64"))
    return found.sort_values(["series", "at"], kind="stable", ignore_index=True)


def tasks(pipeline: Pipeline, asks: Sequence[Ask]) -> pd.DataFrame:
    """One row for each model, task and way to score it: `task_loss` is 1 less the area under the ROC curve."""
    rows = []
    for ask, result in _there(pipeline, asks):
        for facts in result.tables.get("tasks", pd.DataFrame()).to_dict("records"):
            who = _who(pipeline, ask, result) | {"task": facts["task"], "n": facts["n"]}
            rows += [
                who | {"series": series, "at": at, "score": name, "task_loss": 1 - facts[column]}
                for column, name in AREAS.items()
                for series, at in _places(pipeline, ask)
            ]
    columns = ["model", "series", "at", "parameters", "loss", "task", "n", "score", "task_loss"]
    return pd.DataFrame(rows, columns=columns).sort_values(["task", "score", "loss"], ignore_index=True)


def _there(pipeline: Pipeline, asks: Sequence[Ask]) -> list[tuple[Ask, Result]]:
    """The asks that have an answer with an anchor in it."""
    found = [(ask, cast("Result", pipeline.find(ask))) for ask in asks if pipeline.find(ask) is not None]
    return [(ask, result) for ask, result in found if "fits" in result.tables]


def _who(pipeline: Pipeline, ask: Ask, result: Result) -> dict[str, object]:
    """What a model is: its name, its size, its pre-training loss on these windows."""
    card = {space.checkpoint.name: space.card for space in pipeline.spaces()}[ask.subject]
    perplexity = next((n.value for name, n in result.numbers.items() if name.startswith("perplexity|")), None)
    loss = np.nan if perplexity is None else float(np.log(perplexity))
    return {"model": ask.subject, "parameters": card.parameters, "loss": loss}


def _places(pipeline: Pipeline, ask: Ask) -> tuple[tuple[str, float | None], ...]:
    """The series that a model is in, and where in each; of none its own place."""
    spec = next(space.checkpoint for space in pipeline.spaces() if space.checkpoint.name == ask.subject)
    return places_of(spec) or (("", spec.at),)
