"""A text file that somebody gives: UTF-8, and no larger than such a file is."""

from pathlib import Path

from models.errors import BadInput


def read_text(path: Path, *, longest: int, what: str, too_long: str) -> str:
    """Read it, without a byte-order mark; BadInput names `what` it is.

    `longest`: bytes; `too_long`: what it is larger than, and the way out.
    """
    try:
        if path.stat().st_size > longest:
            raise BadInput(f"{what} is larger than {too_long}.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{what} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise BadInput(f"{what} cannot be read ({error.strerror or error}); give another.") from None
