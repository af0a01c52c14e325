"""Weights & Biases: exported histories and panels (CSV, JSON), and the files of a run's folder, without its library.

A history has a row a step: `_step`, `_timestamp`, and a column a metric; it is called as its file. A panel's export
has a column "RUN - METRIC" each (its __MIN and __MAX are left out), a table of runs a row each (`Name`). In a folder
every `run-ID.wandb` is read, and `wandb-summary.json` where there is none; such a run is called by its ID.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from analysis.datasets.table_file import kernels_in_words, read_table
from analysis.imports.cells import or_nan
from analysis.imports.files import files_of, fingerprint_of, number_in, parsed, said, text_of
from analysis.imports.wandb_export import readings_in
from analysis.imports.wandb_log import history
from analysis.plugin import MetricSource
from analysis.readings import Reading, Readings, readings_of
from analysis.study import MetricsSpec
from models.errors import BadInput
from models.place import Place

SUMMARY = "wandb-summary.json"
DEEPEST = 8  # nested metrics


def files(spec: MetricsSpec, place: Place) -> dict[str, Path]:
    """The export, or the logs and summaries of the folder's runs."""

    def is_one(path: Path) -> bool:
        return (path.suffix == ".wandb" or path.name == SUMMARY) and "latest-run" not in path.parts

    found = files_of(spec, place, is_one, f"run of Weights & Biases (*.wandb, {SUMMARY})")
    logged = {Path(name).parent.as_posix() for name in found if name.endswith(".wandb")}
    return {
        name: path
        for name, path in found.items()
        if not (path.name == SUMMARY and Path(name).parent.parent.as_posix() in logged)
    }


def read(spec: MetricsSpec, place: Place) -> Readings:
    """The metrics of all runs."""
    notes: list[str] = []
    found = (_file(name, path, notes) for name, path in files(spec, place).items())
    return readings_of(chain.from_iterable(found), said(spec), notes)


def _file(where: str, path: Path, notes: list[str]) -> Iterator[Reading]:
    if path.suffix == ".wandb":
        yield from _log(where, path, notes)
    elif path.name == SUMMARY:
        try:
            summary = parsed(text_of(path), where)
        except BadInput as error:
            notes.append(str(error))
            return
        run = path.parent.parent.name.rpartition("-")[2] or path.parent.name
        yield from _row(run, summary if isinstance(summary, dict) else {}, where)
    else:
        with kernels_in_words(path.name):
            yield from readings_in(path, read_table(path, header=True))


def _log(where: str, path: Path, notes: list[str]) -> Iterator[Reading]:
    steps = 0
    try:
        for row in history(path):
            steps += 1
            yield from _row(path.stem.removeprefix("run-"), row, where)
    except ValueError as error:
        notes.append(f"{where!r} {error}; the {steps:,} steps before that were read.")


def _row(run: str, row: Mapping[str, Any], where: str, depth: int = 0) -> Iterator[Reading]:
    """The numbers of one step; of nested metrics under `a.b`. JSON's NaN may stand as a text."""
    step, when = number_in(row.get("_step")), number_in(row.get("_timestamp"))
    for name, value in row.items():
        if name.startswith("_"):
            continue
        if isinstance(value, dict):
            if depth < DEEPEST and "_type" not in value:  # a table, an image, a histogram has a type
                inside = {f"{name}.{key}": part for key, part in value.items()}
                yield from _row(run, inside | {"_step": step, "_timestamp": when}, where, depth + 1)
            continue
        number = math.nan if value in ("NaN", "Infinity", "-Infinity") else number_in(value)
        if number is not None:
            why = f"{value} where it was logged" if isinstance(value, str) else ""
            yield Reading(run, name, number, or_nan(step), when=or_nan(when), where=where, why=why)


METRIC_SOURCE = MetricSource(
    name="wandb",
    title="Weights & Biases exports and run folders",
    version=1,
    fingerprint=lambda spec, place: fingerprint_of(files(spec, place)),
    read=read,
)
