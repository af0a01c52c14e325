"""`kill -9` at a random moment, then go on: same bits, no process left, no lock held, no half work.

The victim is in turn a worker that embeds, the command line, the process of a job, and a dashboard that a browser looks
at and has started a job on: the job outlives it, and another dashboard shows what it made. A kill that comes
too late is drawn again. Every trial is a line of `benchmarks/results/kills.jsonl`, where the next call goes on.
"""

import os
import random
import signal
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.kill_and_resume import bits, start
from benchmarks.survival.leftovers import SOON, TRIAL, left, of_trial, until
from benchmarks.survival.lines import append, read
from benchmarks.survival.outcome import Outcome
from benchmarks.survival.undisturbed import PATIENCE, World, embedding, ended

if TYPE_CHECKING:
    import subprocess

    from analysis.jobs import Job

LONG = 100  # trials, dealt out among the victims
LATE = "too late"
DRAWS = 12  # moments of one trial
RECORD = Path(__file__).resolve().parents[1] / "results" / "kills.jsonl"
BROWSER: list[Any] = []


def rows(*, short: bool = False, minutes: float = float("inf"), trials: int = LONG) -> list[Outcome]:
    """A line for each victim, of all trials so far; `trials` more at most. The short form is one trial, not kept."""
    victims: dict[str, Callable[[World, Path], str]] = {
        "a worker that embeds": lambda world, folder: _run_killed(world, folder, worker=True),
        "the command line": lambda world, folder: _run_killed(world, folder, worker=False),
        "the process of a job": _job_killed,
        "the dashboard": _dashboard_killed,
    }
    record, deadline = [] if short else read(RECORD), time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory() as name:
        world = World(Path(name))
        if not short:
            _browser()
        for _ in range(1 if short else min(trials, max(0, LONG - len(record)))):
            if time.monotonic() > deadline:
                break
            counts = {victim: sum(one["victim"] == victim for one in record) for victim in victims}
            victim = "the command line" if short else min(counts, key=counts.__getitem__)
            record.append(_trial(world, victim, counts[victim], victims[victim]))
            if not short:
                append(RECORD, record[-1])
    _close_browser()
    return [_outcome(victim, [one for one in record if one["victim"] == victim]) for victim in victims]


def _trial(world: World, victim: str, number: int, trial: Callable[[World, Path], str]) -> dict[str, Any]:
    """One trial that was in time."""
    began, said, drawn = time.monotonic(), LATE, 0
    random.seed(f"{victim} {number}")
    while said == LATE and drawn < DRAWS:
        drawn += 1
        with tempfile.TemporaryDirectory() as name:
            os.environ[TRIAL] = name
            try:
                said = trial(world, Path(name))
                said = said if said == LATE else said or left(Path(name))
            except Exception as error:
                said = f"{type(error).__name__}: {str(error)[:300]}"
            finally:
                del os.environ[TRIAL]
                for pid in of_trial(Path(name)):  # found already, or a trial that broke
                    os.kill(pid, signal.SIGKILL)
    seconds = round(time.monotonic() - began, 1)
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    return {"victim": victim, "trial": number, "found": said, "moments": drawn, "seconds": seconds, "day": day}


def _outcome(victim: str, record: list[dict[str, Any]]) -> Outcome:
    wrong = tuple(f"{victim}, trial {one['trial']}: {one['found']}" for one in record if one["found"])
    note = f"of {LONG // 4} asked for; same bits, no process left, no lock held, no half work"
    seconds = sum(one["seconds"] for one in record)
    return Outcome(f"`kill -9` of {victim}", len(record), len(record) - len(wrong), seconds, wrong, note)


def _run_killed(world: World, folder: Path, *, worker: bool) -> str:
    """Kill a run of the command line, or a worker of it, and run again."""
    cache, out = world.cache(folder), folder / "out"
    run = start(world.study, cache, out)
    if worker:
        until(lambda: bool(embedding(run.pid)) or run.poll() is not None, PATIENCE)
    time.sleep(random.random() * (world.embedding if worker else world.length))
    targets = embedding(run.pid) if worker else [run.pid]
    if run.poll() is not None or not targets:
        run.communicate()
        return LATE
    os.kill(random.choice(targets), signal.SIGKILL)
    run.communicate(timeout=PATIENCE)
    if said := ended(start(world.study, cache, out)):
        return f"the next run {said}"
    return "" if bits(out) == world.whole else "the vectors are others"


