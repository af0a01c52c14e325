"""What a Parquet file would unpack to, known before it is: widths by its footer, texts by reading them folded.

A dictionary page holds a long text once for any number of rows; the footer counts it once, memory would every time.
"""

from pathlib import Path

from analysis.datasets.decoded import check_decoded
from analysis.datasets.parquet_footer import Chunk, chunks_of
from models.errors import BadInput

WIDTHS = {"BOOLEAN": 1, "INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12}  # bytes of a value


def check_unpacked(path: Path, most: int) -> None:
    """Refuse a file whose columns would take more than so many bytes; Arrow's own errors over a damaged one."""
    from pyarrow import parquet

    groups = chunks_of(path)
    chunks = [chunk for group in groups for chunk in group]
    _within(sum(map(_by_footer, chunks)), most, path)
    texts = [chunk for chunk in chunks if chunk.kind == "BYTE_ARRAY"]
    if sum(chunk.values * chunk.unpacked for chunk in texts) <= most:
        return  # not even if every value were as long as its whole chunk
    names = sorted({chunk.name for chunk in texts})
    total = 0
    with parquet.ParquetFile(path, read_dictionary=names) as file:
        for group in range(len(groups)):
            total += check_decoded(file.read_row_group(group, columns=names), path.name, most)
            _within(total, most, path)


def _by_footer(chunk: Chunk) -> int:
    return max(chunk.unpacked, chunk.values * WIDTHS.get(chunk.kind, 0))


def _within(size: int, most: int, path: Path) -> None:
    if size > most:
        raise BadInput(
            f"{path.name!r} unpacked has {size:,} bytes; at most {most:,} are taken here, so give a smaller one."
        )
