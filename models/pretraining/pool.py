"""Pre-trainings side by side, each in a process of its own; they end when this one does."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from models.embedding import in_words
from models.errors import BadInput, Failed
from models.pretraining.job import CURVES, ERROR, RESULT, PretrainingJob
from models.worker_pool import ROOT

LOG = "log.txt"
TAIL = 600  # bytes that surely hold the last line of a curve
PAUSE = 0.3  # seconds between two looks


@dataclass(eq=False)
class _Run:
    """One training and where it stood when this process came to it."""

    name: str
    folder: Path
    process: "subprocess.Popen[bytes]"
    log: IO[bytes]
    steps: int
    seen: tuple[tuple[int, float], ...] = ()  # the first step that was seen, and the latest; when

    def close(self) -> None:
        """End it, where it has not ended."""
        self.process.kill()
        self.process.wait()
        self.log.close()
        if self.process.stdin is not None:
            self.process.stdin.close()

    def said(self) -> tuple[int, str]:
        """Steps done, and what the last one was like."""
        point = last_point(self.folder)
        if not point:
            return 0, f"{self.name}: reading"
        step = int(point["step"])
        if point["part"] == "head":
            return 0, f"{self.name}: head, step {step}, LM loss {point['masked']:.2f}"
        if not self.seen or self.seen[-1][0] != step:
            self.seen = (*self.seen[:1], (step, time.monotonic()))
        structure = "" if point["structure"] is None else f", structure {point['structure']:.2f}"
        masked = "" if point["masked"] is None else f", LM loss {point['masked']:.2f}"
        return step, f"{self.name}: step {step:,} of {self.steps:,}{masked}{structure}{self._left(step)}"

    def _left(self, step: int) -> str:
        """How long the rest takes at the pace so far; nothing where that is not known yet."""
        (first, began), (_, now) = self.seen[0], self.seen[-1]
        if step == first:
            return ""
        seconds = (now - began) / (step - first) * (self.steps - step) - (time.monotonic() - now)
        return f", {in_words(max(1.0, seconds))} left"


def run_jobs(
    folders: Mapping[str, Path],
    *,
    workers: int,
    threads: int,
    report: Callable[[int, int, str], None],
    done: Callable[[str], None],
) -> None:
    """Train what lies in these folders, some at a time; `done` hears of each that ended well.

    Where one fails the others still end; then the first failure is raised.
    """
    waiting, running = list(folders.items()), list[_Run]()
    total = sum(PretrainingJob.read(folder).settings.steps for folder in folders.values())
    ended, failure = 0, None
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                running.append(_started(*waiting.pop(0), threads))
            time.sleep(PAUSE)
            for run in [one for one in running if one.process.poll() is not None]:
                running.remove(run)
                run.close()
                ended += run.steps
                if (run.folder / RESULT).is_file():
                    done(run.name)
                else:
                    failure = failure or _failure(run)
            found = [one.said() for one in running]
            if found:
                report(ended + sum(step for step, _ in found), total, "; ".join(words for _, words in found))
    finally:
        for run in running:
            run.close()
    if failure is not None:
        raise failure


def last_point(folder: Path) -> dict[str, Any]:
    """The last whole point of a curve; empty where there is none."""
    path = folder / CURVES
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        lines = file.read().split(b"\n")[:-1]
    found: dict[str, Any] = json.loads(lines[-1]) if lines and lines[-1].startswith(b"{") else {}
    return found


def _started(name: str, folder: Path, threads: int) -> _Run:
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    numbers = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    environment = os.environ | numbers | {"TOKENIZERS_PARALLELISM": "false", "PYTHONPATH": path}
    log = (folder / LOG).open("wb")
    process = subprocess.Popen(
        # -P: never import from the current folder, which is the user's
        [sys.executable, "-P", "-W", "ignore", "-m", "models.pretraining.worker", str(folder), str(threads)],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        env=environment,
    )
    return _Run(name, folder, process, log, PretrainingJob.read(folder).settings.steps)


def _failure(run: _Run) -> Exception:
    code = run.process.returncode
    try:
        said = json.loads((run.folder / ERROR).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        why = ", often for want of memory" if code == -9 else ""
        how = f"was killed (signal {-code}{why})" if code < 0 else f"ended with code {code}"
        return Failed(f"pre-training {run.name!r} {how}; run again to go on where it was.")
    kind = BadInput if said["error"] == "BadInput" else Failed
    return kind(f"pre-training {run.name!r}: {said['message']}")
