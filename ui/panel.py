"""What stands in the place of a value that is not there: four designed states, each with a sentence.

Not computed (what it would tell, what it costs, one button), computing (what, how far, cancel), failed (why, the
way out, what is safe). The fourth, nothing to say, is a value: a number with a reason.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from analysis import jobs
from analysis.ask import Ask
from analysis.jobs import Job
from analysis.pipeline import Pipeline
from analysis.recipe import hash_of
from models.errors import BadInput, Failed
from ui import costs, words, work


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
    """The button that starts a job for the asks, with about how long it takes."""
    takes = words.lasting(costs.seconds_for(pipeline, asks))
    key = f"compute.{hash_of(place, *map(str, asks))[:12]}.{label}"
    if st.button(f"{label} · about {takes}", key=key, type="primary" if primary else "secondary"):
        try:
            work.start(pipeline, asks, title or f"{pipeline.study.name}: {words.listed([str(ask) for ask in asks])}")
        except (BadInput, Failed) as error:
            words.trouble(str(error))
            return
        st.rerun()


def progress(job: Job, place: str = "") -> None:
    """How far a job is, redrawn while it is at work; the page is drawn anew when it ends.

    `place` tells two panels of the same job on one page apart.
    """
    st.fragment(_progress, run_every="1s" if job.active else None)(job, f"cancel.{job.key}.{place}")


def _progress(job: Job, key: str) -> None:
    now = jobs.snapshot(job.folder)
    if not now.active:
        st.rerun()
    share = min(1.0, now.done / now.total) if now.total else 0.0
    st.progress(share, text=f"{now.title}: {now.message}")
    if st.button("Cancel", key=key):
        jobs.cancel(now)
        st.rerun()
