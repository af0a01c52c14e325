"""Pre-training is added to the study of the session: from where, by what objective, over which graph, how long."""

from dataclasses import replace

import streamlit as st

from analysis.dataset import Dataset
from analysis.laboratory import PretrainingSpec
from analysis.made import RANDOM, MadeCheckpoint, checkpoints_of
from analysis.pipeline import Pipeline
from analysis.spaces import spaces_of
from analysis.study import Study, check_name
from models.errors import BadInput, Failed
from models.pretraining.architectures import ARCHITECTURES
from models.pretraining.objective import objectives
from ui import opened, state, words
from ui.task_offer import seeds_from

KEY, MOST_WEIGHTS = "pretraining", 12
TRAINABLE = ("transformer", "masked_lm")  # families that masked LM can train
NO_TEXTS = "The samples have no texts, which is what pre-training reads here."
NO_GRAPH = "The study has no [[graph]], so there is masked LM alone. Add one to its file to pre-train over links."
LOSSES = {"contrastive": "contrastive", "multi_similarity": "multi-similarity"}


def draw(pipeline: Pipeline, dataset: Dataset, *, expanded: bool = False) -> None:
    """Draw what can be chosen, and the sections that can be removed."""
    if "text" not in dataset.modalities:
        words.note(NO_TEXTS)
        return
    with st.expander("Add a pre-training", expanded=expanded):
        try:
            _choose(pipeline.study)
        except BadInput as error:
            words.trouble(str(error))
    names = [section.name for section in pipeline.study.pretraining]
    if names:
        with st.expander("Pre-trainings of the study"):
            words.quiet("One that is removed keeps what was made of it, and has it again when it comes back.")
            for name in names:
                st.button(f"Remove {name}", key=f"{KEY}.remove.{name}", type="tertiary", on_click=_remove, args=(name,))


def _choose(study: Study) -> None:
    known = {name: one for name, one in objectives().items() if study.graph or not one.links}
    if not study.graph:
        words.quiet(NO_GRAPH)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", free_name(study), key=f"{KEY}.name", width=140)
        start = st.selectbox("Start from", starts(study), format_func=_called, key=f"{KEY}.start", width=240)
        architecture = ""
        if start == RANDOM:
            architecture = st.selectbox("Architecture", list(ARCHITECTURES), key=f"{KEY}.architecture", width=150)
        objective = st.selectbox(
            "Objective",
            sorted(known, key=lambda one: not known[one].links),
            format_func=lambda one: known[one].title,
            key=f"{KEY}.objective",
            width=260,
        )
    said = PretrainingSpec(name=name.strip(), start=start, architecture=architecture, objective=objective)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        graph = loss = weights = ""
        if known[objective].links:
            graph = st.selectbox("Graph", [one.name for one in study.graph], key=f"{KEY}.graph", width=200)
            loss = st.selectbox("Loss", list(LOSSES), format_func=LOSSES.__getitem__, key=f"{KEY}.loss", width=170)
            help = "0 to 1; 0 is masked LM alone, the baseline"
            weights = st.text_input("Weights λ", "0 0.1 0.5", key=f"{KEY}.weights", width=130, help=help)
        steps = st.number_input("Steps", 1, 1_000_000, said.steps, key=f"{KEY}.steps", width=130)
        seeds = st.text_input(
            "Seeds", "0 1 2", key=f"{KEY}.seeds", width=110, help="At least three tell the luck in it"
        )
    try:
        said = replace(said, graph=graph, steps=int(steps), seeds=seeds_from(seeds))
        if weights:
            said = replace(said, loss="contrastive" if loss == "contrastive" else "multi_similarity")
            said = replace(said, weight=weights_from(weights))
        changed = with_section(study, said)
    except BadInput as error:
        words.trouble(str(error))
        return
    count = len(said.weights) * len(said.seeds)
    words.quiet(f"It adds {words.counted(count, 'checkpoint')}; nothing is trained before you say so.")
    st.button("Add to the study", key=f"{KEY}.add", type="primary", on_click=add, args=(changed,))


def starts(study: Study) -> list[str]:
    """What can be started from: text encoders, sections that make one checkpoint a seed, each made, random weights."""
    every = checkpoints_of(study)
    made = [one for one in every if isinstance(one, MadeCheckpoint)]
    given = [one for one in every if one not in made and one.family in TRAINABLE and one.transform == "none"]
    sections = [one.name for one in study.pretraining if len(one.weights) == 1 and len(one.seeds) > 1]
    return [*(one.name for one in given), *sections, *(one.name for one in made), RANDOM]


def free_name(study: Study) -> str:
    """A name that no section has."""
    taken, name, count = {one.name for one in study.pretraining}, "sipt", 2
    while name in taken:
        name, count = f"sipt {count}", count + 1
    return name


def weights_from(typed: str) -> tuple[float, ...]:
    """The weights that somebody typed; BadInput for what are none.

    >>> weights_from("0 0.1, .5")
    (0.0, 0.1, 0.5)
    """
    parts = typed.replace(",", " ").split()
    try:
        found = tuple(float(part) for part in parts)
    except ValueError:
        found = ()
    if not found or len(found) > MOST_WEIGHTS:
        raise BadInput(f"weights {typed!r} are none; give up to {MOST_WEIGHTS} numbers of 0 to 1, such as 0 0.1 0.5.")
    return found


def with_section(study: Study, section: PretrainingSpec) -> Study:
    """The study with one more section; BadInput where it cannot be made."""
    check_name("pretraining", section.name)
    if section.name in (one.name for one in study.pretraining):
        raise BadInput(f"the study has a [[pretraining]] {section.name!r} already; give this one another name.")
    changed = replace(study, pretraining=(*study.pretraining, section))
    checkpoints_of(changed)
    return changed


def _called(start: str) -> str:
    return "random weights" if start == RANDOM else start


def add(changed: Study) -> None:
    """Turn to the study with the section, if what it starts from and its files can be read."""
    try:
        pipeline = opened.pipeline()
        spaces_of(changed, pipeline.place, pipeline.store)
    except (BadInput, Failed) as error:
        state.complain(str(error))
        return
    _turn_to(changed)


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
