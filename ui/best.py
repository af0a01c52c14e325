"""The best checkpoint on each task in a sentence, and the way to the page that says more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from analysis.series.answer import Answer, answers_of
from analysis.series.apart import two_apart
from ui import samples_panel, task_offer, words

MOST = 3  # tasks whose sentence is said
ASKED = "Which checkpoint is best on a task, by how much, and is that significant?"


@dataclass(frozen=True)
class Said:
    """What is said of the scored tasks, and of every two spaces that it names."""

    answers: Sequence[Answer]
    apart: Mapping[tuple[str, str], str]


_KEPT: WeakKeyDictionary[Pipeline, tuple[tuple[str, ...], Said]] = WeakKeyDictionary()


def said_of(pipeline: Pipeline, asks: Sequence[Ask]) -> Said:
    """What is said where this much is computed: tests of every pair, so it is made once and not at every click."""
    there = tuple(_key_of(pipeline, ask) for ask in asks)
    kept = _KEPT.get(pipeline)
    if kept is None or kept[0] != there:
        answers = answers_of(pipeline, asks)
        pairs = dict.fromkeys(pair for one in answers for pair in _pairs(one))
        kept = _KEPT[pipeline] = (there, Said(answers, {pair: two_apart(pipeline, *pair) for pair in pairs}))
    return kept[1]


def _key_of(pipeline: Pipeline, ask: Ask) -> str:
    recipe = pipeline.recipe(ask) if pipeline.find(ask) is not None else None
    return recipe.key if recipe else ""


def _pairs(one: Answer) -> tuple[tuple[str, str], ...]:
    return (one.best, one.second), (one.trained, one.twin)


def draw(pipeline: Pipeline, dataset: Dataset, asks: Sequence[Ask]) -> None:
    """Draw the sentences of the first tasks that are scored, else the question, each with its link.

    Of label columns that no task is about, that they are not scored and a way to it.
    """
    if len(pipeline.spaces()) < 2:
        return
    said = said_of(pipeline, asks)
    answers = _chosen_first(pipeline, said.answers, samples_panel.label_of(dataset))
    for one in answers[:MOST]:
        words.plain(" ".join((one.lead, *one.more)))
    for pair in dict.fromkeys(pair for one in answers[:MOST] for pair in _pairs(one)):
        if sentence := said.apart[pair]:
            words.quiet(sentence)
    scored = {one.task for one in answers}
    waiting = [spec.name for spec in pipeline.study.task if spec.name not in scored]
    more = [f"{words.counted(len(answers) - MOST, 'more task')} there."] if len(answers) > MOST else []
    more += [f"Not scored yet: {words.listed(waiting)}."] if waiting else []
    words.leading(" ".join(more) if answers else " ".join([ASKED, *more]), "fine_tuning", "Fine-tuning")
    task_offer.offer_columns(pipeline, dataset)


def _chosen_first(pipeline: Pipeline, answers: Sequence[Answer], label: str) -> list[Answer]:
    """The answers, those about the label column that is looked at first."""
    mine = {spec.name for spec in pipeline.study.task if spec.label == label and not spec.train}
    return sorted(answers, key=lambda one: one.task not in mine)
