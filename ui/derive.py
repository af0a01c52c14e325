"""One click from a space to those derived from it, each a checkpoint of the study and a row of its own."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from analysis.derived import DERIVATIONS, Derivation
from analysis.made import MadeCheckpoint
from analysis.pipeline import Pipeline
from analysis.spaces import SpaceOf
from analysis.study import CheckpointSpec, Study
from models.errors import BadInput
from ui import opened, state

CALLED: dict[Derivation, str] = {
    "centered": "centred",
    "whitened": "whitened",
    "all_but_the_top": "all but the top",
}
SAYS: dict[Derivation, str] = {
    "centered": "Takes the mean vector off, so that directions are seen from the middle of the samples.",
    "whitened": "Takes the mean off and gives every axis the same variance (ZCA).",
    "all_but_the_top": "Takes off the mean and the widest axes, one for each hundred dimensions (Mu, Viswanath 2018).",
}


def offer(pipeline: Pipeline, space: SpaceOf) -> None:
    """The buttons that derive a space from this one; of a derived one, the button that takes it out again."""
    spec, key = space.checkpoint, f"derive.{space.name}"
    if isinstance(spec, MadeCheckpoint):
        return  # it stands in the study as a [[pretraining]], not as a checkpoint that another could be made from
    if spec.transform != "none":
        st.button("Remove", key=key, type="tertiary", on_click=_turn_to, args=(without(pipeline.study, spec),))
        return
    left = [how for how in DERIVATIONS if not is_there(pipeline.study, spec, how)]
    if not left:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.html('<p class="an-quiet">Derive</p>', width="content")
        for how in left:
            st.button(
                f"+ {CALLED[how]}",
                key=f"{key}.{how}",
                type="tertiary",
                help=f"{SAYS[how]} It stands as a space of its own; nothing is embedded twice.",
                on_click=_derive,
                args=(pipeline.study, spec, how),
            )


def is_there(study: Study, spec: CheckpointSpec, how: Derivation) -> bool:
    """Whether the study derives this from a checkpoint already, under whatever name."""
    return any(other.transform == how and _derived_from(other, spec) for other in study.checkpoint)


def with_derived(study: Study, spec: CheckpointSpec, how: Derivation) -> Study:
    """The study with what is derived from a checkpoint at its end, so that the others keep their colours."""
    series = spec.series and f"{spec.series} ({CALLED[how]})"
    added = replace(spec, name=f"{spec.name} ({CALLED[how]})", series=series, transform=how)
    return replace(study, checkpoint=(*study.checkpoint, added))


def beside_their_base(spaces: Sequence[SpaceOf]) -> list[SpaceOf]:
    """The spaces in their order, those that are derived right behind what they are derived from."""
    found: list[SpaceOf] = []
    for space in spaces:
        base = [i for i, other in enumerate(found) if _same_base(other, space)]
        found.insert(base[-1] + 1 if base else len(found), space)
    return found


def _same_base(other: SpaceOf, space: SpaceOf) -> bool:
    """Whether a space is derived from another, or both are from the same."""
    mine, theirs = replace(space.checkpoint, name="", series=""), replace(other.checkpoint, name="", series="")
    return mine.transform != "none" and other.layer == space.layer and replace(theirs, transform=mine.transform) == mine


def without(study: Study, spec: CheckpointSpec) -> Study:
    """The study without one of its checkpoints."""
    return replace(study, checkpoint=tuple(other for other in study.checkpoint if other != spec))


def _derived_from(other: CheckpointSpec, spec: CheckpointSpec) -> bool:
    bare = replace(other, name=spec.name, series=spec.series, transform="none")
    return other.transform != "none" and bare == spec


def _derive(study: Study, spec: CheckpointSpec, how: Derivation) -> None:
    try:
        _turn_to(with_derived(study, spec, how))
    except BadInput as error:
        state.complain(str(error))


def _turn_to(study: Study) -> None:
    dataset = opened.pipeline().find_dataset()
    ids: Sequence[str] | None = None if dataset is None else dataset.ids
    state.open_study(study, state.session().base, same_samples=ids)
