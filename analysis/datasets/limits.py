"""How much a stranger may ask of this machine: checked before a file is read and after."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from analysis.dataset import Dataset
from analysis.datasets.content import content_of
from models.errors import BadInput


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
        with ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        _within(unpacked, limits.bytes, f"{path.name!r} unpacked", "bytes")
    elif content == "parquet":
        from pyarrow import ArrowException, parquet

        try:
            footer = parquet.read_metadata(path)
        except (ArrowException, OSError):
            return  # damaged: reading it says so
        _within(footer.num_rows, limits.rows, f"{path.name!r}", "rows")
        unpacked = sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))
        _within(unpacked, limits.bytes, f"{path.name!r} unpacked", "bytes")


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


def _within(value: int, limit: int, what: str, unit: str) -> None:
    if value > limit:
        raise BadInput(f"{what} has {value:,} {unit}; at most {limit:,} are taken here, so give a smaller one.")
