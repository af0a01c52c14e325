"""Which checkpoint? The answer in a sentence, a ranking for each estimator, and whether they have been right."""

from collections.abc import Sequence

import streamlit as st

from analysis.made import checkpoints_of
from analysis.pipeline import Pipeline
from analysis.series.candidates import Question, questions
from analysis.series.ranking import Ranking, all_trained, controls_of, in_order, rankings, sentence
from analysis.transfer_asks import transfers_of
from ui import cross_words, measured, panel, ranking_record, ranking_view, samples_panel, state, words

QUESTION = "Which checkpoint should be fine-tuned on a task, and has what says so been right before?"
ONE = "There is one checkpoint here, so there is nothing to choose. Add another under Change."
NO_TASK = "The samples have no label column and the study no [[task]], so nothing says what to fine-tune for."
NO_ESTIMATOR = 'The study\'s `analyses` name no estimator; add "transferability" to them for a ranking.'
TELLS = "Not estimated yet. It says which checkpoint would gain most from fine-tuning, and how probable that is."


def page() -> None:
    """Draw the page."""
    pipeline, dataset = samples_panel.on_page("Which checkpoint?", QUESTION)
    if dataset is None:
        return
    asked = questions(pipeline.study, dataset.labels)
    if len(checkpoints_of(pipeline.study)) < 2 or not asked:
        words.note(NO_TASK if not asked else ONE)
        return
    names = [one.name for one in asked]
    if len(names) > 1:
        st.selectbox("Task", names, width=320, **state.bound("task", names))
    task = next((one for one in asked if one.name == state.view().task), asked[0])
    found = _ranked(pipeline, task)
    ranking_record.draw(pipeline, asked, task, measured.rows_of(pipeline), found)


def _ranked(pipeline: Pipeline, task: Question) -> list[Ranking]:
    """The answer and its rankings, drawn, or why there are none."""
    asks = [ask for ask in transfers_of(pipeline) if task.other and ask.other == task.other]
    if not asks:
        words.note(NO_ESTIMATOR if task.other else f"{task.name} is of pairs, which estimators do not read.")
        return []
    found = in_order(rankings(pipeline, asks))
    _lead(pipeline, found, task)
    panel.offer(pipeline, asks, TELLS, button="Estimate")
    if found:
        ranking_view.draw(pipeline, [ask for ask in asks if pipeline.find(ask) is not None], task, found)
        return found
    results = [result for ask in asks if (result := pipeline.find(ask)) is not None]
    reasons = [number.why for result in results for number in result.numbers.values() if number.why]
    if len(results) == len(asks):
        words.note(" ".join(dict.fromkeys(reasons)))
    return found


def _lead(pipeline: Pipeline, found: Sequence[Ranking], task: Question) -> None:
    if found:
        study = pipeline.study
        words.lead(sentence(found, controls_of(study), task.name, trained=all_trained(study)))
        cross_words.scores_said(pipeline, task)
