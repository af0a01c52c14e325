"""Where heavy work runs: an engine makes the numbered parts of a folder's work, each a file there, in any order.

    folder (what is to be made, from what) -> parts, by worker processes -> one file each, written whole or not at all

What a part is made of and how stands in the folder, never in the engine: the same parts with the same bits come from
every engine, and work that one has begun another can finish. Engines are plug-ins in `models.engines`.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from models.discovery import discover
from models.errors import BadInput, nearest

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
QUIET = {"TOKENIZERS_PARALLELISM": "false"}
OnAnswer = Callable[[Mapping[str, Any]], None]


class WorkerGone(Exception):
    """A worker ended or broke; says how."""


class Maker(Protocol):
    """Makes the parts of one folder; a worker keeps it from part to part. Built with the folder alone.

    `draft`: how the name of a file ends while it is written; a writer of its own where two could be at one part.
    """

    draft: str

    def make(self, part: int, on_batch: Callable[[int, int], None]) -> None:
        """Make one part; `on_batch` hears how many items and how much cost were done."""


class Engine(Protocol):
    """Worker processes, here or elsewhere."""

    def check(self) -> None:
        """BadInput, in one sentence, where this engine cannot run; quick, and before any work."""

    def device(self) -> str:
        """What its workers compute on: `cpu` or `cuda`."""

    def workers(self) -> int:
        """How many parts are made at a time, at most."""

    def run(self, work: str, folder: Path, parts: Sequence[int], on_answer: OnAnswer) -> None:
        """Make these parts; `work` names the maker as `module:Class`.

        `on_answer` hears {"items", "cost"} as they are done and {"done": part}. Raises WorkerGone, or what the maker
        raised; parts that are finished stay.
        """

    def close(self) -> None:
        """End what this engine started for the work at hand."""


def engine_called(name: str, *, address: str = "", workers: int = 0) -> Engine:
    """An engine by name."""
    known = discover("models.engines", "ENGINE")
    if name not in known:
        raise BadInput(f"no engine {name!r}{nearest(name, known)}")
    made: Engine = known[name](address=address, workers=workers)
    return made


def maker_called(work: str, folder: Path) -> Maker:
    """The maker of a folder's parts, by the name of its class."""
    module, _, name = work.partition(":")
    made: Maker = getattr(importlib.import_module(module), name)(folder)
    return made
