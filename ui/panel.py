"""What stands in the place of a value that is not there: four designed states, each with a sentence.

Not computed (what it would tell, what it costs, one button), computing (what, how far, cancel), failed (why, the
way out, what is safe). The fourth, nothing to say, is a value: a number with a reason.
"""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from analysis import jobs
from analysis.ask import Ask
from analysis.jobs import Job
from analysis.pipeline import Pipeline
from analysis.recipe import hash_of
from models.errors import BadInput, Failed
from ui import costs, dialogs, live, state, words, work

DRAWN = "panel.jobs"  # those whose progress stands on the page


def begin_page() -> None:
    """Say that a page is drawn anew, with the progress of no job on it yet."""
    state.remember(DRAWN, ())


def obtain(pipeline: Pipeline, ask: Ask, tells: str, *, also: Sequence[Ask] = ()) -> Any | None:
    """The value of an ask; where it is not there, the panel that gets it, and None.

    `tells`: what the value would tell, a sentence. `also`: asks that its button gets in the same job.
    """
    value = pipeline.find(ask)
    if value is None:
        offer(pipeline, [ask, *also], tells)
    return value


def offer(pipeline: Pipeline, asks: Sequence[Ask], tells: str, *, button: str = "Compute", place: str = "") -> None:
    """The panel of asks that are missing; `place` tells two of the same asks on one page apart."""
    missing = [ask for ask in asks if pipeline.find(ask) is None]
    if not missing:
        return
    job = work.job_at(pipeline, missing)
    if job is not None and job.active:
        progress(job, hash_of(place, *map(str, asks))[:8])
        return
    if job is not None and job.state == "failed":
        words.trouble(job.message)
        words.quiet("Everything computed before this is kept.")
    elif job is not None and job.state == "cancelled":
        words.note("This was cancelled; what was finished is kept, and it goes on from there.")
    else:
        words.note(tells)
    again = job is not None and job.state in ("failed", "cancelled")
    compute(pipeline, missing, "Try again" if again else button, place=place)


def compute(
    pipeline: Pipeline, asks: Sequence[Ask], label: str, *, title: str = "", primary: bool = True, place: str = ""
) -> None:
    """The button that starts a job for the asks, with about how long it takes; while one is at all of them, that one.

    It acts in a callback, which is run before anything is drawn: nothing that has the page drawn anew can lose it.
    """
    job = work.job_at(pipeline, asks)
    if job is not None and job.active and all(ask in job.asks for ask in asks):
        progress(job, hash_of(place, label)[:8])
        return
    takes = words.lasting(costs.seconds_for(pipeline, asks))
    st.button(
        f"{label} · about {takes}",
        key=f"compute.{hash_of(place, *map(str, asks))[:12]}.{label}",
        type="primary" if primary else "secondary",
        on_click=_start,
        args=(pipeline, asks, title or f"{pipeline.study.name}: {words.listed([str(ask) for ask in asks])}"),
    )


def _start(pipeline: Pipeline, asks: Sequence[Ask], title: str) -> None:
    try:
        work.start(pipeline, asks, title)
    except (BadInput, Failed) as error:
        state.complain(str(error))


def progress(job: Job, place: str = "") -> None:
    """How far a job is, redrawn while it is at work; the page is drawn anew when it ends.

    Once on a page: where the same job is met again, a line says that it stands above. `place` tells two places of it
    apart.
    """
    drawn = state.remembered(DRAWN) or ()
    if job.key in drawn:
        words.quiet("At work in the job above.")
        return
    state.remember(DRAWN, (*drawn, job.key))
    key = f"{job.key}.{place}"
    live.draw(_progress, job, f"cancel.{key}", every=1 if job.active else None, key=key)


def _progress(job: Job, key: str) -> None:
    now = jobs.snapshot(job.folder)
    if not now.active and not dialogs.is_open():
        st.rerun()
    st.progress(share_of(now), text=words.literal(f"{now.title}: {now.message}{_so_far(now)}"))
    st.button("Cancel", key=key, on_click=_cancel, args=(now,), disabled=not now.active)


def share_of(job: Job) -> float:
    """How much of a job is done, 0 to 1: the asks before the one it is at, and its share of that one."""
    mine = min(1.0, job.done / job.total) if job.total else 0.0
    at = re.match(r"(\d+) of (\d+): (.*)", job.message, re.DOTALL) if len(job.asks) > 1 else None
    if at is None:
        return mine
    step, steps = int(at[1]), max(int(at[2]), 1)
    begun = 0.0 if at[3] == str(job.asks[min(step, len(job.asks)) - 1]) else mine  # first it says only which it is
    return min(1.0, (step - 1 + begun) / steps)


def _so_far(job: Job) -> str:
    """For how long a job has been at work, so that nobody takes a long step for a stuck one."""
    with suppress(OSError):
        seconds = time.time() - (job.folder / "job.json").stat().st_mtime
        return f" · {words.lasting(seconds)} so far" if seconds >= 1.5 else ""
    return ""


def _cancel(job: Job) -> None:
    with suppress(ProcessLookupError):  # it has ended by itself
        jobs.cancel(job)
