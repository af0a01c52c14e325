"""Images in a column of a table: bytes, base64, or paths that start at the table's folder."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.dataset import Image
from analysis.datasets.image_file import read_image, scaled_note, spool
from analysis.datasets.table_file import Table
from analysis.packed_images import PackedImages
from models.errors import BadInput
from models.place import Place

STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")


def images_of(column: Any, ids: Sequence[str], table: Table, place: Place) -> tuple[PackedImages, tuple[str, ...]]:
    """Decode a pyarrow column of images; `ids` name them in sentences."""
    scaled = 0

    def decoded() -> Iterator[Image]:
        nonlocal scaled
        for cell, name in zip(column, ids, strict=True):
            what = f"the image of sample {name!r} in {table.name!r}"
            image, large = read_image(source_of(cell.as_py(), what, table.path, place), what)
            scaled += large
            yield image

    images = spool(decoded())
    return images, scaled_note(scaled, len(ids))


def source_of(cell: Any, what: str, table: Path, place: Place) -> Path | bytes:
    """Where a cell's image is: in its bytes, or in the file it names."""
    if isinstance(cell, dict):  # as the datasets library keeps them
        cell = cell.get("bytes") or cell.get("path")
    if isinstance(cell, bytes):
        return cell
    if not isinstance(cell, str) or not cell:
        raise BadInput(f"{what} is missing; leave that row out.")
    return bytes_of_text(cell) or place.resolve(str(table.parent / Path(cell).expanduser()), what)


def bytes_of_text(cell: str) -> bytes | None:
    """The bytes of a base64 text or data URI that begin like an image; None for anything else.

    >>> bytes_of_text("data:image/gif;base64,R0lGODlh")
    b'GIF89a'
    >>> bytes_of_text("cats/R0lGODlh.gif") is None
    True
    """
    packed = re.sub(r"^data:[\w/+.-]*;base64,|\s", "", cell)
    try:
        found = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if found.startswith(STARTS) else None
