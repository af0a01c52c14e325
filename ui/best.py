"""The best checkpoint on each task in a sentence, and the way to the page that says more."""

from collections.abc import Sequence

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from analysis.series.answer import answers_of
from ui import task_offer, words

MOST = 3  # tasks whose sentence is said
ASKED = "Which checkpoint is best on a task, by how much, and is that significant?"


def draw(pipeline: Pipeline, dataset: Dataset, asks: Sequence[Ask]) -> None:
    """Draw the sentences of the first tasks that are scored, else the question, each with its link.

    Of label columns that no task is about, that they are not scored and a way to it.
    """
    if len(pipeline.spaces()) < 2:
        return
    answers = answers_of(pipeline, asks)
    for one in answers[:MOST]:
        words.plain(" ".join(one.first))
    scored = {one.task for one in answers}
    waiting = [spec.name for spec in pipeline.study.task if spec.name not in scored]
    said = [f"{words.counted(len(answers) - MOST, 'more task')} there."] if len(answers) > MOST else []
    said += [f"Not scored yet: {words.listed(waiting)}."] if waiting else []
    words.leading(" ".join(said) if answers else " ".join([ASKED, *said]), "fine_tuning", "Fine-tuning")
    task_offer.offer_columns(pipeline, dataset)
