"""A pre-training on the synthetic task that is looked at, added to the study of the session, then made and watched."""

from dataclasses import replace

import streamlit as st

from analysis.laboratory import PretrainingSpec
from analysis.made import RANDOM, MadeCheckpoint, checkpoints_of
from analysis.pipeline import Pipeline
from analysis.registry import generators
from analysis.study import Study
from models.errors import BadInput
from models.pretraining.objective import SPAN, sequence_objectives
from models.pretraining.sequence_model import SIZES, shape_called
from models.pretraining.synthetic.small import small_settings
from models.weight_groups import GROUPINGS, MODES
from ui import pretraining_offer, words
from ui.pretraining_form import steps_from
from ui.task_offer import seeds_from

KEY = "synthetic.offer"
TELLS = (
    "An encoder-decoder (T5) is trained on the task, then read by its encoder: a space of the study's samples like any"
    " other, to draw, compare and score."
)
KEPT = "Steps whose weights are kept too: 0 is the network before any training, to compare with"
BEGINS = {"weights": "goes on from its weights", "statistics": "takes its statistics alone"}
NO_TEXTS = "The samples have no texts, so nothing could be read with what is learnt here."
TAKEN = [mode for mode in MODES if mode not in ("constant", "gain")]


def draw(pipeline: Pipeline, objective: str) -> None:
    """Draw what can be chosen."""
    with st.expander("Pre-train on it"):
        dataset = pipeline.find_dataset()
        if dataset is not None and "text" not in dataset.modalities:
            words.note(NO_TEXTS)
            return
        words.quiet(TELLS)
        try:
            _choose(pipeline, objective)
        except BadInput as error:
            words.trouble(str(error))


def _choose(pipeline: Pipeline, task: str) -> None:
    study = pipeline.study
    known = sequence_objectives()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        objective = st.selectbox(
            "Objective", [task, SPAN], format_func=lambda name: known[name].title, key=f"{KEY}.objective", width=260
        )
        free = _free(study, objective)
        named = st.text_input("Name", free, key=f"{KEY}.name.{free}", width=180)
        start = st.selectbox(
            "Begin with", [RANDOM, *_starts(study)], format_func=_called, key=f"{KEY}.start", width=240
        )
        steps = st.number_input("Steps", 1, 1_000_000, 1_000, 100, key=f"{KEY}.steps", width=140)
        seeds = st.text_input("Seeds", "0", key=f"{KEY}.seeds", width=100)
    said = PretrainingSpec(name=named.strip(), objective=objective, batch=32, steps=int(steps), seeds=seeds_from(seeds))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kept = st.text_input("Also kept", "0", key=f"{KEY}.keep", width=140, help=KEPT)
        said = replace(said, keep=steps_from(kept))
        how = "weights"
        if start != RANDOM:
            how = st.selectbox("which", list(BEGINS), format_func=BEGINS.__getitem__, key=f"{KEY}.how", width=240)
        if start == RANDOM:
            size = st.selectbox("Architecture", list(SIZES), key=f"{KEY}.architecture", width=160)
            said = replace(said, architecture=size)
        elif how == "weights":
            said = replace(said, start=start)
        else:
            grouping = st.selectbox("Grouping", list(GROUPINGS), key=f"{KEY}.grouping", width=220)
            mode = st.selectbox("Mode", TAKEN, key=f"{KEY}.mode", width=150)
            size = _size_of(study, start)
            said = replace(said, init_from=start, architecture=size, grouping=grouping, mode=mode)
    if objective == task:
        words.quiet(_records(task, said.architecture or _size_of(study, start)))
    pretraining_offer.offer(pipeline, said, key=KEY, landing="pre_training")


def _records(task: str, size: str) -> str:
    """Which records it learns from, as they need not be those that are shown."""
    settings = small_settings(generators()[task], vocabulary=shape_called(size).vocabulary)
    longest = getattr(settings, "longest", 0)
    most = f", sequences of up to {longest} tokens" if longest else ""
    return f"It learns from records of a small network's settings: token ids {settings.first} to {settings.last}{most}."


def _size_of(study: Study, start: str) -> str:
    return next(one.sizes for one in _made(study) if start in (one.name, one.section.name))


def _starts(study: Study) -> list[str]:
    """Sections and checkpoints that this can begin with."""
    made = _made(study)
    several = [one.section.name for one in made if len(one.section.seeds) > 1]
    return [*dict.fromkeys(several), *(one.name for one in made)]


def _made(study: Study) -> list[MadeCheckpoint]:
    every = checkpoints_of(study)
    return [one for one in every if isinstance(one, MadeCheckpoint) and one.section.sequences]


def _free(study: Study, objective: str) -> str:
    """The task's title, or that with a number where a section has it."""
    title = sequence_objectives()[objective].title.lower().replace(":", "")
    taken, name, count = {one.name for one in study.pretraining}, title, 2
    while name in taken:
        name, count = f"{title} {count}", count + 1
    return name


def _called(start: str) -> str:
    return "random weights" if start == RANDOM else start
