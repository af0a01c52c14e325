"""Checkpoints of the study's own that are not made yet: what a list says of them, and a page in their place."""

from analysis.ask import Ask
from analysis.made import MadeCheckpoint
from analysis.pipeline import Pipeline
from ui import work


def state_of(pipeline: Pipeline, space: str) -> str:
    """What is still to come of the checkpoint of a space; empty where nothing is."""
    made = pipeline.space_called(space).checkpoint
    if not isinstance(made, MadeCheckpoint):
        return ""
    ask = Ask("pretraining", made.name)
    if pipeline.find(ask) is not None:
        return ""
    job = work.job_at(pipeline, [ask])
    return "in training" if job is not None and job.active else "not trained yet"


def named(pipeline: Pipeline, space: str) -> str:
    """A space with that beside it."""
    state = state_of(pipeline, space)
    return f"{space} · {state}" if state else space


def sentence(pipeline: Pipeline, space: str) -> str:
    """What stands before the offer of a number or map of it."""
    state = state_of(pipeline, space)
    if not state:
        return ""
    then = "this waits for it" if state == "in training" else "this trains it first; Pre-training shows how that goes"
    return f"{space} is {state}; {then}. "
