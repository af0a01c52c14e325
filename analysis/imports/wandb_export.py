"""Exports of Weights & Biases as tables: a history, a panel (a column "RUN - METRIC" each), or a table of runs."""

from collections.abc import Iterator
from pathlib import Path

from analysis.datasets.table_file import Table
from analysis.imports.cells import number_in_cell, or_nan, text_in
from analysis.readings import Reading

RANGES = ("__MIN", "__MAX")  # of a panel: what its curve was drawn from


def readings_in(path: Path, table: Table) -> Iterator[Reading]:
    """Every number of an export, with its run, step and time."""
    names = {name.lower(): name for name in reversed(table.names)}
    step, time = names.get("_step", names.get("step", "")), names.get("_timestamp", "")
    run = names.get("name", "")
    columns = {name: list(map(text_in, table.column(name, "metrics").to_pylist())) for name in table.names}
    for i in range(table.rows):
        at, when = (or_nan(number_in_cell(columns[name][i] if name else "")) for name in (step, time))
        for name, cells in columns.items():
            number = number_in_cell(cells[i])
            if number is None or name in (step, time, run) or name.startswith("_") or name.endswith(RANGES):
                continue
            of, dash, metric = name.rpartition(" - ")
            if dash and metric.startswith("_"):
                continue
            called = of if dash else columns[run][i] if run else path.stem
            yield Reading(called, metric, number, at, when=when, where=f"row {i + 1} of {path.name}")
