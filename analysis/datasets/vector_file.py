"""Vectors made elsewhere: `.npy`, `.npz`, safetensors, word vectors and tables of bare numbers, told by content.

Nothing that could run is read: object arrays and pickles are refused.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt

from analysis.datasets.content import DAMAGE, content_of
from analysis.datasets.matrix import to_float32
from analysis.datasets.word_vectors import read_word_vectors
from models.errors import BadInput, nearest

ID_ARRAYS = ("ids", "id", "names", "words")  # arrays of an .npz that name its rows
REAL = ("F16", "F32", "F64", "I8", "I16", "I32", "I64", "U8", "BOOL")  # safetensors types that numpy knows
MOST_ARRAYS = 1_000  # in an .npz
Member = tuple[tuple[int, ...], str]  # shape and type


@dataclass(frozen=True, eq=False)
class VectorFile:
    """Vectors (n, d) and the ids that come with them, if any."""

    vectors: npt.NDArray[np.float32]
    ids: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def read_vectors(path: Path, array: str = "") -> VectorFile:
    """Read a file of vectors; `array` names the one inside it where there are several."""
    content = content_of(path)
    if array and content not in ("npz", "safetensors"):
        raise BadInput(f"{path.name!r} holds one matrix without a name; leave out array = {array!r}.")
    if content == "npy":
        return _noted(_load_npy(path), f"the matrix of {path.name!r}")
    if content == "npz":
        return _read_npz(path, array)
    if content == "safetensors":
        return _read_safetensors(path, array)
    if content == "text":
        vectors, words = read_word_vectors(path)
        return VectorFile(vectors, words)
    if content == "image":
        raise BadInput(f'{path.name!r} is an image; set source = "images" in [dataset].')
    raise BadInput(f'{path.name!r} is a table ({content}); set source = "table" and `vector` to its column.')


def members_of(path: Path) -> dict[str, Member]:
    """Shape and type of each array in an `.npz` or safetensors file, from the headers alone; none in other files."""
    content = content_of(path)
    if content == "safetensors":
        return _safetensors_members(path)
    return _npz_members(path) if content == "npz" else {}


def load_member(path: Path, name: str) -> npt.NDArray[Any]:
    """One array of an `.npz`."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            array: npt.NDArray[Any] = archive[name]
    except DAMAGE as error:
        if "allow_pickle" in str(error):
            raise _objects(path, f"array {name!r} of ") from error
        raise damaged(path, error) from error
    if array.dtype.kind == "U":
        _check_letters(array, f"array {name!r} of {path.name!r}")
    return array


def choose(path: Path, members: dict[str, Member], wanted: str) -> str:
    """The array to take: the one named, the only one, or the only matrix; else the sentence lists them."""
    if wanted:
        if wanted not in members:
            raise BadInput(f"no array {wanted!r} in {path.name!r}{nearest(wanted, members)}")
        return wanted
    matrices = [name for name, (shape, _) in members.items() if len(shape) == 2]
    for candidates in (list(members), matrices):
        if len(candidates) == 1:
            return candidates[0]
    there = ", ".join(f"{name} {shape} {dtype}" for name, (shape, dtype) in members.items())
    raise BadInput(f"{path.name!r} holds {len(members)} arrays; set `array` to one of: {there or 'none'}.")


def damaged(path: Path, error: Exception) -> BadInput:
    """The sentence for a file that ends too early or was changed."""
    return BadInput(f"{path.name!r} is cut off or damaged ({str(error)[:100]}); copy it again.")


def _load_npy(path: Path) -> npt.NDArray[Any]:
    try:
        array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        return array
    except DAMAGE as error:
        if "object" in str(error).lower():
            raise _objects(path) from error
        raise damaged(path, error) from error


def _objects(path: Path, which: str = "") -> BadInput:
    return BadInput(
        f"{which}{path.name!r} holds Python objects, which could run anything; save plain numbers as float32."
    )


def _check_letters(texts: npt.NDArray[Any], what: str) -> None:
    """Refuse texts of numbers that are no letters (numpy takes them as they stand), or half a surrogate pair."""
    native = np.ascontiguousarray(texts, texts.dtype.newbyteorder("="))
    codes = native.reshape(-1).view(np.uint32) if native.dtype.itemsize else np.empty(0, np.uint32)
    wrong = (codes > sys.maxunicode) | ((codes >= 0xD800) & (codes <= 0xDFFF))
    if wrong.any():
        raise BadInput(f"{what} holds what is no text ({codes[wrong][0]:#x} is no letter); copy it again.")


def _noted(array: npt.NDArray[Any], what: str, ids: Sequence[Any] | None = None) -> VectorFile:
    notes = () if array.dtype == np.float32 else (f"Vectors were {array.dtype} and are now float32.",)
    return VectorFile(to_float32(array, what), None if ids is None else tuple(map(str, ids)), notes)


def _npz_members(path: Path) -> dict[str, Member]:
    """Each array's header, held against the bytes that its member of the archive unpacks to."""
    found: dict[str, Member] = {}
    try:
        with ZipFile(path) as archive:
            if len(archive.infolist()) > MOST_ARRAYS:
                raise BadInput(f"{path.name!r} holds {len(archive.infolist()):,} arrays; give {MOST_ARRAYS:,} at most.")
            for member in archive.infolist():
                name = member.filename.removesuffix(".npy")
                with archive.open(member) as file:
                    shape, dtype, _ = npy_header(file)
                    held = member.file_size - file.tell()
                claimed = prod(shape) * dtype.itemsize
                if claimed != held and not dtype.hasobject:
                    raise BadInput(
                        f"array {name!r} of {path.name!r} says that it has {claimed:,} bytes and has {held:,};"
                        " the file is cut off or damaged, so copy it again."
                    )
                found[name] = (shape, str(dtype))
    except BadInput:
        raise
    except DAMAGE as error:
        raise damaged(path, error) from error
    return found


def npy_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """Shape, type and whether columns come first, of an array whose bytes follow."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, columns_first, dtype = read(file)
    if any(isinstance(size, bool) or size < 0 for size in shape):
        raise ValueError(f"an array of shape {shape}")
    return shape, dtype, columns_first


def _read_npz(path: Path, array: str) -> VectorFile:
    members = members_of(path)
    name = choose(path, members, array)
    vectors = load_member(path, name)
    ids = None
    for other in ID_ARRAYS:
        if other != name and other in members and members[other][0] == vectors.shape[:1]:
            ids = load_member(path, other).tolist()
            break
    return _noted(vectors, f"array {name!r} of {path.name!r}", ids)


def _safetensors_members(path: Path) -> dict[str, Member]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            return {name: (tuple(part.get_shape()), str(part.get_dtype())) for name, part in slices.items()}
    except (SafetensorError, OSError) as error:
        raise damaged(path, error) from error


def _read_safetensors(path: Path, array: str) -> VectorFile:
    from safetensors import safe_open

    members = members_of(path)
    name = choose(path, members, array)
    if members[name][1] not in REAL:
        raise BadInput(f"array {name!r} of {path.name!r} is {members[name][1]}; save it as float32.")
    with safe_open(path, framework="np") as file:
        return _noted(file.get_tensor(name), f"array {name!r} of {path.name!r}")
