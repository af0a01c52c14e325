"""Tables of metrics: CSV, TSV, JSON, JSON lines, Parquet or Feather, told by content.

Long: a column of metrics' names and one of values. Wide: every column of numbers is a metric. Run, step and task are
the columns that [[metrics]] names, else those that are called so; without a run column the file's name is the run.
What was taken for what is said. An empty cell is no value; a cell that is no number is a missing one.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from analysis.datasets.table_file import Table, kernels_in_words, read_table
from analysis.imports.cells import number_in_cell, or_nan, text_in
from analysis.imports.files import fingerprint_of, said
from analysis.plugin import MetricSource
from analysis.readings import MOST_VALUES, Reading, Readings, readings_of
from analysis.study import MetricsSpec
from models.errors import BadInput
from models.place import Place

CALLED = {  # usual names of a column, the surest first
    "run": ("run", "run_name", "run_id", "checkpoint", "model", "name"),
    "step": ("step", "global_step", "_step", "steps", "iteration"),
    "task": ("task", "task_name", "dataset"),
    "metric": ("metric", "metric_name"),
    "value": ("value", "score"),
}


def files(spec: MetricsSpec, place: Place) -> dict[str, Path]:
    """The one table."""
    path = place.resolve(spec.path, "path of [[metrics]]")
    if path.is_dir():
        raise BadInput(f"{said(spec)} is a folder; name one table in it.")
    return {path.name: path}


def read(spec: MetricsSpec, place: Place) -> Readings:
    """The cells of the table."""
    (path,) = files(spec, place).values()
    table = read_table(path, header=True)
    with kernels_in_words(table.name):
        roles = _roles(spec, table)
        cells = {name: list(map(text_in, table.column(name, "metrics").to_pylist())) for name in table.names}
    if table.rows > MOST_VALUES:
        raise BadInput(f"{said(spec)} has {table.rows:,} rows; at most {MOST_VALUES:,} values are taken.")
    long = "metric" in roles and "value" in roles
    rest = [name for name in table.names if name not in roles.values()]
    metrics = [] if long else [name for name in rest if any(number_in_cell(cell) is not None for cell in cells[name])]
    notes = [_taken(said(spec), roles, metrics, [name for name in rest if name not in metrics])]
    rows = _rows(roles, cells, path.stem, table.rows)
    found = _long(rows, cells, roles, path.name) if long else _wide(rows, cells, metrics, path.name)
    return readings_of(found, said(spec), notes)


def _roles(spec: MetricsSpec, table: Table) -> dict[str, str]:
    """Which column plays which part."""
    named = {role: getattr(spec, role) for role in ("run", "step", "metric", "value") if getattr(spec, role)}
    for role, name in named.items():
        table.column(name, f"`{role}` of [[metrics]]")
    free = {name.strip().lower(): name for name in reversed(table.names) if name not in named.values()}
    for role, usual in CALLED.items():
        found = next((free[name] for name in usual if name in free), None)
        if role not in named and found is not None:
            named[role] = found
    if ("metric" in named) != ("value" in named):
        named = {role: name for role, name in named.items() if role not in ("metric", "value")}
    return named


def _taken(what: str, roles: Mapping[str, str], metrics: Sequence[str], left: Sequence[str]) -> str:
    parts = [f"{role} = {name!r}" for role, name in roles.items()]
    parts += [] if "run" in roles else ["run = the file's name"]
    parts += [f"metrics = {', '.join(map(repr, metrics))}"] if metrics else []
    return f"{what}: {'; '.join(parts)}" + (f"; left out: {', '.join(map(repr, left))}." if left else ".")


Row = tuple[int, str, str, float]


def _rows(roles: Mapping[str, str], cells: Mapping[str, list[str]], stem: str, n: int) -> Iterator[Row]:
    """Number, run, task and step of each row."""
    for i in range(n):
        run = cells[roles["run"]][i] if "run" in roles else stem
        step = number_in_cell(cells[roles["step"]][i]) if "step" in roles else None
        yield i, run, cells[roles["task"]][i] if "task" in roles else "", or_nan(step)


def _long(
    rows: Iterator[Row], cells: Mapping[str, list[str]], roles: Mapping[str, str], file: str
) -> Iterator[Reading]:
    for i, run, task, step in rows:
        cell = cells[roles["value"]][i]
        yield _reading(run, cells[roles["metric"]][i] or "unnamed", cell, step, task, f"row {i + 1} of {file}")


def _wide(rows: Iterator[Row], cells: Mapping[str, list[str]], metrics: Sequence[str], file: str) -> Iterator[Reading]:
    for i, run, task, step in rows:
        for name in metrics:
            if cell := cells[name][i]:
                yield _reading(run, name, cell, step, task, f"row {i + 1} of {file}")


def _reading(run: str, metric: str, cell: str, step: float, task: str, where: str) -> Reading:
    number = number_in_cell(cell)
    why = "" if number is not None else f"{cell[:40]!r} is no number" if cell else "an empty cell"
    return Reading(run, metric, or_nan(number), step, task, where=where, why=why)


METRIC_SOURCE = MetricSource(
    name="csv",
    title="Tables of metrics (CSV, JSON)",
    version=1,
    fingerprint=lambda spec, place: fingerprint_of(files(spec, place)),
    read=read,
)
