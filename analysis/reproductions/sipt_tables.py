"""What the runs of Structure Inducing Pre-Training's reproduction say together, beside what was published."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.reproductions.published import MANIFOLD_AUROC, TOPOLOGY_AUROC
from analysis.reproductions.sipt import Run
from analysis.reproductions.topology import KINDS

SLACK = 0.02  # by which a curve may rise and still be said to fall
COLUMNS = ["experiment", "world", "task", "seed", "weight", "number", "value"]
NOTE = """\
Same pattern, not same values: other sentences (docstrings of installed packages), whole words instead of characters,
smaller encoders and fewer steps than published; the cap on near-duplicate sentences (TF-IDF cosine below .2) is ours.
AUROC: leave-one-out votes of the 3 nearest samples, on the samples that were pre-trained on, mean over seeds. Controls:
TF-IDF vectors, the encoder before training, and how well distances tell links (AUROC). A run that ends with the
structure loss at half its margin has collapsed."""


def long(results: Iterable[tuple[Run, Mapping[str, Any] | None]]) -> pd.DataFrame:
    """Every number of every run that is there, one a row; `task` is empty for numbers of the space as a whole."""
    rows = []
    for run, said in results:
        for name, value in (said or {}).items():
            task, _, number = name.rpartition(".")
            if value is not None:
                rows.append((run.experiment, run.world, task, run.seed, run.weight, number, float(value)))
    return pd.DataFrame(rows, columns=COLUMNS)


def manifolds(table: pd.DataFrame) -> pd.DataFrame:
    """A row per surface: AUROC without and with the structure loss, ours and published, and the controls."""
    rows = []
    for world, (without, with_it) in MANIFOLD_AUROC.items():
        mine = table[(table["experiment"] == "manifold") & (table["world"] == world)]
        if mine.empty:
            continue
        row: dict[str, Any] = {"surface": world, "seeds": mine["seed"].nunique()}
        row |= {"AUROC λ=0": _mean(mine, "auroc", 0.0), "AUROC λ=.1": _mean(mine, "auroc", 0.1)}
        row |= {"lowest λ=.1": _of(mine, "auroc", 0.1).min(), "published λ=0": without, "published λ=.1": with_it}
        row |= {"TF-IDF": _mean(mine, "tfidf", 0.1), "untrained": _mean(mine, "untrained", 0.1)}
        row |= {"link AUROC λ=.1": _mean(mine, "link_auroc", 0.1), "LC soft": _mean(mine, "consistency", 0.1)}
        rows.append(row | {"collapsed": int(_of(mine, "collapsed", 0.1).sum())})
    return pd.DataFrame(rows)


def topology(table: pd.DataFrame) -> pd.DataFrame:
    """A row per text and task: AUROC without and with, ours and published, and whether it goes the same way."""
    rows = []
    for world, tasks in TOPOLOGY_AUROC.items():
        for task, (without, with_it) in tasks.items():
            mine = table[(table["experiment"] == "topology") & (table["world"] == world) & (table["task"] == task)]
            if mine.empty:
                continue
            before, after = _mean(mine, "auroc", 0.0), _mean(mine, "auroc", 0.1)
            row = {"texts tell": world, "task": task, "seeds": mine["seed"].nunique()}
            row |= {"AUROC λ=0": before, "AUROC λ=.1": after, "published λ=0": without, "published λ=.1": with_it}
            rows.append(row | {"same sign": bool((after > before) == (with_it > without))})
    return pd.DataFrame(rows)


def noise(table: pd.DataFrame) -> pd.DataFrame:
    """A row per noise among cliques: how well links and topics are recovered."""
    mine = table[table["experiment"] == "cliques"]
    rows = []
    for world in sorted(mine["world"].unique(), key=float):
        part = mine[mine["world"] == world]
        row = {"noise": float(world), "seeds": part["seed"].nunique(), "link AUROC": _mean(part, "link_auroc", 0.1)}
        row |= {"kNN accuracy": _mean(part, "accuracy", 0.1), "kNN AUROC": _mean(part, "auroc", 0.1)}
        row |= {"LC soft": _mean(part, "consistency", 0.1), "collapsed": int(_of(part, "collapsed", 0.1).sum())}
        rows.append(row)
    return pd.DataFrame(rows)


def verdicts(table: pd.DataFrame) -> list[str]:
    """Whether the paper's pattern appears, a sentence for each part of it."""
    said = []
    surfaces, hung, cliques = manifolds(table), topology(table), noise(table)
    if len(surfaces):
        held = bool((surfaces["AUROC λ=.1"] >= 0.8).all() and (surfaces["AUROC λ=0"] <= 0.6).all())
        said.append(
            f"{_mark(held)} surfaces: AUROC at least .80 with the structure loss and at most .60 without, on all."
        )
    if len(hung):
        change = (hung["AUROC λ=.1"] - hung["AUROC λ=0"]).to_numpy()
        own = ((hung["texts tell"] == "structural") & (hung["task"] == "structural")).to_numpy()
        along = hung["task"].isin([kind for kind in KINDS if kind != "structural"]).to_numpy()
        said.append(f"{_mark(bool((change[own] <= -0.05).all()))} roles told by the texts: falls by .05 or more.")
        held = bool((change[along] >= 0.05).all())
        said.append(f"{_mark(held)} motifs and neighbourhoods: rise by .05 or more under every text.")
    if len(cliques) > 1:
        falls = all(
            np.diff(cliques[name]).max() <= SLACK and cliques[name].iloc[-1] < cliques[name].iloc[0]
            for name in ("link AUROC", "kNN accuracy")
        )
        said.append(f"{_mark(falls)} cliques: recovery and accuracy fall together as noise grows.")
    return said


def _mark(held: bool) -> str:
    return "yes" if held else "NO "


def _of(part: pd.DataFrame, number: str, weight: float) -> "pd.Series[float]":
    return part[(part["number"] == number) & (part["weight"] == weight)]["value"]


def _mean(part: pd.DataFrame, number: str, weight: float) -> float:
    return float(_of(part, number, weight).mean())
