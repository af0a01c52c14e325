"""Torch files, read without running them: tensors and plain containers come in, anything else is named and refused.

A torch file is a pickle, a little program that may call anything. `torch.load(weights_only=True)` interprets the
few instructions that tensors need and nothing else; this module adds the check of what came out, and the name
of the class that a refused file wanted, found by reading its instructions as data (`pickletools`). What cannot be
followed that way to its end is not given to torch.
"""

import pickletools
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from lzma import LZMAError
from pathlib import Path
from typing import IO, Any

from models.errors import BadInput

PICKLES_OF_A_LEGACY_FILE = 5  # magic number, protocol, system, content, keys
LONGEST_PICKLE = 64 << 20
LONGEST_WORD = 10_000  # characters; torch searches what it says of a wrong one in time that grows with its square
DAMAGED: tuple[type[Exception], ...] = (zipfile.BadZipFile, EOFError, OSError, zlib.error, LZMAError, MemoryError)
DAMAGED += (RuntimeError, ValueError, IndexError, OverflowError)  # RuntimeError: locked
PLAIN_MODULES = ("torch", "torch._utils", "torch.storage", "torch.nn.parameter", "torch._tensor", "torch.serialization")
PLAIN_NAMES = ("collections.OrderedDict", "collections.Counter", "_codecs.encode", "__builtin__.set", "builtins.set")


def read_torch_file(path: Path) -> Any:
    """The content of a torch file, zipped or legacy; BadInput names the class that does not belong there."""
    import torch

    refuse_foreign(path)
    if not _looked_at(str(path), *_state(path))[1]:
        raise _unreadable(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise BadInput(
            f"{path.name!r} asks for more memory than there is; it may be damaged: copy it anew, or free some memory."
        ) from None
    except Exception as error:  # a damaged or hostile pickle can raise anything; nothing of it has run
        named = re.search(r"GLOBAL ([\w.]+)", str(error))
        if named:
            raise BadInput(_refusal(path, named.group(1))) from None
        raise _unreadable(path) from None
    strange = next(_strangers(content), None)
    if strange is not None:
        raise BadInput(_refusal(path, f"{type(strange).__module__}.{type(strange).__qualname__}"))
    return content


def refuse_foreign(path: Path) -> Path:
    """The path of a torch file that names no class but a tensor's own, told without loading it or torch."""
    foreign, _ = _looked_at(str(path), *_state(path))
    if foreign:
        raise BadInput(_refusal(path, foreign))
    return path


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=256)
def _looked_at(path: str, size: int, changed: int) -> tuple[str, bool]:
    """The first class that does not belong there, and whether the instructions can be followed to their end."""
    try:
        return next(_foreign_classes(Path(path)), ""), True
    except DAMAGED:
        return "", False  # reading it will say so


def _unreadable(path: Path) -> BadInput:
    return BadInput(f"{path.name!r} is not a torch file that can be read; it may be truncated: copy it anew.")


def _refusal(path: Path, name: str) -> str:
    return (
        f"{path.name!r} holds {name!r}, and a file of weights may hold only tensors and plain containers;"
        " nothing in it was run. Save its state dict as safetensors instead."
    )


def _strangers(content: Any) -> Iterator[Any]:
    """Whatever is neither a tensor nor a plain value."""
    import torch

    plain = (torch.Tensor, torch.dtype, torch.device, str, bytes, bytearray, bool, int, float, complex, type(None))
    waiting, seen = [content], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, plain) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Mapping):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += value
        else:
            yield value


def _foreign_classes(path: Path) -> Iterator[str]:
    """Names of the classes and functions a torch file asks for, other than a tensor's own."""
    for stream in _pickles(path):
        strings: list[str] = []  # of the instructions so far: the last two name a class (STACK_GLOBAL)
        memo: dict[str, str] = {}
        for instruction, argument, _ in pickletools.genops(stream):
            if isinstance(argument, str | bytes | bytearray):
                yield from _if_endless(argument)
            if instruction.name == "MEMOIZE":
                memo[str(len(memo))] = strings[-1] if strings else ""
            elif instruction.name in ("BINPUT", "LONG_BINPUT", "PUT") and strings:
                memo[str(argument)] = strings[-1]
            elif instruction.name in ("BINGET", "LONG_BINGET", "GET"):
                strings.append(memo.get(str(argument), ""))
            elif instruction.name in ("GLOBAL", "INST"):
                yield from _if_foreign(str(argument).replace(" ", "."))
            elif instruction.name == "STACK_GLOBAL":
                yield from _if_foreign(".".join(strings[-2:]))
            elif isinstance(argument, str):
                strings.append(argument)


def _if_foreign(name: str) -> Iterator[str]:
    if name.rpartition(".")[0] not in PLAIN_MODULES and name not in PLAIN_NAMES:
        yield name


def _if_endless(text: str | bytes | bytearray) -> Iterator[str]:
    """A text without a blank that is longer than any name: of a file of weights it is none's."""
    longest = max(map(len, text.split()), default=0) if len(text) > LONGEST_WORD else 0
    if longest > LONGEST_WORD:
        yield f"a word of {longest:,} characters"


def _pickles(path: Path) -> Iterator[IO[bytes]]:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            for _ in range(PICKLES_OF_A_LEGACY_FILE):
                yield stream  # each reading goes on where the one before stopped
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith("data.pkl"):
                with archive.open(name) as member:
                    content = member.read(LONGEST_PICKLE + 1)
                if len(content) > LONGEST_PICKLE:
                    raise ValueError("more instructions than the tensors of any model need")
                yield BytesIO(content)
