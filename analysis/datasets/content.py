"""What a file is, told by its first bytes and never by its name."""

import os
import re
import zlib
from lzma import LZMAError
from pathlib import Path
from tokenize import TokenError
from typing import Literal
from zipfile import BadZipFile, ZipFile

from models.errors import BadInput

Content = Literal["text", "json lines", "json array", "parquet", "arrow", "npy", "npz", "safetensors", "image"]

HEAD = 4096  # bytes looked at
SIGNS: tuple[tuple[bytes, Content], ...] = (
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"FEA1", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"),  # a stream of Arrow messages
    (b"\x93NUMPY", "npy"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
)
FOREIGN = (
    (b"\x1f\x8b", "is packed with gzip", "unpack it first"),
    (b"BZh", "is packed with bzip2", "unpack it first"),
    (b"\xfd7zXZ", "is packed with xz", "unpack it first"),
    (b"7z\xbc\xaf", "is a 7z archive", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd", "unpack it first"),
    (b"\x89HDF", "is an HDF5 file", "save its matrix as .npy or its table as Parquet"),
    (b"SQLite", "is an SQLite database", "export the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Office document", "save the sheet as CSV"),
    (b"\x80\x02", "is a Python pickle, which could run anything", "save it as .npy, .npz or safetensors"),
    (b"\x80\x03", "is a Python pickle, which could run anything", "save it as .npy, .npz or safetensors"),
    (b"\x80\x04", "is a Python pickle, which could run anything", "save it as .npy, .npz or safetensors"),
    (b"\x80\x05", "is a Python pickle, which could run anything", "save it as .npy, .npz or safetensors"),
    (b"\xff\xfe", "is text in UTF-16", "save it as UTF-8"),
    (b"\xfe\xff", "is text in UTF-16", "save it as UTF-8"),
    (b"%PDF", "is a PDF document", "give a table, vectors or images"),
)
# What damaged files and lying headers raise.
DAMAGE: tuple[type[Exception], ...] = (BadZipFile, OSError, ValueError, EOFError, RuntimeError, MemoryError)
DAMAGE += (SyntaxError, TokenError, zlib.error, LZMAError, OverflowError, TypeError)
SYSTEM = (Path("/proc"), Path("/sys"))  # whose files may have no end, or hold the memory of a process
BOM = b"\xef\xbb\xbf"


def content_of(path: Path) -> Content:
    """What a file holds; BadInput, naming the way out, for what no source reads."""
    check_readable(path)
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.removeprefix(BOM).strip():
        raise BadInput(f"{path.name!r} is empty; give a file with samples in it.")
    for sign, content in SIGNS:
        if head.startswith(sign) and not (sign == b"BM" and b"\0" not in head):
            return content
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip(path)
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < path.stat().st_size:
        return "safetensors"
    for sign, what, way_out in FOREIGN:
        if head.startswith(sign):
            raise BadInput(f"{path.name!r} {what}; {way_out}.")
    if b"\0" in head and re.match(rb"\d+ \d+\n", head):
        raise BadInput(f"{path.name!r} is word2vec's binary form; save it as text, or its matrix as .npy.")
    if b"\0" in head:
        raise BadInput(
            f"{path.name!r} is binary of no known kind; give CSV, TSV, JSON lines, Parquet, Feather, .npy, .npz,"
            " safetensors or word vectors."
        )
    start = head.removeprefix(BOM).lstrip()
    if re.match(rb"\[\s*[{\]]", start):
        return "json array"
    return "json lines" if re.match(rb'\{\s*["}]', start) else "text"


def check_readable(path: Path) -> None:
    """Refuse a folder, a device, a file of the system's own, and one that this user may not read."""
    if path.is_dir():
        raise BadInput(f"{path.name!r} is a folder, not a file; name a file inside it.")
    if not path.is_file() or not os.access(path, os.R_OK):
        raise BadInput(f"{path.name!r} is no file that may be read here; name another, or change its rights.")
    if any(path.resolve().is_relative_to(folder) for folder in SYSTEM):
        raise BadInput(f"{str(path)!r} is no file on a disk but a window on the system; name another.")
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise BadInput(
            f"{path.name!r} cannot be read ({error.strerror or error}); name another, or copy it."
        ) from error


def _zip(path: Path) -> Content:
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except DAMAGE as error:
        raise BadInput(f"{path.name!r} is a zip file that is cut off or damaged; copy it again.") from error
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    if "[Content_Types].xml" in names:
        raise BadInput(f"{path.name!r} is an Office document; save the sheet as CSV.")
    if any(name.endswith("data.pkl") for name in names):
        raise BadInput(f"{path.name!r} is a torch file; save its matrix as .npy or safetensors.")
    raise BadInput(f"{path.name!r} is a zip archive; unpack it and name what lies in it.")
