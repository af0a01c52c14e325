"""The settings of a pre-training as a form: what it starts from and learns, over which graph, how long and how fast.

What is left empty is as usual: McDermott et al.'s where they name it (15 % of tokens hidden, margin 10), else BERT's.
"""

from dataclasses import replace
from typing import Any, get_args

import streamlit as st

from analysis.laboratory import PretrainingSpec
from analysis.made import RANDOM, checkpoints_of
from analysis.study import Study
from models.encoder import Pooling
from models.errors import BadInput
from models.pretraining.architectures import ARCHITECTURES
from models.pretraining.objective import objectives
from ui import words
from ui.task_offer import seeds_from

KEY, MOST_WEIGHTS = "pretraining", 12
NO_GRAPH = "The study has no [[graph]], so there is masked LM alone. Add one to its file to pre-train over links."
LOSSES = {"contrastive": "contrastive", "multi_similarity": "multi-similarity"}
KEPT = "Steps such as 0 30 100: checkpoints too, which make a series along the training"
AS_START, NOTHING = "as the start", "nothing"
OF_LOSS = (
    "Contrastive: linked samples at distance 0, others at the margin. Multi-similarity: cosines, hard pairs first."
)


def ask(study: Study, *, name: str, starts: list[str]) -> PretrainingSpec:
    """The section that is asked for; BadInput for what is none. `name`: what it is called unless somebody says so."""
    known = {title: one for title, one in objectives().items() if study.graph or not one.links}
    if not study.graph:
        words.quiet(NO_GRAPH)
    said: dict[str, Any] = {}
    with _row():
        said["name"] = st.text_input("Name", name, key=f"{KEY}.name", width=140).strip()
        said["start"] = st.selectbox("Start from", starts, format_func=_called, key=f"{KEY}.start", width=240)
        if said["start"] == RANDOM:
            said["architecture"] = st.selectbox(
                "Architecture", list(ARCHITECTURES), key=f"{KEY}.architecture", width=150
            )
        causal = _reads_left_to_right(study, **said)
        said["objective"] = st.selectbox(
            "Objective",
            sorted((one for one in known if known[one].causal == causal), key=lambda one: not known[one].links),
            format_func=lambda one: known[one].title,
            key=f"{KEY}.objective",
            width=260,
        )
    usual = PretrainingSpec(**said)
    links, seeds, weights = known[said["objective"]].links, "", ""
    with _row():
        if links:
            said["graph"] = st.selectbox("Graph", [one.name for one in study.graph], key=f"{KEY}.graph", width=200)
            said["loss"] = st.selectbox(
                "Loss", list(LOSSES), format_func=LOSSES.__getitem__, key=f"{KEY}.loss", width=170, help=OF_LOSS
            )
            help = "0 to 1; 0 is masked LM alone, the baseline"
            weights = st.text_input("Weights λ", "0 0.1 0.5", key=f"{KEY}.weights", width=130, help=help)
        said["steps"] = int(st.number_input("Steps", 1, 1_000_000, usual.steps, key=f"{KEY}.steps", width=130))
        said["keep"] = steps_from(
            st.text_input("Also kept", key=f"{KEY}.keep", width=150, placeholder="the end alone", help=KEPT)
        )
        help = "At least three tell the luck in it"
        seeds = st.text_input("Seeds", "0 1 2", key=f"{KEY}.seeds", width=110, help=help)
    if st.toggle("All settings", key=f"{KEY}.all"):
        said |= _more(study, PretrainingSpec(**said), links=links)
    found = replace(PretrainingSpec(**said), seeds=seeds_from(seeds))
    return replace(found, weight=weights_from(weights)) if links else found


def _reads_left_to_right(study: Study, *, start: str, architecture: str = "", name: str = "") -> bool:
    """Whether what is started from is a causal model, which decides the objectives it has."""
    if start == RANDOM:
        return ARCHITECTURES[architecture].causal
    return any(one.family == "causal_lm" for one in checkpoints_of(study) if start in (one.name, one.series))


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


def steps_from(typed: str) -> tuple[int, ...]:
    """The steps that somebody typed, none for nothing; BadInput for what are none.

    >>> steps_from("0, 30 100"), steps_from("")
    ((0, 30, 100), ())
    """
    found = typed.replace(",", " ").split()
    if not all(one.isascii() and one.isdigit() and len(one) < 9 for one in found):
        raise BadInput(f"steps {typed!r} are none; give whole numbers such as 0 30 100, or nothing.")
    return tuple(map(int, found))


def _more(study: Study, usual: PretrainingSpec, *, links: bool) -> dict[str, Any]:
    """The settings that most leave as they are."""
    said: dict[str, Any] = {}
    with _row():
        if usual.start != RANDOM:
            help = "Trains a low-rank part of each layer instead of its weights, so that a checkpoint is small. 0: all"
            said["lora"] = int(
                st.number_input("LoRA rank", 0, 1024, usual.lora, key=f"{KEY}.lora", width=120, help=help)
            )
        rate = replace(usual, **said).settings(weight=0.0, seed=0).lr
        said["lr"] = st.number_input(
            "Learning rate", 1e-8, 0.5, None, 1e-5, "%g", placeholder=f"{rate:g}", key=f"{KEY}.lr", width=150
        )
        help = "Samples a step; of each also one that is linked and one that is not"
        said["batch"] = int(st.number_input("Batch", 2, 4096, usual.batch, key=f"{KEY}.batch", width=110, help=help))
        said["max_length"] = int(
            st.number_input("Longest text, tokens", 8, 4096, usual.max_length, key=f"{KEY}.length", width=150)
        )
        pooled = st.selectbox("Pooling", [AS_START, *get_args(Pooling)], key=f"{KEY}.pooling", width=140)
        said["pooling"] = None if pooled == AS_START else pooled
    with _row():
        if links and usual.loss == "contrastive":
            help = "How far apart unlinked samples shall be: 10; where vectors have length one, 1"
            said["margin"] = st.number_input(
                "Margin", 1e-3, 1e6, None, 1.0, placeholder="usual", key=f"{KEY}.margin", width=120, help=help
            )
        if links:
            tasks = [one.name for one in study.task if one.label and not one.train]
            help = "No link of a sample that this task asks is learnt from"
            kept = st.selectbox("Kept out of the links", [NOTHING, *tasks], key=f"{KEY}.without", width=200, help=help)
            said["without"] = "" if kept == NOTHING else kept
        if usual.start != RANDOM:
            help = "Where the start has no masked-LM head: steps in which a new one is trained alone"
            said["head_steps"] = int(
                st.number_input(
                    "Steps of a new head", 0, 100_000, usual.head_steps, key=f"{KEY}.head", width=170, help=help
                )
            )
    return said


def _row() -> Any:
    return st.container(horizontal=True, vertical_alignment="bottom")


def _called(start: str) -> str:
    return "random weights" if start == RANDOM else start
