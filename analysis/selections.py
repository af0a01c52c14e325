"""Named selections of a dataset's samples: one small file each, so that two tabs never overwrite each other's names.

`<folder>/<hash of the name>.json` holds {"name": "outliers", "ids": ["a", "b"]}; it is written as a draft and renamed,
under a lock of the folder. Reading trusts nothing: a file that holds no such thing is said to be damaged, and takes
neither its name nor a place among the hundred.
"""

import fcntl
import json
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analysis.recipe import hash_of
from models.errors import BadInput, Failed

LONGEST = 60  # characters of a name
MOST = 100  # names of a dataset
LARGEST = 64 << 20  # bytes of a selection: a million ids of sixty characters
WHOLE = 256 << 20  # bytes of all of a dataset
BEGINNING = 4 << 10  # bytes of a damaged file in which its name is looked for
JOINERS = "\u200c\u200d"  # that some scripts need within a word
SELECTED, OTHERS, NONE = "what is selected", "all others", "choose"  # what menus offer beside names, so no names
UNSEEN = (  # first and last of Unicode's Default_Ignorable_Code_Point, and the blank of braille
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
    (0xE0000, 0xE0FFF),
)


@dataclass(frozen=True)
class Named:
    """A selection that has a name: how many ids, and where they are kept; `version` changes with the file."""

    name: str
    n: int
    file: Path
    version: str


@dataclass(frozen=True)
class Damaged:
    """A file that holds no selection, as the sentence `why` says; not `bad` is one that cannot be read now.

    That one may be whole, so it is neither removed nor written over.
    """

    file: Path
    why: str
    bad: bool = True


def cleaned(name: str) -> str:
    r"""A name as it is kept and shown: one line, no signs that cannot be seen.

    >>> cleaned("  two\nlines \x00"), cleaned("<b>bold</b>")
    ('two lines', '<b>bold</b>')
    """
    seen = "".join(sign if sign.isprintable() or sign in JOINERS else " " for sign in name)
    return " ".join(unicodedata.normalize("NFC", seen).split())


def listed(folder: Path) -> tuple[tuple[Named, ...], tuple[Damaged, ...]]:
    """The named selections in a folder, by name, and the files there that hold none."""
    found: list[Named] = []
    damaged: list[Damaged] = []
    for file in sorted(folder.glob("*.json")):
        try:
            version = _version(file)
            name, n = _summary(file, version)
        except FileNotFoundError:
            continue  # another tab has just removed it
        except OSError as error:
            why = f"A file of named selections cannot be read: {file.name}, {error.strerror or error}."
            damaged.append(Damaged(file, why, bad=False))
        except ValueError:
            damaged.append(Damaged(file, _said(file)))
        else:
            found.append(Named(name, n, file, version))
    return tuple(sorted(found, key=lambda named: (named.name.casefold(), named.name))), tuple(damaged)


def ids_of(named: Named) -> tuple[str, ...]:
    """The ids that a name stands for."""
    try:
        return _read(named.file)[1]
    except (OSError, ValueError) as error:
        raise BadInput(f"the selection {named.name!r} is gone or damaged; name it again.") from error


def keep(folder: Path, name: str, ids: Sequence[str]) -> None:
    """Keep ids under a name that is not taken; a damaged file takes none."""
    target = _target(folder, name)
    if not ids:
        raise BadInput("nothing is selected; select some samples and name them then.")
    content = json.dumps({"name": cleaned(name), "ids": list(dict.fromkeys(ids))}).encode()
    with _alone(folder):
        bad = {one.file for one in listed(folder)[1] if one.bad}
        files = [file for file in folder.glob("*.json") if file != target]
        if _holds(target):
            raise _taken(name)
        if len(set(files) - bad) >= MOST:
            raise BadInput(f"{MOST} selections are named already; delete one that is not needed.")
        if len(content) > LARGEST or len(content) + sum(file.stat().st_size for file in files) > WHOLE:
            raise BadInput("the named selections would take too much room; delete one, or name fewer samples.")
        _write(target, content)


def rename(folder: Path, name: str, new: str) -> None:
    """Give a selection another name that is not taken."""
    target = _target(folder, new)
    before = _target(folder, name)
    if target == before:
        return
    with _alone(folder):
        if _holds(target):
            raise _taken(new)
        try:
            _, ids = _read(before)
        except (OSError, ValueError) as error:
            raise BadInput(f"the selection {name!r} is gone or damaged; name it again.") from error
        _write(target, json.dumps({"name": cleaned(new), "ids": ids}).encode())
        before.unlink()


