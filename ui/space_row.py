"""One space on the Overview: its name and health, the numbers that matter, and what is missing with its price."""

from collections.abc import Mapping, Sequence

import streamlit as st

from analysis.ask import Ask
from analysis.figures.palette import study_colors
from analysis.made import checkpoints_of
from analysis.pipeline import Pipeline
from analysis.registry import analyses, projections, task_methods
from analysis.report import derivation_of, precision_of
from analysis.spaces import SpaceOf
from ui import derive, findings, panel, words, work
from ui.findings import Finding, width_of
from ui.numbers import Span, lines


def draw(
    pipeline: Pipeline, space: SpaceOf, found: Sequence[Finding], spans: Mapping[str, Span], missing: Sequence[Ask]
) -> None:
    """Draw the row; `found` are its numbers, `missing` what a whole run would add."""
    st.html('<hr class="an-rule">')
    left, right = st.columns([1, 2.1], gap="medium")
    with right:
        there = lines(found, spans)
        if there:
            st.html(there)
    with left:
        st.html(_head(pipeline, space))
        if missing:
            _missing(pipeline, space, missing)
        derive.offer(pipeline, space)


def _missing(pipeline: Pipeline, space: SpaceOf, missing: Sequence[Ask]) -> None:
    job = work.job_at(pipeline, missing)
    if job is not None and job.active:
        panel.progress(job, space.name)
        return
    words.quiet(f"Missing: {words.listed([name_of(ask) for ask in missing], 4)}.")
    if job is not None and job.state == "failed":
        words.trouble(job.message)
    panel.compute(
        pipeline, missing, "Compute", title=f"{pipeline.study.name}: what is missing of {space.name}", primary=False
    )


def name_of(ask: Ask) -> str:
    """What an ask is called in a list."""
    if ask.kind in ("pretraining", "corpus", "anchors"):
        return str(ask)
    if ask.kind == "neighbors":
        return "neighbours"
    if ask.kind == "projection":
        return f"{projections()[ask.name].title} map"
    if ask.kind == "regions":
        return f"names on the {projections()[ask.name].title} map"
    if ask.kind == "comparison":
        return f"comparison with {ask.other}"
    if ask.kind == "transferability":
        return f"transfer to {ask.other}"
    if ask.kind == "task":
        return f"{task_methods()[ask.name].title.lower()} on {ask.other}"
    if ask.kind == "task_card":
        return f"the commonest class of {ask.other}"
    if ask.kind == "graph_alignment":
        return f"agreement with {ask.other}"
    title = analyses()[ask.name].title.lower()
    return f"{title} by {ask.other}" if ask.other else title


def _head(pipeline: Pipeline, space: SpaceOf) -> str:
    card = space.card
    color = study_colors(checkpoints_of(pipeline.study))[space.checkpoint.name]
    width = width_of(pipeline, space)
    facts = [f"{width} dimensions"] if width else []
    if card.parameters:
        facts.append(f"{card.parameters / 1e6:.1f} M parameters")
    if space.checkpoint.init != "pretrained":
        facts.append(f"{space.checkpoint.init} weights")
    facts += filter(None, (precision_of(pipeline, space.name), derivation_of(pipeline, space.name)))
    alarms = findings.alarms_of(pipeline, space.name)
    loud = [alarm for alarm in alarms or () if alarm.severity != "note"]
    if alarms is None:
        health = "not examined"
    elif loud:
        health = words.escaped(" ".join(alarm.sentence for alarm in loud))
    else:
        health = "no warnings"
    said = [words.escaped(fact) for fact in facts] + [health]
    return (
        f'<p class="an-title"><span class="an-dot" style="background:{color}"></span>{words.escaped(space.name)}</p>'
        f'<p class="an-quiet">{" · ".join(said)}</p>'
    )
