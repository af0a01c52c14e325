"""Files that were uploaded in the browser: capped, told by content, seen by their own session, removed later.

Each session has a folder of a random name in the cache. Paths inside an archive never leave it.
"""

import errno
import shutil
import time
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from analysis.dataset import Dataset
from analysis.datasets.content import DAMAGE
from analysis.datasets.limits import Limits, check_dataset, check_file
from analysis.recipe import hash_of
from analysis.study import ALLOWED
from models.errors import BadInput, Failed

LIMITS = Limits(bytes=200 << 20, rows=1_000_000, dimensions=16_384, pixels=400_000_000)
UNPACKED = 1 << 30  # bytes that an archive of images may unpack to
MEMBERS = 100_000  # files in it
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
FORGOTTEN = 24 * 3600.0  # seconds after which a folder that no session touched is removed


def keep(name: str, content: bytes, folder: Path) -> Path:
    """Keep an upload in a session's folder; the path of the file, or of the folder its images were unpacked to.

    BadInput for one that is too large; Failed where the disk refuses.
    """
    if len(content) > LIMITS.bytes:
        raise BadInput(f"{name!r} has {len(content):,} bytes; at most {LIMITS.bytes:,} are taken, give a smaller one.")
    target = folder / hash_of(content)[:16] / clean(name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if is_archive(target):
            return unpack(target)
    except OSError as error:
        raise Failed(
            f"{name!r} could not be kept: {error.strerror or error}; free some space and try again."
        ) from error
    check_file(target, LIMITS)
    return target


def clean(name: str) -> str:
    """A file name without anything that a path or a study could trip over.

    >>> clean("../my data;1.csv"), clean("")
    ('my data_1.csv', 'upload')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c if c in ALLOWED else "_" for c in last).strip().lstrip(".-")[-80:] or "upload"


def is_archive(file: Path) -> bool:
    """Whether a file is an archive of pictures; one of arrays (.npz) is none."""
    try:
        with ZipFile(file) as archive:
            return any(_picture(member) for member in archive.infolist())
    except DAMAGE:
        return False


def unpack(file: Path) -> Path:
    """Unpack the pictures of an archive beside it, never through a link or out of the folder."""
    target = file.with_suffix("")
    target = target if target != file else file.with_name(f"{file.name} images")
    try:
        with ZipFile(file) as archive:
            members = [member for member in archive.infolist() if _picture(member)]
            _affordable(file.name, members)
            for member in members:
                _extract(archive, member, target)
    except BadInput:
        raise
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise BadInput(f"{file.name!r} holds a file and a folder of the same name; rename one of them.") from error
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise BadInput(f"{file.name!r} is an archive that is damaged or locked; pack it again.") from error
    file.unlink()
    return target


def check(dataset: Dataset) -> None:
    """Refuse samples that are more than a browser may ask for."""
    check_dataset(dataset, LIMITS)


def touch(folder: Path) -> None:
    """Say that a session still uses its folder."""
    if folder.is_dir():
        folder.touch()


def sweep(uploads: Path) -> None:
    """Remove the folders of sessions that are long gone."""
    for folder in uploads.glob("*/"):
        if time.time() - folder.stat().st_mtime > FORGOTTEN:
            shutil.rmtree(folder, ignore_errors=True)


def _picture(member: ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in PICTURES and not member.is_dir() and not hidden


def _affordable(name: str, members: list[ZipInfo]) -> None:
    size = sum(member.file_size for member in members)
    if len(members) > MEMBERS or size > UNPACKED:
        raise BadInput(
            f"{name!r} holds {len(members):,} images of {size:,} bytes; at most {MEMBERS:,} images of {UNPACKED:,}"
            " bytes are taken, give fewer."
        )


def _extract(archive: ZipFile, member: ZipInfo, target: Path) -> None:
    """Write one picture. A lying size is cut off where it ends; parents beyond the last folder are dropped."""
    parts = [clean(part) for part in PurePosixPath(member.filename).parts if part not in ("/", "..", ".")]
    path = target.joinpath(*parts[-2:])  # its label, its name
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as packed, path.open("wb") as out:
        out.write(packed.read(member.file_size))
