"""What the dashboard was started with: `streamlit run app.py -- [--study FILE] [--cache DIR] [--root FOLDER ...]`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

from analysis.run import STARTER, default_cache
from models.errors import BadInput

STUDIES = STARTER.parent / "studies"
BUILT_IN = ("pydocs", "digits", "synthetic")  # the first is what opens where nothing is asked for


@dataclass(frozen=True)
class Options:
    """The study file that opens (None: a built-in one), where results are kept, and the folders that may be read."""

    study: Path | None
    cache: Path
    roots: tuple[Path, ...]
    public: bool = False  # whether it may listen to other machines

    @property
    def trusted(self) -> tuple[Path, ...]:
        """Folders that a study opened in the browser may start from or read."""
        mine = () if self.study is None else (self.study.parent,)
        return (STUDIES, *mine, *self.roots)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"the dashboard was started with arguments it does not know: {message}.")


def parse(arguments: Sequence[str]) -> Options:
    """Read the arguments that stand behind `--`; BadInput where they are not understood."""
    parser = _Parser(add_help=False)
    parser.add_argument("--study", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--root", type=Path, action="append", default=[])
    parser.add_argument("--public", action="store_true")
    found = parser.parse_args(arguments)
    for root in found.root:
        if not root.expanduser().is_dir():
            raise BadInput(f"--root {str(root)!r} is not a folder; give one that exists.")
    return Options(
        study=None if found.study is None else found.study.expanduser().resolve(),
        cache=(found.cache or default_cache()).expanduser().resolve(),
        roots=tuple(root.expanduser().resolve() for root in found.root),
        public=found.public,
    )


@cache
def options() -> Options:
    """The options of this process."""
    return parse(sys.argv[1:])


def built_in_file(name: str) -> Path:
    """The study file of a built-in study."""
    return STUDIES / f"{name}.toml"
