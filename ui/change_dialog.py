"""Change the study: neighbours, metric, seed and sample, and its checkpoints."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import get_args

import streamlit as st

from analysis.keys import graph_k
from analysis.knn_graph import Metric
from analysis.registry import families
from analysis.spaces import spaces_of
from analysis.study import CheckpointSpec, LayerChoice, Study
from models.encoder import Pooling
from models.errors import BadInput
from ui import dialogs, opened, state, words
from ui.dialogs import Dialog

OWN = "the model's own"


def show() -> None:
    """Open the dialog."""
    dialogs.ask_for("change")


def _inside() -> None:
    study = state.session().study
    numbers, checkpoints = st.tabs(["Neighbours and sample", "Checkpoints"])
    with numbers:
        _numbers(study)
    with checkpoints:
        _added(study)
        _removed(study)


def _numbers(study: Study) -> None:
    with st.form("change.numbers", border=False):
        left, right = st.columns(2)
        metrics = list(get_args(Metric))
        left.number_input("Neighbours, k", 1, 1_000, study.k, key="change.k")
        right.selectbox("Metric", metrics, index=metrics.index(study.metric), key="change.metric")
        left.number_input("Seed", 0, 2**31 - 1, study.seed, key="change.seed")
        right.number_input("Draws of nulls and intervals", 0, 10_000, study.draws, key="change.draws")
        now = 0 if study.dataset is None else study.dataset.sample
        left.number_input("Sample (0 = all)", 0, 10_000_000, now, key="change.sample")
        _submit("Apply", partial(_apply, study), primary=True)
    words.quiet("What was computed under other values stays in the cache and is there again when you come back.")


def _apply(study: Study) -> None:
    k, seed, draws, sample = (int(state.answer(f"change.{name}")) for name in ("k", "seed", "draws", "sample"))
    dataset = None if study.dataset is None else replace(study.dataset, sample=sample)
    changed = replace(study, k=k, metric=state.answer("change.metric"), seed=seed, draws=draws, dataset=dataset)
    there = opened.pipeline().find_dataset()
    n = most_samples(study, sample, None if there is None else len(there))
    if n is not None:
        graph_k(changed, n)  # refuses k >= n
    _turn_to(changed, same_samples=changed.dataset == study.dataset)


def most_samples(study: Study, sample: int, there: int | None) -> int | None:
    """How many samples a study will have at most with this sample size; None where that is not known yet.

    `there`: how many it has now, None where they are not read.
    """
    before = 0 if study.dataset is None else study.dataset.sample
    if sample == before:
        return there
    whole = there if there is not None and (not before or there < before) else None  # all that the source holds
    return min((n for n in (sample or None, whole) if n is not None), default=None)


def _added(study: Study) -> None:
    known = {family.title: name for name, family in families().items()}
    with st.form("change.checkpoint", border=False):
        left, right = st.columns(2)
        left.text_input("Name", placeholder="BERT", key="change.name")
        index = _index(list(known.values()), "transformer")
        right.selectbox("Kind", list(known), index=index, key="change.kind")
        st.text_input(
            "Model", placeholder="a folder, or a name on the hub such as bert-base-uncased", key="change.model"
        )
        left, right = st.columns(2)
        left.text_input("Layers", "last", help="last, all, or numbers such as 0 3 6", key="change.layers")
        right.selectbox("Pooling", [OWN, *get_args(Pooling)], key="change.pooling")
        st.checkbox("Add its random twin too: the same architecture, never trained", key="change.twin")
        _submit("Add", partial(_add, study, known), primary=True)


def _add(study: Study, known: Mapping[str, str]) -> None:
    pooling = state.answer("change.pooling")
    spec = CheckpointSpec(
        name=state.answer("change.name").strip(),
        family=known[state.answer("change.kind")],  # type: ignore[arg-type]
        model=state.answer("change.model").strip(),
        layers=layers_from(state.answer("change.layers")),
        pooling=None if pooling == OWN else pooling,
    )
    _turn_to(with_checkpoint(study, spec, twin=state.answer("change.twin")), same_samples=True)


def _removed(study: Study) -> None:
    if len(study.checkpoint) < 2:
        return
    with st.form("change.remove", border=False):
        st.multiselect("Remove from this study", [spec.name for spec in study.checkpoint], key="change.removed")
        _submit("Remove", partial(_remove, study))


def _remove(study: Study) -> None:
    names = state.answer("change.removed")
    if not names:
        raise BadInput("nothing is chosen; choose the checkpoints to remove.")
    left = tuple(spec for spec in study.checkpoint if spec.name not in names)
    _turn_to(replace(study, checkpoint=left), same_samples=True)


def _submit(label: str, action: Callable[[], None], *, primary: bool = False) -> None:
    st.form_submit_button(label, type="primary" if primary else "secondary", on_click=dialogs.attempt, args=(action,))


def with_checkpoint(study: Study, spec: CheckpointSpec, *, twin: bool) -> Study:
    """The study with one more checkpoint, and its random twin; BadInput where it cannot be used."""
    added = [spec, *([replace(spec, name=f"{spec.name} (random)", init="random")] if twin else [])]
    changed = replace(study, checkpoint=(*study.checkpoint, *added))
    alone = replace(changed, checkpoint=tuple(added), pretraining=())
    spaces_of(alone, opened.pipeline().place)  # says what is wrong with it
    return changed


def layers_from(words_given: str) -> LayerChoice:
    """The layers that somebody typed.

    >>> layers_from("all"), layers_from("0, 3 6")
    ('all', (0, 3, 6))
    """
    text = words_given.strip().lower()
    if text in ("last", "all"):
        return text  # type: ignore[return-value]
    parts = text.replace(",", " ").split()
    if not parts or not all(part.isdigit() and len(part) < 5 for part in parts):
        raise BadInput(f"layers {words_given!r} are none; give last, all, or numbers such as 0 3 6.")
    return tuple(int(part) for part in parts)


def _turn_to(study: Study, *, same_samples: bool) -> None:
    dataset = opened.pipeline().find_dataset() if same_samples else None
    state.open_study(study, state.session().base, same_samples=None if dataset is None else dataset.ids)


def _index(options: list[str], wanted: str) -> int:
    return options.index(wanted) if wanted in options else 0


DIALOG = Dialog("Change the study", _inside)
