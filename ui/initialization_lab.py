"""The initialisation lab: which tensors a scheme touches, with what, and a checkpoint drawn so, added to the study."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.made import MadeCheckpoint
from analysis.pipeline import Pipeline
from analysis.spaces import spaces_of
from analysis.study import CheckpointSpec, Study, check_name
from models.errors import BadInput, Failed
from models.weight_groups import GROUPINGS, MODES, Scheme, scheme_of, touched
from ui import opened, state, words

KEY = "lab"
TELLS = "A network drawn at random, with new values for some tensors: from the statistics of trained weights, or none."
SAYS = {
    "mean_sd": "drawn from N(mean, SD²) of its group in the source, norms too",
    "scale": "norms at the group's mean, all else from N(0, SD²)",
    "shuffled": "the group's own values, shuffled",
    "constant": "the scales of norms at one value; needs no source",
    "gain": "all but norms times a factor, from the random weights; needs no source",
}
OURS = "It is made by a [[pretraining]]; on the page Synthetic tasks another can begin from its statistics."


def draw(pipeline: Pipeline, found: Mapping[str, pd.DataFrame]) -> None:
    """Draw it over the listed weights of a checkpoint, and of the one beside it, which gives the statistics."""
    with st.expander("Initialisation lab"):
        words.quiet(TELLS)
        network, source = next(iter(found)), list(found)[-1]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            grouping = st.selectbox("Grouping", list(GROUPINGS), format_func=_words, key=f"{KEY}.grouping", width=240)
            mode = st.selectbox("Mode", MODES, format_func=_words, key=f"{KEY}.mode", width=170)
            value = 1.0
            if mode in ("constant", "gain"):
                value = float(
                    st.number_input("Value", 0.0, 100.0, 0.4 if mode == "constant" else 2.0, key=f"{KEY}.value")
                )
            seed = int(st.number_input("Seed", 0, 2**31, 0, key=f"{KEY}.seed", width=120))
        words.quiet(f"{_words(mode).capitalize()}: {SAYS[mode]}.")
        said = f"{mode}={value:g}" if mode in ("constant", "gain") else mode
        try:
            scheme = scheme_of(grouping, said)
            preview = preview_of(found[network], found[source] if scheme.needs_source else None, scheme)
        except BadInput as error:
            words.trouble(str(error))
            return
        words.note(_summary(preview, network, source, scheme))
        st.dataframe(preview, hide_index=True, placeholder="–", height=min(320, 38 + 35 * len(preview)))
        _offer(pipeline, network, source, scheme, said, seed)


def preview_of(network: pd.DataFrame, source: pd.DataFrame | None, scheme: Scheme) -> pd.DataFrame:
    """Every tensor of a network: its group, empty where it stays as drawn; mean and SD of the group in the source."""
    shapes = dict(zip(network["tensor"], ((int(count),) for count in network["entries"]), strict=True))
    plan = pd.DataFrame([(one.name, one.part.label, one.group, one.count) for one in touched(shapes, scheme)])
    plan.columns = pd.Index(["tensor", "type", "group", "entries"])
    if source is None:
        return plan
    given = dict(zip(source["tensor"], ((int(count),) for count in source["entries"]), strict=True))
    groups = {one.name: one.group for one in touched(given, scheme) if one.group}
    known = source.assign(group=source["tensor"].map(groups)).dropna(subset="group")
    weight = known["entries"]
    sums = pd.DataFrame(
        {
            "group": known["group"],
            "n": weight,
            "first": known["mean"] * weight,
            "second": (known["sd"] ** 2 + known["mean"] ** 2) * weight,
        }
    )
    total = sums.groupby("group").sum()
    mean = total["first"] / total["n"]
    sd = (total["second"] / total["n"] - mean**2).clip(lower=0) ** 0.5
    return plan.assign(mean=plan["group"].map(mean), sd=plan["group"].map(sd))


def _summary(preview: pd.DataFrame, network: str, source: str, scheme: Scheme) -> str:
    hit = preview[preview["group"] != ""]
    share = hit["entries"].sum() / preview["entries"].sum()
    groups = words.counted(hit["group"].nunique(), "group")
    said = f"{len(hit)} of {len(preview)} tensors of {network} are touched, {share:.0%} of its entries, in {groups}"
    lacking = hit[hit["mean"].isna()]["group"].nunique() if "mean" in hit else 0
    if lacking:
        return (
            f"{said}; {source} lacks {words.counted(lacking, 'of these groups', 'of these groups')}, so it cannot be."
        )
    return f"{said}{f', with statistics of {source}' if scheme.needs_source else ''}. The others stay as drawn."


def _offer(pipeline: Pipeline, network: str, source: str, scheme: Scheme, mode: str, seed: int) -> None:
    specs = {space.checkpoint.name: space.checkpoint for space in pipeline.spaces()}
    if any(isinstance(specs[name], MadeCheckpoint) for name in (network, source)):
        words.quiet(OURS)
        return
    name = st.text_input("Name", f"{network}, {scheme.grouping} {mode}"[:100], key=f"{KEY}.name.{network}.{scheme}")
    try:
        changed = with_drawn(pipeline.study, network, source, scheme, mode, name.strip(), seed)
    except BadInput as error:
        words.trouble(str(error))
        return
    st.button("Add to the study", key=f"{KEY}.add", type="primary", on_click=_add, args=(changed,))


def with_drawn(study: Study, network: str, source: str, scheme: Scheme, mode: str, name: str, seed: int) -> Study:
    """The study with one more checkpoint, drawn so; BadInput where it cannot be."""
    check_name("checkpoint", name)
    given: dict[str, CheckpointSpec] = {one.name: one for one in study.checkpoint}
    begin = {"init": "statistics", "init_seed": seed, "grouping": scheme.grouping, "mode": mode}
    begin["init_from"] = source if scheme.needs_source and source != network else ""
    new = replace(given[network], name=name, series="", at=None, **begin)  # type: ignore[arg-type]
    return replace(study, checkpoint=(*study.checkpoint, new))


def _add(changed: Study) -> None:
    try:
        pipeline = opened.pipeline()
        spaces_of(changed, pipeline.place, pipeline.store)
    except (BadInput, Failed) as error:
        state.complain(str(error))
        return
    dataset = opened.pipeline().find_dataset()
    state.open_study(changed, state.session().base, same_samples=None if dataset is None else dataset.ids)
    state.remember("landing", "overview")


def _words(name: str) -> str:
    return name.replace("_", " ")
