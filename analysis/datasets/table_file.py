"""A table of samples from a file of any of the kinds we know: told by content, refused in a sentence."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.datasets.arrow_sizes import arrow_sizes
from analysis.datasets.content import content_of
from analysis.datasets.decoded import check_decoded, plain_columns
from analysis.datasets.delimited import check_columns, read_delimited
from analysis.datasets.json_rows import read_json_array, read_json_lines
from analysis.datasets.parquet_sizes import check_unpacked
from models.errors import BadInput, nearest
from models.memory import machine_memory


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
        if self.columns.schema.get_field_index(name) < 0:  # absent, for none is there twice
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
        return _checked(Table(path, _plain_table(path, content)))
    other = "images" if content == "image" else "vectors"
    raise BadInput(f'{path.name!r} is no table but {content}; set source = "{other}" in [dataset].')


@contextmanager
def kernels_in_words(name: str) -> Iterator[None]:
    """Within the block, what Arrow cannot do with a table's columns becomes a sentence; `name` is the table's."""
    import pyarrow as pa

    try:
        yield
    except BadInput:
        raise
    except MemoryError as error:
        raise _too_large(name) from error
    except (pa.ArrowException, OverflowError) as error:
        raise BadInput(
            f"{name!r} holds a column that cannot be worked with ({first_line(error)}); leave it out, or save it as"
            " plain texts and numbers."
        ) from error


@contextmanager
def damage_in_words(path: Path, content: str) -> Iterator[None]:
    """Within the block, what Arrow finds wrong with a file becomes a sentence."""
    import pyarrow as pa

    kind = "a Parquet" if content == "parquet" else "an Arrow"
    try:
        yield
    except BadInput:
        raise
    except MemoryError as error:
        raise _too_large(path.name) from error
    except NotImplementedError as error:
        raise BadInput(
            f"{path.name!r} is {kind} file of a form that is not read here ({first_line(error)}); save its columns"
            " as plain texts and numbers."
        ) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadInput(
            f"{path.name!r} is {kind} file that is cut off or damaged ({first_line(error)}); copy it again."
        ) from error


def read_arrow(path: Path, content: str) -> Any:
    """An Arrow or Parquet file as a pyarrow table, checked; dictionaries stay folded."""
    with damage_in_words(path, content):
        if content == "parquet":
            check_unpacked(path, machine_memory())
        elif arrow_sizes(path).bytes > machine_memory():
            raise _too_large(path.name)
        table = _load_arrow(path, content)
        table.validate(full=True)  # offsets and texts of a damaged file would lead out of its memory
        names = table.column_names  # names that are no text fail here
    check_columns(path.name, len(names))
    return table


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _too_large(name: str) -> BadInput:
    return BadInput(
        f"{name!r} does not fit into memory when it is unpacked, or it is damaged; give one of fewer rows or columns."
    )


def _plain_table(path: Path, content: str) -> Any:
    table = read_arrow(path, content)
    with kernels_in_words(path.name):
        check_decoded(table, path.name, machine_memory())
        return plain_columns(table)


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
    repeated = sorted(name for name, count in Counter(table.names).items() if count > 1)
    if repeated:
        raise BadInput(f"two columns of {table.name!r} are called {repeated[0]!r}; give each its own name.")
    return table
