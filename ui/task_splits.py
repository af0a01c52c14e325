"""How honest a task's splits are: sizes, repeats, conflicts, what stands on both sides, what checkpoints may know."""

from collections.abc import Mapping

import streamlit as st

from analysis.figures.words import listed, shown
from analysis.made import checkpoints_of
from analysis.pipeline import Pipeline
from analysis.result import Result
from analysis.seen import seen_sentence
from analysis.series.standings import title_of
from analysis.study import TaskSpec
from analysis.tasks.chosen import AT_END
from ui import words
from ui.task_choice import Choice

READ = (
    "What a pretrained checkpoint has read before does not stand in its files, so whether these samples were among it"
    " is not known here; its model card may say."
)
COUNTED = "{} counted the words of all samples, those that are asked too, but saw no label."


def draw(pipeline: Pipeline, chosen: Choice) -> None:
    """Draw it for each task that was scored."""
    specs = {spec.name: spec for spec in pipeline.study.task}
    for task in chosen.tasks:
        found = {(ask.subject, ask.name): pipeline.find(ask) for ask in chosen.every if ask.other == task}
        results = {place: result for place, result in found.items() if isinstance(result, Result)}
        if results:
            with st.expander(f"The samples of {task}, and how they are split"):
                _said(pipeline, specs[task], results)


def _said(pipeline: Pipeline, spec: TaskSpec, results: dict[tuple[str, str], Result]) -> None:
    words.quiet(how_split(spec))
    with st.container(horizontal=True):
        for name in ("splits", "samples"):
            tables = [result.tables[name] for result in results.values() if name in result.tables]
            if tables:
                st.dataframe(max(tables, key=len), hide_index=True, width="content")
    for sentence in [
        *filter(None, [seen_sentence(pipeline.study, spec)]),
        *noted(results),
        *_chance(next(iter(results.values()))),
    ]:
        words.quiet(sentence)
    counting = [one.name for one in checkpoints_of(pipeline.study) if one.family == "tfidf"]
    if counting and not spec.pairs:
        words.quiet(COUNTED.format(listed(counting)))
    if any(
        one.init == "pretrained" and one.family not in ("tfidf", "numeric") for one in checkpoints_of(pipeline.study)
    ):
        words.quiet(READ)


def noted(results: Mapping[tuple[str, str], Result]) -> list[str]:
    """What was noted while scoring, by (space, method); what is not of every space says of which it is."""
    spaces = {space for space, _ in results}
    of: dict[str, dict[str, None]] = {}
    for (space, _), result in results.items():
        for note in (note for note in result.notes if AT_END not in note):  # told under the table
            of.setdefault(note, {})[space] = None
    return [note if len(mine) == len(spaces) else f"{listed([*mine])}: {note}" for note, mine in of.items()]


def _chance(result: Result) -> list[str]:
    """What chance gives, by each number of a method."""
    found = [
        f"{title_of(name)} {shown(number.null_mean, 2)} [{shown(number.null_low, 2)}, {shown(number.null_high, 2)}]"
        for name, number in result.numbers.items()
        if number.null_mean is not None and number.null_low is not None
    ]
    return [f"Chance, the labels of what is asked shuffled: {listed(found)}."] if found else []


def how_split(spec: TaskSpec) -> str:
    """How a task's samples are dealt, from what the study says."""
    seeds = listed([str(seed) for seed in spec.seeds])
    if not spec.label:
        return "Its files are asked as they are."
    if spec.train and (spec.test or spec.dev):
        asked = spec.test or spec.dev
        kept = "kept" if spec.overlap == "keep" else "left out"
        twice = f"test texts that also stand in train are {kept}"
        return f"Learnt from {spec.train}, asked of {asked}; {twice}. Seeds {seeds}."
    group = f" Samples of one {spec.group} stay on one side." if spec.group else ""
    of = f"{spec.train}, {spec.label}" if spec.train else spec.label
    return (
        f"A fifth of each class of {of} is asked, the rest is learnt from; anew for each of the seeds {seeds}.{group}"
    )
