"""How numbers and results are kept in an artifact, and read back."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy.typing as npt
import pandas as pd

from analysis.knn_graph import KnnGraph
from analysis.number import Number
from analysis.recipe import Recipe
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


class _Tables(Mapping[str, pd.DataFrame]):
    """The tables of an artifact, each read when it is first asked for."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact, self._names = artifact, artifact.names(".parquet")
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = self._artifact.table(name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def result_from(artifact: Artifact) -> Result:
    """The result that an artifact keeps."""
    names = artifact.names(".npy")
    return Result(
        numbers={name: number_from_json(n) for name, n in artifact.content["numbers"].items()},
        tables=_Tables(artifact),
        arrays={name[6:]: artifact.array(name) for name in names if name.startswith("array-")},
        points={name[7:]: artifact.array(name) for name in names if name.startswith("points-")},
        notes=tuple(artifact.content["notes"]),
    )


def neighbors_from(artifact: Artifact, recipe: Recipe) -> KnnGraph:
    """The kNN graph that an artifact keeps."""
    said = artifact.content
    return KnnGraph(
        recipe.key,
        recipe.params["metric"],
        said["method"],
        artifact.array("indices"),
        artifact.array("distances"),
        number_from_json(said["recall"]),
        tuple(said["recalls"]),
    )
