"""What the page of scores and the page of estimates say of one another, so that they never seem to disagree unsaid."""

from collections.abc import Collection

from analysis.carried import carried
from analysis.figures.words import listed
from analysis.made import MadeCheckpoint, checkpoints_of
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.series.answer import Answer, answers_of
from analysis.series.candidates import Question
from analysis.series.ranking import choice_of, controls_of, in_order, rankings, votes_of
from analysis.series.standings import asks_of
from analysis.transfer_asks import task_named, transfers_of
from ui import words

NOT_SCORED = "What checkpoints really score on {} is not measured yet; it is on the page"


def scores_said(pipeline: Pipeline, task: Question) -> None:
    """On the page of estimates: who is best on the task by score, and the way to the page that says more."""
    specs = [spec for spec in pipeline.study.task if spec.name == task.name]
    found = answers_of(pipeline, [ask for spec in specs for ask in asks_of(pipeline, spec)])
    if not found or not found[0].best:
        words.leading(NOT_SCORED.format(task.name), "fine_tuning", "Fine-tuning")
        return
    (one,) = found
    by = task_methods()[one.method].title.lower()
    words.leading(f"Scored by {by}, {_highest(one)}.", "fine_tuning", "Fine-tuning")


def estimates_said(pipeline: Pipeline, task: str) -> None:
    """On the page of scores: whom the estimators put first on the task, and the way to the page that says more."""
    asks = [ask for ask in transfers_of(pipeline) if task_named(pipeline.study, ask.other) == task]
    found, controls = in_order(rankings(pipeline, asks)), controls_of(pipeline.study)
    if not found:
        return
    choice, votes = choice_of(found, controls), votes_of(found)
    counted = words.listed([f"{name} ({count})" for name, count in votes])
    said = f"Of {words.counted(len(found), 'estimator')}, which look at no score, the first choice is {counted}"
    others = [name for name in found[0].checkpoints["checkpoint"] if name not in controls]
    if len(others) == 1:
        said += f"; {others[0]} is the only one that is no baseline"
    elif {name for name, _ in votes} & set(controls):
        said += f"; of those that are no baseline, {choice.checkpoint} ({choice.votes})"
    words.leading(f"{said}.", "which_checkpoint", "Which checkpoint?")


def recipes_said(pipeline: Pipeline, names: Collection[str]) -> None:
    """On the page of scores: which of these checkpoints were pre-trained here, and the way to how."""
    made = [spec.name for spec in checkpoints_of(pipeline.study) if isinstance(spec, MadeCheckpoint)]
    found = [name for name in dict.fromkeys([*made, *(one.checkpoint for one in carried(pipeline))]) if name in names]
    if found:
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""
        words.leading(f"{found[0]}{others}: how each was pre-trained is on the page", "pre_training", "Pre-training")


def _highest(one: Answer) -> str:
    """Who is highest of all, and of the pre-trained."""
    if one.trained in ("", one.best):
        return f"{one.best} is highest"
    return f"{listed([f'{one.best} is highest of all', f'{one.trained} of the pre-trained'])}"
