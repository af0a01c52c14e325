"""The sentences of the page of scores: of each task who is best, what pre-training gained, held to what, and why."""

from analysis.pipeline import Pipeline
from analysis.series.answer import answers_of
from analysis.task_card import cards_of
from ui import cross_words, panel, task_columns, words
from ui.task_choice import Choice
from ui.task_columns import Columns

COMMONEST = "What naming the commonest class every time would score is not known yet. Scores are held to it."
LOUD = 3  # tasks up to which what is said of each is as large as what other pages open with


def draw(pipeline: Pipeline, chosen: Choice, columns: Columns) -> None:
    """Draw those of every chosen task."""
    differ: dict[str, None] = {}
    answers = answers_of(pipeline, chosen.every, chosen.table, chosen.wanted)
    for one in answers:
        (words.lead if len(answers) <= LOUD else words.note)(" ".join(one.first))
        if one.beside:
            words.quiet(" ".join(one.beside))
        cross_words.estimates_said(pipeline, one.task)
        differ[task_columns.what_differs(pipeline, chosen, columns, one.task, one.method)] = None
    for sentence in filter(None, differ):
        words.quiet(sentence)


def offer_levels(pipeline: Pipeline) -> None:
    """The panel that gets what scores are held to, where it is missing."""
    panel.offer(pipeline, cards_of(pipeline), COMMONEST, place="levels")
