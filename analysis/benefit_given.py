"""A matrix of benefits that was made elsewhere: the tables that `reproduce synthetic --out` wrote, read and checked."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets.fingerprints import hash_of_file
from analysis.datasets.table_file import read_table
from analysis.reproductions.induced import COLUMNS as SHAPES
from analysis.reproductions.synthetic import NATURAL
from analysis.reproductions.synthetic_tables import METRICS
from models.errors import BadInput
from models.place import Place

NAMED = ("way", "task", "regime")
NUMBERS = ("seed", *METRICS, "rate", "area")
CURVE = ("steps", "right")
SPACES = "_spaces"  # a file of this end may lie beside: the spaces that the runs induced


def given(path: str, place: Place) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The runs as `synthetic_tables.long` has them, and the spaces they induced, without rows where there is no file.

    BadInput for a file that is no such table.
    """
    file = place.resolve(path, "runs")
    runs = _table(file, (*NAMED, *NUMBERS, *CURVE))
    if runs.empty:
        raise BadInput(f"{file.name} has no run; give the table that `reproduce synthetic --out` wrote.")
    for name in NUMBERS:
        runs[name] = _numbers(runs[name], file, name)
    for name in CURVE:
        runs[name] = [_points(cell, file, name) for cell in runs[name]]
    if any(len(steps) != len(right) for steps, right in zip(runs["steps"], runs["right"], strict=True)):
        raise BadInput(f"{file.name} has a curve with more steps than values or fewer; write it anew.")
    if unknown := set(runs["regime"]) - {"low", "full"}:
        raise BadInput(f"regime of {file.name} is {min(unknown, key=str)!r}; give 'low' or 'full'.")
    for task, part in runs.groupby(["task", "regime"]):
        if lacking := sorted({"random", NATURAL} - set(part["way"])):
            raise BadInput(
                f"{file.name} has no run of {lacking[0]} on {task[0]}, {task[1]} data; nothing to divide by."
            )
    beside = _beside(file)
    if not beside.is_file():
        return runs, pd.DataFrame(columns=[*NAMED, *SHAPES])
    spaces = _table(beside, (*NAMED, *SHAPES))
    for name in SHAPES[1:]:
        spaces[name] = pd.to_numeric(spaces[name], errors="coerce")
    return runs, spaces


def fingerprint(path: str, place: Place) -> Mapping[str, str]:
    """What the files hold."""
    file = place.resolve(path, "runs")
    files = {"runs": file, "spaces": _beside(file)}
    return {name: hash_of_file(one) for name, one in files.items() if one.is_file()}


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.stem}{SPACES}{file.suffix}")


def _table(file: Path, names: tuple[str, ...]) -> pd.DataFrame:
    table = read_table(file)
    found: pd.DataFrame = pd.DataFrame({name: table.column(name, "runs").to_pylist() for name in names})
    for name in NAMED:
        found[name] = found[name].astype(str)
    return found


def _numbers(cells: "pd.Series[Any]", file: Path, name: str) -> "pd.Series[Any]":
    found = pd.to_numeric(cells, errors="coerce")
    wrong = ~np.isfinite(found)
    if wrong.any():
        raise BadInput(f"{name} of {file.name} is {cells[wrong].iloc[0]!r} in a row; give a number.")
    return found


def _points(cell: object, file: Path, name: str) -> list[float]:
    try:
        found = json.loads(str(cell))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not found or not all(_is_number(one) for one in found):
        raise BadInput(f"{name} of {file.name} is {str(cell)[:40]!r} in a row; give a list of numbers in brackets.")
    return found


def _is_number(one: object) -> bool:
    return isinstance(one, int | float) and math.isfinite(one)
