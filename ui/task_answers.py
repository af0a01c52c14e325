"""The sentences of the page of scores: of each task who is best, what pre-training gained, held to what, and why."""

from analysis.pipeline import Pipeline
from analysis.series.answer import answers_of
from analysis.task_card import cards_of
from ui import cross_words, panel, task_columns, words
from ui.task_choice import Choice
from ui.task_columns import Columns

TELLS = "Not scored for every checkpoint yet. A score says what can be read from a space, with interval and chance."
COMMONEST = "What naming the commonest class every time would score is not known yet. Scores are held to it."
LOUD = 3  # tasks up to which what is said of each is as large as what other pages open with


def draw(pipeline: Pipeline, chosen: Choice, columns: Columns) -> None:
    """Draw those of every chosen task."""
    differ: dict[str, None] = {}
    answers = answers_of(pipeline, chosen.every, chosen.table, chosen.wanted)
    for one in answers:
        (words.lead if len(answers) <= LOUD else words.note)(one.lead)
        if one.more:
            words.plain(" ".join(one.more))
        differ |= dict.fromkeys(task_columns.what_differs(pipeline, chosen, columns, one))
        if one.beside:
            words.quiet(" ".join(one.beside))
        cross_words.estimates_said(pipeline, one.task)
    for sentence in differ:
        words.plain(sentence)


def offer(pipeline: Pipeline, chosen: Choice) -> None:
    """The panel that gets the scores that are missing, and what they are held to."""
    cards = cards_of(pipeline)
    if any(pipeline.find(ask) is None for ask in chosen.asks):
        panel.offer(pipeline, [*chosen.asks, *cards], TELLS, button="Score", place="scores")
    elif len(chosen.table):
        panel.offer(pipeline, cards, COMMONEST, place="levels")
