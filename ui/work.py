"""Heavy work as a page sees it: which job is at an ask, which jobs this tab may see, how to start one."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from analysis import jobs
from analysis.ask import Ask
from analysis.described import pipeline_of
from analysis.jobs import Job
from analysis.pipeline import Pipeline
from analysis.study_file import study_key
from models.errors import BadInput, Failed
from ui import dialogs, opened, startup, state

PAGES = {
    "projection": "map",
    "regions": "map",
    "comparison": "compare",
    "graph": "graph",
    "graph_card": "graph",
    "graph_alignment": "graph",
    "corpus": "anchors",
    "anchors": "anchors",
    "weights": "weights",
    "transferability": "which_checkpoint",
    "task": "fine_tuning",
    "task_card": "fine_tuning",
    "metrics": "fine_tuning",
    "pretraining": "pre_training",
    "benefit": "benefit",
}


def visible_jobs() -> list[Job]:
    """The jobs of this cache, the latest first, without those over files that another tab uploaded."""
    options = startup.options()
    uploads, mine = options.cache / opened.UPLOADS, opened.uploads_of(state.session())
    return [job for job in jobs.all_jobs(options.cache) if may_see(job, uploads, mine)]


def may_see(job: Job, uploads: Path, mine: Path) -> bool:
    """Whether a job is this tab's to see."""
    base = Path(job.base)
    return not base.is_relative_to(uploads) or base.is_relative_to(mine)


def jobs_of(pipeline: Pipeline) -> list[Job]:
    """The jobs of a study, the latest first."""
    key, base = study_key(pipeline.study), str(pipeline.place.base)
    return [job for job in visible_jobs() if job.study == key and job.base == base]


def job_at(pipeline: Pipeline, asks: Sequence[Ask]) -> Job | None:
    """The job that is at one of the asks, else the latest that was."""
    found = [job for job in jobs_of(pipeline) if any(ask in job.asks for ask in asks)]
    return next((job for job in found if job.active), found[0] if found else None)


def start(pipeline: Pipeline, asks: Sequence[Ask], title: str = "") -> Job:
    """Start a job for the asks."""
    return jobs.submit(pipeline, asks, title)


def again(job: Job) -> str:
    """Run an ended job once more; a sentence where it cannot be."""
    try:
        content = json.loads((job.folder / "job.json").read_text())
        jobs.submit(pipeline_of(content), job.asks, job.title)
    except (BadInput, Failed) as error:
        return str(error)
    except (OSError, ValueError, KeyError):
        return f"the files of the job {job.title!r} are gone; start it from the page that needs it."
    return ""


def turn_to(job: Job) -> None:
    """Open the study of a job, on the page that its results stand on; where it cannot be, say why."""
    try:
        study, base = opened.study_of_job(job.folder, opened.uploads_of(state.session()))
    except BadInput as error:
        state.complain(str(error))
        return
    state.open_study(study, base)
    look(job)


def look(job: Job) -> None:
    """Turn to the page that the results of a job stand on."""
    state.remember("landing", page_of(job))


def page_of(job: Job) -> str:
    """The page that all a job makes stands on; the Overview where it is several."""
    pages = {ask.name if ask.kind == "analysis" else PAGES.get(ask.kind, "overview") for ask in job.asks}
    if "pre_training" in pages:
        return "pre_training"
    return pages.pop() if len(pages) == 1 else "overview"


def pulse(found: Sequence[Job]) -> tuple[tuple[str, str, str], ...]:
    """What changes when a job has something new to show: its state, and which of its asks it is at.

    Nothing changes while a dialog is open, so that nobody's typing is interrupted.
    """
    before: tuple[tuple[str, str, str], ...] | None = state.remembered("pulse")
    if before is not None and dialogs.is_open():
        return before
    now = tuple((job.key, job.state, _step(job)) for job in found)
    state.remember("pulse", now)
    return now


def _step(job: Job) -> str:
    begins = re.match(r"\d+ of \d+:", job.message) if len(job.asks) > 1 else None
    return begins.group() if begins else ""