def _job_killed(world: World, folder: Path) -> str:
    """Kill the process of a job, and submit it again."""
    from analysis.jobs import snapshot

    cache = world.cache(folder)
    job = _submitted(world, cache)
    time.sleep(random.random() * world.length)
    if not snapshot(job.folder).active:
        return LATE
    os.kill(int((job.folder / "pid").read_text()), signal.SIGKILL)
    until(lambda: not snapshot(job.folder).active, SOON)
    after = snapshot(job.folder)
    if after.state == "finished":
        return LATE
    if after.state != "failed" or "run it again" not in after.message:
        return f"a killed job says {after.state}: {after.message!r}"
    return _as_whole(world, cache, _submitted(world, cache))


def _submitted(world: World, cache: Path) -> "Job":
    from analysis.ask import Ask
    from analysis.jobs import submit
    from analysis.run import open_study

    asks = [Ask("space", subject="MiniLM"), Ask("neighbors", subject="MiniLM"), Ask("analysis", "health", "MiniLM")]
    return submit(open_study(world.study, cache=cache), asks)


def _as_whole(world: World, cache: Path, job: "Job") -> str:
    """Wait for a job; what is not as an undisturbed run has it."""
    from analysis.jobs import snapshot

    until(lambda: not snapshot(job.folder).active, PATIENCE)
    after = snapshot(job.folder)
    if after.state != "finished":
        return f"the job is {after.state}: {after.message!r}"
    return "" if world.vectors(cache) == world.whole else "the vectors are others"


def _dashboard_killed(world: World, folder: Path) -> str:
    """Kill a dashboard on which a job was started; the job ends by itself, and another dashboard shows what it made."""
    from analysis.jobs import all_jobs, snapshot
    from tests.e2e.dashboards import looking, settle

    cache = world.cache(folder)
    with looking(_browser()) as (page, _):
        address, server = _dashboard(world, cache)
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(address)
        page.get_by_role("button", name="Compute").first.click()
        until(lambda: any(_embeds(job) for job in all_jobs(cache)), SOON)
        job = next(job for job in all_jobs(cache) if _embeds(job))  # another has read the samples
        time.sleep(random.random() * world.length)
        late = not snapshot(job.folder).active
        server.kill()  # it alone, with SIGKILL
        server.wait()
    if late:
        return LATE
    if said := _as_whole(world, cache, job):
        return said
    with looking(_browser()) as (page, strangers):
        address, server = _dashboard(world, cache)
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{address}/jobs")
        settle(page)
        page.locator(".stMainBlockContainer").get_by_text("Finished").first.wait_for()
        server.terminate()
        server.wait(SOON)
        return "; ".join(strangers.errors[:3])


def _embeds(job: "Job") -> bool:
    return any(ask.subject == "MiniLM" for ask in job.asks)


def _dashboard(world: World, cache: Path) -> "tuple[str, subprocess.Popen[bytes]]":
    """The address and the process of a dashboard that answers."""
    from tests.e2e.dashboards import ROOT, started, wait_for_answer

    chosen = ("--study", str(world.study), "--cache", str(cache))
    address, server = started(ROOT / "app.py", {"headless": "true"}, *chosen)
    wait_for_answer(f"{address}/_stcore/health", server, PATIENCE)
    return address, server


def _browser() -> Any:
    """One browser for all trials, started before them: it is no process of theirs."""
    from playwright.sync_api import sync_playwright

    from analysis.pdf import find_chrome
    from tests.e2e.dashboards import FLAGS

    if not BROWSER:
        playwright = sync_playwright().start()
        launched = playwright.chromium.launch(executable_path=find_chrome(), args=list(FLAGS))
        BROWSER.extend([launched, playwright])
    return BROWSER[0]


def _close_browser() -> None:
    if BROWSER:
        BROWSER[0].close()
        BROWSER[1].stop()
        BROWSER.clear()
