"""Change the study: neighbours, metric, seed and sample, and its checkpoints."""

from dataclasses import replace
from typing import get_args

import streamlit as st

from analysis.knn_graph import Metric
from analysis.registry import families
from analysis.spaces import spaces_of
from analysis.study import CheckpointSpec, LayerChoice, Study
from models.encoder import Pooling
from models.errors import BadInput, Failed
from ui import opened, state, words

OWN = "the model's own"


@st.dialog("Change the study", width="medium")
def show() -> None:
    """Draw the dialog."""
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
        k = left.number_input("Neighbours, k", 1, 1_000, study.k)
        metric = right.selectbox("Metric", metrics, index=metrics.index(study.metric))
        seed = left.number_input("Seed", 0, 2**31 - 1, study.seed)
        draws = right.number_input("Draws of nulls and intervals", 0, 10_000, study.draws)
        now = 0 if study.dataset is None else study.dataset.sample
        sample = left.number_input("Sample (0 = all)", 0, 10_000_000, now)
        if st.form_submit_button("Apply", type="primary"):
            try:
                dataset = None if study.dataset is None else replace(study.dataset, sample=int(sample))
                changed = replace(study, k=int(k), metric=metric, seed=int(seed), draws=int(draws), dataset=dataset)
            except BadInput as error:
                words.trouble(str(error))
                return
            _turn_to(changed, same_samples=changed.dataset == study.dataset)
    words.quiet("What was computed under other values stays in the cache and is there again when you come back.")


def _added(study: Study) -> None:
    known = {family.title: name for name, family in families().items()}
    with st.form("change.checkpoint", border=False):
        left, right = st.columns(2)
        name = left.text_input("Name", placeholder="BERT")
        title = right.selectbox("Kind", list(known), index=_index(list(known.values()), "transformer"))
        model = st.text_input("Model", placeholder="a folder, or a name on the hub such as bert-base-uncased")
        left, right = st.columns(2)
        layers = left.text_input("Layers", "last", help="last, all, or numbers such as 0 3 6")
        pooling = right.selectbox("Pooling", [OWN, *get_args(Pooling)])
        twin = st.checkbox("Add its random twin too: the same architecture, never trained")
        if st.form_submit_button("Add", type="primary"):
            try:
                spec = CheckpointSpec(
                    name=name.strip(),
                    family=known[title],  # type: ignore[arg-type]
                    model=model.strip(),
                    layers=layers_from(layers),
                    pooling=None if pooling == OWN else pooling,
                )
                _turn_to(with_checkpoint(study, spec, twin=twin), same_samples=True)
            except (BadInput, Failed) as error:
                words.trouble(str(error))


def _removed(study: Study) -> None:
    if len(study.checkpoint) < 2:
        return
    with st.form("change.remove", border=False):
        names = st.multiselect("Remove from this study", [spec.name for spec in study.checkpoint])
        if st.form_submit_button("Remove") and names:
            left = tuple(spec for spec in study.checkpoint if spec.name not in names)
            try:
                _turn_to(replace(study, checkpoint=left), same_samples=True)
            except BadInput as error:
                words.trouble(str(error))


def with_checkpoint(study: Study, spec: CheckpointSpec, *, twin: bool) -> Study:
    """The study with one more checkpoint, and its random twin; BadInput where it cannot be used."""
    added = [spec, *([replace(spec, name=f"{spec.name} (random)", init="random")] if twin else [])]
    changed = replace(study, checkpoint=(*study.checkpoint, *added))
    spaces_of(replace(changed, checkpoint=tuple(added)), opened.pipeline().place)  # says what is wrong with it
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
    st.rerun()


def _index(options: list[str], wanted: str) -> int:
    return options.index(wanted) if wanted in options else 0
