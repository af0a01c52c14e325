"""Where paths may lead: relative ones start at the study's folder, and the browser's stay within allowed roots."""

from dataclasses import dataclass
from pathlib import Path

from models.errors import BadInput


@dataclass(frozen=True)
class Place:
    """A folder that relative paths start from, and the roots they may not leave (None: every path is trusted)."""

    base: Path
    roots: tuple[Path, ...] | None = None

    def resolve(self, path: str, what: str) -> Path:
        """Follow a path to its real place, symlinks resolved; `what` names it in the error.

        Raises BadInput for a path outside the roots, whether or not it exists, and for one that does not exist.
        """
        if not path or "\0" in path:
            raise BadInput(f"{what} is empty; give the path of a file or folder.")
        real = (self.base / Path(path).expanduser()).resolve()
        if self.roots is not None and not any(real.is_relative_to(root.resolve()) for root in self.roots):
            raise BadInput(
                f"{what} {path!r} lies outside the folders this dashboard may read;"
                " start it with --root FOLDER to allow one."
            )
        if not real.exists():
            raise BadInput(f"{what} {path!r} does not exist (looked at {real}); paths start at the study's folder.")
        return real
