"""Heavy work outside the dashboard: a job is a folder, its worker a process of its own.

`submit` makes `<cache>/jobs/<key>/` (making it is the lock) and starts `python -m analysis.jobs <folder>`, which
holds a file lock for as long as it lives: a job whose lock is free has no worker. One heavy job runs at a time, the
others wait in line, but for one that reads samples alone. A job makes the inputs that are missing within itself; what
it finished stays if it dies.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from analysis.ahead import Ahead
from analysis.ask import Ask
from analysis.described import described, pipeline_of
from analysis.pipeline import Pipeline
from analysis.recipe import hash_of
from analysis.study_file import study_key
from models.errors import BadInput, Failed

State = Literal["queued", "running", "finished", "failed", "cancelled"]
ACTIVE = ("queued", "running")
_workers: list[subprocess.Popen[bytes]] = []  # those this process started, until they ended and were reaped
LIGHT = ("dataset",)  # asks that wait for no other job
HALF_A_SECOND = 0.5  # status is written at most this often


@dataclass(frozen=True)
class Job:
    """A snapshot of a job: what it is for, how far it is, and its last word."""

    key: str
    folder: Path
    title: str
    state: State
    done: int
    total: int
    message: str
    started: float
    updated: float
    study: str = ""  # key of the study it belongs to
    base: str = ""  # the folder that study's paths start from
    asks: tuple[Ask, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it is still going to change."""
        return self.state in ACTIVE


def submit(pipeline: Pipeline, asks: Sequence[Ask], title: str = "") -> Job:
    """Start a job for these asks, or join the one that is at it. A job that ended before is run anew."""
    study, place, store = pipeline.study, pipeline.place, pipeline.store
    content = [ask.to_json() for ask in asks]
    key = hash_of(study_key(study), str(place.base), json.dumps(content, sort_keys=True))[:24]
    folder = store.root / "jobs" / key
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and not snapshot(folder).active:
            shutil.rmtree(folder)
        folder.mkdir()
    except FileExistsError:
        return snapshot(folder)
    except OSError as error:
        raise Failed(
            f"the job could not be written to {store.root}: {error.strerror}; free some space or choose another"
            " folder with --cache DIR."
        ) from error
    job = described(pipeline) | {
        "title": title or ", ".join(map(str, asks[:3])) + (" …" if len(asks) > 3 else ""),
        "key": study_key(study),
        "asks": content,
    }
    _write(folder / "job.json", job)
    _write(folder / "status.json", {"state": "queued", "done": 0, "total": 0, "message": "starting a worker"})
    lock = _lock(folder / "alive", wait=True)  # taken here and inherited, so that the job is never without an owner
    with (folder / "log.txt").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "analysis.jobs", str(folder)],
            cwd=Path(__file__).resolve().parents[1],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )
    _reap()
    _workers.append(worker)
    (folder / "pid").write_text(str(worker.pid))
    lock.close()
    return snapshot(folder)


def snapshot(folder: Path) -> Job:
    """What a job folder says now; one that claims to be at work without a worker has failed."""
    _reap()
    job, status = _read(folder / "job.json"), _read(folder / "status.json")
    state, message = status.get("state", "failed"), status.get("message", "")
    if state in ACTIVE and not _held(folder / "alive"):
        status = _read(folder / "status.json")  # it may have ended between the two looks
        state, message = status.get("state", "failed"), status.get("message", "")
        if state in ACTIVE:
            state, message = (
                "failed",
                f"the worker was killed while {message or 'starting'}; run it again to go on.",
            )
    return Job(
        key=folder.name,
        folder=folder,
        title=job.get("title", folder.name),
        state=state,
        done=status.get("done", 0),
        total=status.get("total", 0),
        message=message,
        started=job.get("started", folder.stat().st_mtime),
        updated=status.get("updated", 0.0),
        study=job.get("key", ""),
        base=job.get("base", ""),
        asks=tuple(map(Ask.from_json, job.get("asks", ()))),
    )


def all_jobs(cache: Path) -> list[Job]:
    """Every job of a cache, the latest first."""
    jobs = [snapshot(folder) for folder in (cache / "jobs").glob("*/") if (folder / "job.json").is_file()]
    return sorted(jobs, key=lambda job: (job.active, job.updated), reverse=True)


def cancel(job: Job) -> None:
    """End the process group of a job, and nothing else; what it finished is kept."""
    if not _held(job.folder / "alive"):
        return
    pid = int((job.folder / "pid").read_text())
    os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + 5
    while _held(job.folder / "alive") and time.monotonic() < deadline:
        time.sleep(0.05)
    if _held(job.folder / "alive"):
        os.killpg(pid, signal.SIGKILL)
    status = _read(job.folder / "status.json")
    _write(
        job.folder / "status.json",
        status | {"state": "cancelled", "message": "cancelled; what was finished is kept."},
    )


def log_of(job: Job) -> str:
    """The worker's own words, its last 20,000 characters."""
    log = job.folder / "log.txt"
    return log.read_text(errors="replace")[-20_000:] if log.is_file() else ""


def _reap() -> None:
    """Let go of workers that ended: no zombies."""
    _workers[:] = [worker for worker in _workers if worker.poll() is None]


# The worker's side


def work(folder: Path) -> int:
    """Do the job in a folder; the exit status of the process."""
    job = _read(folder / "job.json")
    pipeline = pipeline_of(job)
    last = 0.0
    asks = [Ask.from_json(content) for content in job["asks"]]
    step = ""

    def report(done: int, total: int, message: str, state: State = "running", now: bool = False) -> None:
        nonlocal last
        if now or time.monotonic() - last >= HALF_A_SECOND:
            last = time.monotonic()
            words = f"{step}{message}"
            _write(
                folder / "status.json",
                {"state": state, "done": done, "total": total, "message": words, "updated": time.time()},
            )

    light = all(ask.kind in LIGHT for ask in asks)
    report(0, 0, "waiting for another job to end", "queued", now=True)
    with nullcontext() if light else _device(folder.parent):
        report(0, 0, "starting", now=True)
        try:
            ahead = Ahead(pipeline, asks)
            for i, ask in enumerate(asks):
                step = f"{i + 1} of {len(asks)}: " if len(asks) > 1 else ""
                report(i, len(asks), str(ask), now=len(asks) > 1)
                ahead.before(ask, report)
                pipeline.make(ask, report)
        except (BadInput, Failed) as error:
            step = ""
            report(0, 0, str(error), "failed", now=True)
            return 1
        except MemoryError:
            step = ""
            report(0, 0, f"{ask} needs more memory than there is; take a smaller sample.", "failed", now=True)
            return 1
        except Exception as error:
            step = ""
            report(
                0,
                0,
                f"{ask} failed: {type(error).__name__}: {error} (see the job's log).",
                "failed",
                now=True,
            )
            raise
        step = ""
        report(len(asks), len(asks), "done", "finished", now=True)
    return 0


def _device(jobs: Path) -> IO[bytes]:
    """Wait for the device; closing the file gives it back."""
    return _lock(jobs / "device.lock", wait=True)


def _lock(path: Path, *, wait: bool = False) -> IO[bytes]:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise
    return file


def _held(path: Path) -> bool:
    try:
        _lock(path).close()
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps(content))
    draft.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content


if __name__ == "__main__":
    os.nice(5)  # the dashboard, and whatever else is done on this machine, goes first
    sys.exit(work(Path(sys.argv[1])))
