"""How much a stranger may ask of this machine: checked before a file is read and after.

What a file would unpack to is read from its own headers first; what its dictionaries mean is added up while they
are folded. Nothing is written out that has not been counted.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from analysis.dataset import Dataset
from analysis.datasets.arrow_sizes import arrow_sizes
from analysis.datasets.content import DAMAGE, content_of
from analysis.datasets.decoded import check_decoded
from analysis.datasets.parquet_sizes import check_unpacked
from analysis.datasets.table_file import damage_in_words, kernels_in_words, read_arrow
from models.errors import BadInput

BLOCK = 1 << 24  # bytes looked at together
BRACKETS_PER_ROW = 5  # of JSON: each may become a container of its own


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most bytes (of a file, and of what it unpacks to), rows, dimensions, and pixels in all images."""

    bytes: int
    rows: int
    dimensions: int
    pixels: int


def check_file(path: Path, limits: Limits) -> None:
    """Refuse a file that is too large, or that would unpack to too much."""
    _within(path.stat().st_size, limits.bytes, f"{path.name!r}", "bytes")
    content = content_of(path)
    if content == "npz":
        try:
            with ZipFile(path) as archive:
                unpacked = sum(member.file_size for member in archive.infolist())
        except DAMAGE as error:
            raise BadInput(f"{path.name!r} is a zip file that is cut off or damaged; copy it again.") from error
        _within(unpacked, limits.bytes, f"{path.name!r} unpacked", "bytes")
    elif content == "parquet":
        _check_parquet(path, limits)
    elif content == "arrow":
        _check_arrow(path, limits)
    elif content in ("json lines", "json array"):
        brackets = _count(path, b"[") + _count(path, b"{")
        _within(brackets, BRACKETS_PER_ROW * limits.rows, f"{path.name!r}", "brackets that open")


def check_dataset(dataset: Dataset, limits: Limits) -> None:
    """Refuse samples that are too many or too wide."""
    what = f"dataset {dataset.name!r}"
    _within(len(dataset), limits.rows, what, "rows")
    for matrix in (dataset.vectors, dataset.numeric):
        if matrix is not None:
            _within(matrix.shape[1], limits.dimensions, what, "dimensions")
    if dataset.images is not None:
        pixels = sum(image.shape[0] * image.shape[1] for image in dataset.images)
        _within(pixels, limits.pixels, what, "pixels")


def _check_arrow(path: Path, limits: Limits) -> None:
    sizes = arrow_sizes(path)
    _within(sizes.rows, limits.rows, f"{path.name!r}", "rows")
    _within(sizes.elements, limits.bytes, f"{path.name!r} unpacked", "values")
    _within(sizes.bytes, limits.bytes, f"{path.name!r} unpacked", "bytes")
    table = read_arrow(path, "arrow")
    _within(table.num_rows, limits.rows, f"{path.name!r}", "rows")
    with kernels_in_words(path.name):
        check_decoded(table, path.name, limits.bytes)


def _check_parquet(path: Path, limits: Limits) -> None:
    from pyarrow import parquet

    with damage_in_words(path, "parquet"):
        footer = parquet.read_metadata(path)
        groups = sum(footer.row_group(i).num_rows for i in range(footer.num_row_groups))
        _within(max(footer.num_rows, groups), limits.rows, f"{path.name!r}", "rows")
        check_unpacked(path, limits.bytes)


def _count(path: Path, mark: bytes) -> int:
    with path.open("rb") as file:
        return sum(block.count(mark) for block in iter(lambda: file.read(BLOCK), b""))


def _within(value: int, limit: int, what: str, unit: str) -> None:
    if value > limit:
        raise BadInput(f"{what} has {value:,} {unit}; at most {limit:,} are taken here, so give a smaller one.")
