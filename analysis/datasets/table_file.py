"""A table of samples from a file of any of the kinds we know: told by content, refused in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.datasets.content import content_of
from analysis.datasets.delimited import read_delimited
from analysis.datasets.json_rows import read_json_array, read_json_lines
from models.errors import BadInput, nearest


@dataclass(frozen=True, eq=False)
class Table:
    """A file's columns, a pyarrow table. `header`: whether its first row named them, None where names come along."""

    path: Path
    columns: Any
    header: bool | None = None

    @property
    def name(self) -> str:
        """The file's name, for sentences."""
        return self.path.name

    @property
    def rows(self) -> int:
        """How many rows."""
        return int(self.columns.num_rows)

    @property
    def names(self) -> list[str]:
        """The columns' names in order."""
        return list(self.columns.column_names)

    def column(self, name: str, role: str) -> Any:
        """A column by its name; BadInput with the nearest one where there is none."""
        if name not in self.names:
            hint = "" if self.header is not False else " (no header was found; set header = true if there is one)"
            raise BadInput(f"no column {name!r} for {role} in {self.name!r}{hint}{nearest(name, self.names)}")
        return self.columns.column(name)

    def take(self, rows: Any) -> "Table":
        """Some of the rows."""
        return Table(self.path, self.columns.take(rows), self.header)


def read_table(
    path: Path, *, header: bool | None = None, columns: Sequence[str] = (), wanted: Sequence[str] = ()
) -> Table:
    """Read a table; `header` and `columns` as in the study, `wanted` the columns the study names."""
    content = content_of(path)
    if content == "text":
        table, found = read_delimited(path, header=header, columns=columns, wanted=wanted)
        return _checked(Table(path, table, found))
    if content == "json lines":
        return _checked(Table(path, read_json_lines(path)))
    if content == "json array":
        return _checked(Table(path, read_json_array(path)))
    if content in ("parquet", "arrow"):
        return _checked(Table(path, _read_arrow(path, content)))
    other = "images" if content == "image" else "vectors"
    raise BadInput(f'{path.name!r} is no table but {content}; set source = "{other}" in [dataset].')


def _read_arrow(path: Path, content: str) -> Any:
    import pyarrow as pa

    try:
        table = _load_arrow(path, content)
        table.validate(full=True)  # offsets and texts of a damaged file would lead out of its memory
        _ = table.column_names  # names that are no text fail here
        return table
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        kind = "Parquet" if content == "parquet" else "Arrow"
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise BadInput(
            f"{path.name!r} is a {kind} file that is cut off or damaged ({reason}); copy it again."
        ) from error


def _load_arrow(path: Path, content: str) -> Any:
    from pyarrow import feather, ipc, parquet

    if content == "parquet":
        return parquet.ParquetFile(path).read()
    with path.open("rb") as file:
        if file.read(4) == b"\xff\xff\xff\xff":
            file.seek(0)
            return ipc.open_stream(file).read_all()
    return feather.read_table(path)


def _checked(table: Table) -> Table:
    repeated = sorted({name for name in table.names if table.names.count(name) > 1})
    if repeated:
        raise BadInput(f"two columns of {table.name!r} are called {repeated[0]!r}; give each its own name.")
    return table
