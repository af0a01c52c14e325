"""The weights of a checkpoint as tables: tensor by tensor, norms by depth, and layers against types."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.spaces import encoder_recipe
from analysis.study import CheckpointSpec
from models.errors import BadInput
from models.place import Place

if TYPE_CHECKING:
    from models.weight_statistics import TensorStatistics

COLUMNS = (
    "tensor",
    "type",
    "layer",
    "entries",
    "mean",
    "sd",
    "kurtosis",
    "lowest",
    "highest",
    "default_mean",
    "default_sd",
    "moved",
    "chance",
)


def weights_of(spec: CheckpointSpec, place: Place) -> pd.DataFrame:
    """The table of a checkpoint of transformers: one row a tensor, `COLUMNS`, in the network's order.

    `moved`: earth mover's distance of its entries from those that its architecture draws; `chance`: that of two draws.
    """
    from models.weight_statistics import checkpoint_statistics

    if not spec.model or spec.architecture or spec.family in ("vectors", "numeric", "tfidf"):
        raise BadInput(f"checkpoint {spec.name!r} has no network of transformers; weights are listed of those alone.")
    return frame_of(checkpoint_statistics(spec.model, encoder_recipe(spec, place)))


def frame_of(found: "Sequence[TensorStatistics]") -> pd.DataFrame:
    """Statistics of tensors as a table."""
    rows = []
    for one in found:
        entries = 1
        for size in one.shape:
            entries *= size
        moments = (one.mean, one.sd, one.kurtosis, one.lowest, one.highest)
        against = (one.default_mean, one.default_sd, one.moved, one.chance)
        rows.append((one.name, one.part.label, one.part.layer, entries, *moments, *against))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def norm_profile(weights: pd.DataFrame) -> pd.DataFrame:
    """The scales of norms by depth: type, stack, depth, mean and sd; those outside of layers come last (depth -1)."""
    rows = weights[weights["type"].str.fullmatch(r"(?:\w+ )?norm")]
    stack = rows["layer"].str.extract(r"^([a-z]*)", expand=False)
    depth = pd.to_numeric(rows["layer"].str.extract(r"(\d+)$", expand=False)).fillna(-1).astype(int)
    found = rows[["tensor", "type", "mean", "sd"]].assign(stack=stack, depth=depth)
    last = found["depth"].where(found["depth"] >= 0, found["depth"].max() + 1)
    return found.assign(last=last).sort_values(["stack", "type", "last"], kind="stable").drop(columns="last")


def layers_by_type(weights: pd.DataFrame, column: str) -> pd.DataFrame:
    """A column of the table as layer × type, averaged where a layer has several tensors of a type (MLP)."""
    if column not in COLUMNS[3:]:
        raise BadInput(f"no column {column!r} of numbers; there are: {', '.join(COLUMNS[3:])}.")
    rows = weights[weights["layer"] != ""]
    table = rows.pivot_table(index="layer", columns="type", values=column, aggfunc="mean", sort=False)
    return table.rename_axis(index="layer", columns=None)


def side_by_side(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Two checkpoints' tensors of one name: mean and sd of both, and how many times the first's SD the second's is."""
    keep = ["tensor", "type", "layer", "mean", "sd"]
    both = one[keep].merge(other[["tensor", "mean", "sd"]], on="tensor", suffixes=("", "_other"))
    return both.assign(ratio=both["sd_other"] / both["sd"].where(both["sd"] > 0))


def sentence(weights: pd.DataFrame, name: str) -> str:
    """What there is, and which tensor is farthest from a fresh draw for its size, in units of what chance gives."""
    said = f"{name} has {len(weights):,} tensors with {int(weights['entries'].sum()):,} entries."
    known = weights[(weights["default_sd"] > 0) & weights["moved"].notna()]
    if known.empty:
        return said
    far = known["moved"] / known["default_sd"]
    at = int(far.to_numpy().argmax())
    chance = float((known["chance"] / known["default_sd"]).iloc[at])
    more = f"{far.max():.2g} default SDs, where two draws of it are {chance:.2g} apart"
    return f"{said} Farthest from how its architecture draws it: {known['tensor'].iloc[at]}, by {more}."
