"""The best checkpoint on each task in a sentence, and the way to the page that says more."""

from collections.abc import Sequence

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from analysis.series.answer import Answer, answers_of
from analysis.series.apart import two_apart
from ui import samples_panel, task_offer, words

MOST = 3  # tasks whose sentence is said
ASKED = "Which checkpoint is best on a task, by how much, and is that significant?"


def draw(pipeline: Pipeline, dataset: Dataset, asks: Sequence[Ask]) -> None:
    """Draw the sentences of the first tasks that are scored, else the question, each with its link.

    Of label columns that no task is about, that they are not scored and a way to it.
    """
    if len(pipeline.spaces()) < 2:
        return
    answers = _chosen_first(pipeline, answers_of(pipeline, asks), samples_panel.label_of(dataset))
    for one in answers[:MOST]:
        words.plain(" ".join((one.lead, *one.more)))
    pairs = [pair for one in answers[:MOST] for pair in ((one.best, one.second), (one.trained, one.twin))]
    for pair in dict.fromkeys(pairs):
        if sentence := two_apart(pipeline, *pair):
            words.quiet(sentence)
    scored = {one.task for one in answers}
    waiting = [spec.name for spec in pipeline.study.task if spec.name not in scored]
    said = [f"{words.counted(len(answers) - MOST, 'more task')} there."] if len(answers) > MOST else []
    said += [f"Not scored yet: {words.listed(waiting)}."] if waiting else []
    words.leading(" ".join(said) if answers else " ".join([ASKED, *said]), "fine_tuning", "Fine-tuning")
    task_offer.offer_columns(pipeline, dataset)


def _chosen_first(pipeline: Pipeline, answers: Sequence[Answer], label: str) -> list[Answer]:
    """The answers, those about the label column that is looked at first."""
    mine = {spec.name for spec in pipeline.study.task if spec.label == label and not spec.train}
    return sorted(answers, key=lambda one: one.task not in mine)
