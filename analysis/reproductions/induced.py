"""The space that a way to begin gives the test inputs of a task, before fine-tuning and after it.

How many directions it uses, how many dimensions it fills, and how alike it is to the space of natural pre-training with
the same seed (debiased CKA: 1 the same up to rotation and scale, 0 chance).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.number import CannotAnalyze
from analysis.reproductions.synthetic import NATURAL, Plan, Regime, Run, recipe_of
from analysis.space import EmbeddingSpace
from analysis.store import Store

K = 15
COLUMNS = ("when", "seed", "effective rank", "participation ratio", "TwoNN", "CKA with natural", "n")


def induced(runs: Sequence[Run], plan: Plan, store: Store) -> pd.DataFrame:
    """Two rows a run that is kept: `COLUMNS`, NaN where a question has no answer."""
    rows = []
    for run in runs:
        artifact = store.get(recipe_of(run, plan, store))
        natural = store.get(recipe_of(Run(NATURAL, run.task, run.regime, run.seed), plan, store))
        if artifact is None:
            continue
        for when in ("before", "after"):
            space = space_of(artifact.array(when))
            other = None if natural is None else space_of(natural.array(when))
            like = 1.0 if run.way == NATURAL else alike(space, other)
            rows.append((f"{when} fine-tuning", run.seed, *shape_of(space), like, space.n))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def spaces_of(table: pd.DataFrame, plan: Plan, store: Store) -> pd.DataFrame:
    """The induced spaces of every run of a table that has a row for each."""
    parts = []
    for (way, task, regime), part in table.groupby(["way", "task", "regime"], sort=False):
        named: Regime = "full" if regime == "full" else "low"
        runs = [Run(str(way), str(task), named, int(seed)) for seed in part["seed"]]
        parts.append(induced(runs, plan, store).assign(way=str(way), task=str(task), regime=named))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def told(spaces: pd.DataFrame, way: str) -> str:
    """What the spaces of a way, of random weights and of natural pre-training are after fine-tuning; means over seeds.

    `spaces`: rows of `induced` with their `way`. Empty where one of the three is not there.
    """
    after = spaces[spaces["when"] == "after fine-tuning"]
    means = after.groupby("way")[["CKA with natural", "effective rank"]].mean()
    names = list(dict.fromkeys((way, "random", NATURAL)))
    if not {*names} <= {*means.index} or means.loc[names].isna().any(axis=None):
        return ""
    alike_to, rank = means["CKA with natural"].to_dict(), means["effective rank"].to_dict()
    like = ", ".join(f"{name} {alike_to[name]:.2f}" for name in names if name != NATURAL)
    used = ", ".join(f"{name} {rank[name]:.0f}" for name in names)
    return (
        f"After fine-tuning: likeness to the space of natural pre-training (CKA, 1 is the same) {like};"
        f" directions in use (effective rank) {used}."
    )


def space_of(vectors: npt.NDArray[np.float32]) -> EmbeddingSpace:
    """Vectors as a space."""
    kept = np.ascontiguousarray(vectors, dtype=np.float32)
    return EmbeddingSpace("induced", "induced", kept, tuple(map(str, range(len(kept)))))


def shape_of(space: EmbeddingSpace) -> tuple[float, float, float]:
    """Effective rank, participation ratio and TwoNN."""
    from analysis.geometry.dimension import compute as dimensions
    from analysis.geometry.spectrum import compute as spectrum
    from analysis.neighbors.graph import build_graph
    from analysis.plugin import Params

    found = dict.fromkeys(("effective_rank", "participation_ratio", "twonn"), float("nan"))
    try:
        numbers = dict(spectrum(space, Params()).numbers)
        graph = build_graph(space, metric="euclidean", k=min(K, space.n - 1), seed=0)
        numbers |= dimensions(space, Params(), graph).numbers
    except CannotAnalyze:
        numbers = {}
    found |= {name: numbers[name].value or float("nan") for name in found if name in numbers}
    return found["effective_rank"], found["participation_ratio"], found["twonn"]


def alike(one: EmbeddingSpace, other: EmbeddingSpace | None) -> float:
    """Debiased CKA of two spaces of the same samples."""
    from analysis.comparison.debiased_cka import value
    from analysis.comparison.moments import Pair, extended

    if other is None or other.n != one.n:
        return float("nan")
    try:
        return value(Pair(extended(one, "centered"), extended(other, "centered")).whole)
    except CannotAnalyze:
        return float("nan")
