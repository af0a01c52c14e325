"""How numbers and results are kept in an artifact, and read back."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
import pandas as pd

from analysis.number import Number
from analysis.result import Result
from analysis.store import Artifact


def number_to_json(number: Number) -> dict[str, Any]:
    """A number as plain values, what is None left out."""
    return {name: value for name, value in dataclasses.asdict(number).items() if value not in (None, "")}


def number_from_json(content: Mapping[str, Any]) -> Number:
    """The number of such plain values."""
    return Number(**{"value": None, **content})


def result_to_parts(
    result: Result,
) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]], dict[str, pd.DataFrame]]:
    """Content, arrays and tables of a result, as `Store.put` takes them."""
    content = {
        "numbers": {name: number_to_json(number) for name, number in result.numbers.items()},
        "notes": list(result.notes),
    }
    arrays = {f"array-{name}": array for name, array in result.arrays.items()}
    points = {f"points-{name}": array for name, array in result.points.items()}
    return content, arrays | points, dict(result.tables)


def result_from(artifact: Artifact) -> Result:
    """The result that an artifact keeps."""
    names = artifact.names(".npy")
    return Result(
        numbers={name: number_from_json(n) for name, n in artifact.content["numbers"].items()},
        tables={name: artifact.table(name) for name in artifact.names(".parquet")},
        arrays={name[6:]: artifact.array(name) for name in names if name.startswith("array-")},
        points={name[7:]: artifact.array(name) for name in names if name.startswith("points-")},
        notes=tuple(artifact.content["notes"]),
    )
