"""Where paths may lead: relative ones start at the study's folder, and the browser's stay within allowed roots."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from models.errors import BadInput


@dataclass(frozen=True)
class Place:
    """A folder that relative paths start from, and the roots they may not leave (None: every path is trusted).

    `closed`: folders that no path may enter or hold, wherever the roots lie; the base's own within them stays open.
    """

    base: Path
    roots: tuple[Path, ...] | None = None
    closed: tuple[Path, ...] = ()

    def resolve(self, path: str, what: str) -> Path:
        """Follow a path to its real place, symlinks resolved; `what` names it in the error.

        Raises BadInput for a path outside the roots, whether or not it exists, and for one that does not exist.
        """
        if not path or "\0" in path:
            raise BadInput(f"{what} is empty; give the path of a file or folder.")
        try:
            real = (self.base / Path(path).expanduser()).resolve()
            there = real.exists()
        except (OSError, RuntimeError, ValueError):  # too long, a loop of links, nobody's home, no text
            raise BadInput(f"{what} {path[:80]!r} is no path that can be followed; give another.") from None
        if self._allowed is not None and not any(map(real.is_relative_to, self._allowed)):
            raise BadInput(
                f"{what} {path!r} lies outside the folders this dashboard may read;"
                " start it with --root FOLDER to allow one."
            )
        if self._is_closed(real):
            raise BadInput(f"{what} {path!r} lies among other sessions' files; give another path.")
        if not there:
            raise BadInput(f"{what} {path!r} does not exist (looked at {real}); paths start at the study's folder.")
        return real

    @cached_property
    def _allowed(self) -> tuple[Path, ...] | None:
        return None if self.roots is None else tuple(root.resolve() for root in self.roots)

    @cached_property
    def _closed(self) -> tuple[Path, ...]:
        return tuple(folder.resolve() for folder in self.closed)

    @cached_property
    def _open(self) -> Path | None:
        """The base, where it lies in a closed folder."""
        base = self.base.resolve()
        return base if any(map(base.is_relative_to, self._closed)) else None

    def _is_closed(self, real: Path) -> bool:
        """Whether a path lies in a closed folder, or is a folder around one; the base itself stays open."""
        if self._open is not None and real.is_relative_to(self._open):
            return False
        return any(real.is_relative_to(folder) or folder.is_relative_to(real) for folder in self._closed)