def remove(folder: Path, name: str) -> tuple[str, ...]:
    """Remove a name; the ids it stood for, so that it can be kept again. One that is gone already stood for none."""
    file = _target(folder, name)
    with _alone(folder):
        try:
            _, ids = _read(file)
        except (FileNotFoundError, ValueError):
            ids = ()
        file.unlink(missing_ok=True)
    return ids


def discard(folder: Path) -> int:
    """Remove the damaged files of a folder; how many there were."""
    with _alone(folder):
        bad = [one.file for one in listed(folder)[1] if one.bad]
        for file in bad:
            if file.is_dir() and not file.is_symlink():
                shutil.rmtree(file, ignore_errors=True)
            else:
                file.unlink(missing_ok=True)
    return len(bad)


def _target(folder: Path, name: str) -> Path:
    words = cleaned(name)
    if not any(_seen(sign) for sign in words):
        raise BadInput("a selection needs a name that can be seen; type a few words.")
    if _folded(words) in map(_folded, (SELECTED, OTHERS, NONE)):
        raise BadInput(f"{words!r} is what the menus call something else; choose another name.")
    if len(words) > LONGEST:
        raise BadInput(f"the name has {len(words)} characters; give one of at most {LONGEST}.")
    return folder / f"{hash_of('selection', words)[:32]}.json"


def _seen(sign: str) -> bool:
    """Whether a sign can be seen by itself: a mark needs a letter to stand on."""
    return not _unseen(sign) and unicodedata.category(sign)[0] != "M"


def _unseen(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in UNSEEN) or unicodedata.category(sign)[0] in "ZC"


def _folded(words: str) -> str:
    r"""What a name is compared by where it must not be taken for another: no case, width, blanks or unseen signs.

    >>> _folded("What\u200d is \uff33elected") == _folded("what is selected")
    True
    """
    for _ in range(2):  # a folded sign can be one that has a simpler form
        words = unicodedata.normalize("NFKC", words).casefold()
    return "".join(sign for sign in words if not _unseen(sign))


def _said(file: Path) -> str:
    """What is wrong with a damaged file, by its selection's name where that can still be read."""
    name = ""
    if file.is_file():
        with file.open("rb") as found:
            start = found.read(BEGINNING).decode(errors="replace")
        with suppress(ValueError, BadInput, RecursionError):
            told, _ = json.JSONDecoder().raw_decode(start.removeprefix('{"name": '))
            name = told if isinstance(told, str) and _target(file.parent, told) == file else ""
    if not name:
        return f"The file {file.name} of named selections is damaged and says no name; remove it."
    return f"The selection {name!r} is damaged and its samples are lost; remove it, or keep another under its name."


def _holds(file: Path) -> bool:
    """Whether a file is there and holds a selection."""
    try:
        _summary(file, _version(file))
    except (FileNotFoundError, ValueError):
        return False
    return True


def _taken(name: str) -> BadInput:
    return BadInput(f"there is a selection named {cleaned(name)!r} already; choose another name, or delete that one.")


def _version(file: Path) -> str:
    about = file.stat()
    return f"{about.st_mtime_ns} {about.st_size} {about.st_ino}"


@lru_cache(maxsize=1024)
def _summary(file: Path, version: str) -> tuple[str, int]:
    name, ids = _read(file)
    return name, len(ids)


def _read(file: Path) -> tuple[str, tuple[str, ...]]:
    """Name and ids of a file; ValueError where it holds no such thing."""
    if not file.is_file():
        raise ValueError("not a file")
    with file.open("rb") as found:
        text = found.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise ValueError("too large")
    try:
        content = json.loads(text)
        name, ids = content["name"], content["ids"]
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a named selection") from error
    if not isinstance(name, str) or not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise ValueError("not a named selection")
    try:
        mine = _target(file.parent, name) == file and cleaned(name) == name
    except BadInput as error:
        raise ValueError("not a name") from error
    if not mine:
        raise ValueError("kept under another name")
    return name, tuple(dict.fromkeys(ids))


def _write(target: Path, content: bytes) -> None:
    draft = target.with_suffix(".draft")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time in a folder, whichever tab or process; Failed where the disk refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise Failed(
            f"the named selection could not be kept: {error.strerror or error}; free some space or choose another"
            " folder with --cache DIR."
        ) from error
