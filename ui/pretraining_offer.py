"""Pre-training is added to the study of the session: from where, by what objective, over which graph, how long."""

from dataclasses import replace

import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.laboratory import PretrainingSpec
from analysis.made import RANDOM, MadeCheckpoint, checkpoints_of
from analysis.pipeline import Pipeline
from analysis.pretraining import made_in
from analysis.spaces import spaces_of
from analysis.study import Study, check_name
from models.errors import BadInput, Failed
from ui import costs, opened, pretraining_form, state, words, work
from ui.pretraining_form import KEY

TRAINABLE = ("transformer", "masked_lm", "causal_lm")  # families with an objective
NO_TEXTS = "The samples have no texts, which is what pre-training reads here."


def draw(pipeline: Pipeline, dataset: Dataset, *, expanded: bool = False) -> None:
    """Draw what can be chosen, and the sections that can be removed."""
    if "text" not in dataset.modalities:
        words.note(NO_TEXTS)
        return
    with st.expander("Train a new one", expanded=expanded):
        try:
            study = pipeline.study
            section = pretraining_form.ask(study, name=free_name(study), starts=starts(study))
            offer(pipeline, section, key=KEY)
        except BadInput as error:
            words.trouble(str(error))
    names = [section.name for section in pipeline.study.pretraining]
    if names:
        with st.expander("Pre-trainings of the study"):
            words.quiet("One that is removed keeps what was made of it, and has it again when it comes back.")
            for name in names:
                st.button(f"Remove {name}", key=f"{KEY}.remove.{name}", type="tertiary", on_click=_remove, args=(name,))


def offer(pipeline: Pipeline, section: PretrainingSpec, *, key: str, landing: str = "") -> None:
    """Draw what a section would make and take, and the buttons that add it or train it; `landing`: the page after."""
    changed = replace(pipeline, study=with_section(pipeline.study, section), _memory={})
    takes = words.lasting(costs.seconds_for(changed, _asks(changed, section)))
    count = words.counted(len(section.weights) * len(section.seeds) * (1 + len(section.kept)), "checkpoint")
    each = ["weight λ"] * bool(section.graph) + ["seed"]
    each += ["step kept, the last among them"] * bool(section.kept)
    words.quiet(f"{count}, one for each {words.listed(each)}, in a job that goes on while you look at other pages.")
    args = (section, landing)
    with st.container(horizontal=True):
        st.button(f"Train · about {takes}", key=f"{key}.train", type="primary", on_click=_train, args=args)
        st.button("Add without training", key=f"{key}.add", on_click=_add, args=args)


def _asks(pipeline: Pipeline, section: PretrainingSpec) -> list[Ask]:
    """The checkpoints of a section that are not there."""
    asks = [Ask("pretraining", name) for name, made in made_in(pipeline).items() if made.section == section]
    return [ask for ask in asks if pipeline.find(ask) is None]


def starts(study: Study) -> list[str]:
    """What can be started from: text encoders, sections that make one checkpoint a seed, each made, random weights."""
    every = checkpoints_of(study)
    made = [one for one in every if isinstance(one, MadeCheckpoint)]
    given = [one for one in every if one not in made and one.family in TRAINABLE and one.transform == "none"]
    sections = [one.name for one in study.pretraining if len(one.weights) == 1 and len(one.seeds) > 1]
    return [*(one.name for one in given), *sections, *(one.name for one in made), RANDOM]


def free_name(study: Study) -> str:
    """A name that no section has, nor a series, whose members would be called the same."""
    taken = {one.name for one in study.pretraining} | {one.series for one in study.checkpoint}
    name, count = "sipt", 2
    while name in taken:
        name, count = f"sipt {count}", count + 1
    return name


def with_section(study: Study, section: PretrainingSpec) -> Study:
    """The study with one more section; BadInput where it cannot be made."""
    check_name("pretraining", section.name)
    if section.name in (one.name for one in study.pretraining):
        raise BadInput(f"the study has a [[pretraining]] {section.name!r} already; give this one another name.")
    changed = replace(study, pretraining=(*study.pretraining, section))
    checkpoints_of(changed)
    return changed


def _add(section: PretrainingSpec, landing: str) -> None:
    """Turn to the study with the section, if what it starts from and its files can be read."""
    try:
        pipeline, changed = opened.pipeline(), with_section(state.session().study, section)
        spaces_of(changed, pipeline.place, pipeline.store)
    except (BadInput, Failed) as error:
        state.complain(str(error))
        return
    _turn_to(changed)
    if landing:
        state.remember("landing", landing)


def _train(section: PretrainingSpec, landing: str) -> None:
    """The same, and start the job; in a callback, so that no drawing of the page loses it."""
    _add(section, landing)
    try:
        pipeline = opened.pipeline()
        asks = _asks(pipeline, section) if section in pipeline.study.pretraining else []
        if asks:
            work.start(
                pipeline, asks, f"{pipeline.study.name}: {section.name}, {words.counted(len(asks), 'checkpoint')}"
            )
    except (BadInput, Failed) as error:
        state.complain(str(error))


def _remove(name: str) -> None:
    study = state.session().study
    try:
        changed = replace(study, pretraining=tuple(one for one in study.pretraining if one.name != name))
        checkpoints_of(changed)
    except BadInput as error:  # a later one starts from it, or nothing would be left
        state.complain(str(error))
        return
    _turn_to(changed)


def _turn_to(study: Study) -> None:
    dataset = opened.pipeline().find_dataset()
    state.open_study(study, state.session().base, same_samples=None if dataset is None else dataset.ids)
