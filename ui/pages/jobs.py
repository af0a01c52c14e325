"""Jobs: what is at work, what waits, what ended and how."""

import time

import streamlit as st

from analysis import jobs
from analysis.jobs import Job
from analysis.study_file import study_key
from ui import opened, panel, state, words, work

STATES = {
    "running": "At work",
    "queued": "Waiting",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "finished": "Finished",
}
SHOWN = 30  # ended jobs listed


def page() -> None:
    """Draw the page."""
    st.header("Jobs")
    found = work.visible_jobs()
    if not found:
        words.note("No job was started yet. Every button that computes something starts one, and it is listed here.")
        return
    active = [job for job in found if job.active]
    count = f"{words.counted(len(active), 'job')} at work or waiting" if active else "No job is at work"
    words.quiet(f"{count}; one heavy job runs at a time. Jobs go on when this page is closed.")
    for job in active:
        panel.progress(job, "jobs")
        _way(job)
        _log(job)
    for job in [job for job in found if not job.active][:SHOWN]:
        _ended(job)


def _ended(job: Job) -> None:
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        when = _ago(time.time() - job.updated) if job.updated else ""
        st.html(
            f'<p class="an-title">{words.escaped(job.title)}</p>'
            f'<p class="an-quiet">{STATES[job.state]}{when}'
            + (f": {words.escaped(job.message)}" if job.state != "finished" else "")
            + "</p>"
        )
    with right:
        if job.state in ("failed", "cancelled"):
            st.button("Run again", key=f"again.{job.key}", on_click=_again, args=(job,))
        _way(job)
    if job.state == "failed":
        _log(job)


def _way(job: Job) -> None:
    """The way to the study that a job is of, where another one is open; else to what it made."""
    if job.study != study_key(opened.pipeline().study):
        st.button("Open its study", key=f"study.{job.key}", on_click=work.turn_to, args=(job,))
    elif job.state == "finished":
        st.button("Look at it", key=f"look.{job.key}", on_click=work.look, args=(job,))


def _again(job: Job) -> None:
    state.complain(work.again(job))


def _log(job: Job) -> None:
    text = jobs.log_of(job)
    if text.strip():
        with st.expander("Log"):
            st.code(text, language=None)


def _ago(seconds: float) -> str:
    return f" {words.lasting(seconds)} ago" if seconds >= 1.5 else " just now"
