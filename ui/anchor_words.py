"""What anchors say: the answer in a sentence, the error of every rule with its chance, and how it was made."""

import re

import streamlit as st

from analysis.anchor_asks import anchors_of
from analysis.anchors.measurement import ANCHORS
from analysis.ask import Ask
from analysis.figures.words import LEAST, small, with_interval
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.result import Result
from ui import words
from ui.anchor_choice import Bulk, said
from ui.findings import Finding
from ui.numbers import lines, meanings

HOW = (
    "Each strip: the dot is the error on windows held out, the bar its 95 % interval from blocks of windows drawn anew,"
    " the grey band the errors of fits to shuffled targets."
)
BARE = ("max_error", "constant_in_span", "bulk_probability")  # without interval and chance
NO_NUMBER = Number(value=None, why="It is no rule of the study.")


def unanswered(ask: Ask, result: Result) -> None:
    """Why a model has no anchor; nothing where it has one."""
    if "fits" not in result.tables:
        reasons = {number.why for number in result.numbers.values()}
        words.note(f"{ask.subject} has no anchor on {ask.other}. {' '.join(sorted(reasons))}")


def lead(ask: Ask, result: Result, bulk: Bulk) -> None:
    """The answer: the held-out error beside what a constant would have in both gauges, and chance."""
    row = bulk.of(result.tables["fits"]).iloc[0]
    number = result.numbers.get(f"mse|{bulk.rule}|{bulk.fit}", NO_NUMBER)
    interval = number.value is not None and number.value >= LEAST
    error = with_interval(number) if interval else small(float(row["mse"]))
    raw, centred = row["constant_mse"], row["constant_mse_centred"]
    least = min(raw, centred)
    is_one = (
        "so an anchor explains little here"
        if row["mse"] > least / 2
        else f"at least {small(least / row['mse'])} times as much"
    )
    if row["mse"] > least:
        is_one = (
            "so this is worse than a constant"
            if row["mse"] > max(raw, centred)
            else "so it beats a constant in one gauge alone"
        )
    without = "" if bulk.rule == "none" else f" without {said(bulk.rule)}"
    words.lead(
        f"{ask.subject}: ⟨v0, h⟩ ({bulk.fit}) misses log Z{without} by a mean squared error of {error} on windows held"
        f" out. A constant has {small(raw)} in the raw gauge, {small(centred)} in the centred one: {is_one}."
    )
    words.quiet(" ".join(filter(None, [_nulls(result, bulk), _other_fits(result, bulk)])))


def _nulls(result: Result, bulk: Bulk) -> str:
    table = result.tables["nulls"]
    mine = table[(table["rule"] == bulk.rule) & table["fit"].isin([bulk.fit, "scale and offset"])]
    found = mine.set_index("null")["mse"]
    return f"What else would give: {'; '.join(f'{name} {small(value)}' for name, value in found.items())}."


def _other_fits(result: Result, bulk: Bulk) -> str:
    table = result.tables["fits"]
    others = table[(table["rule"] == bulk.rule) & (table["fit"] != bulk.fit)]
    span = result.numbers.get(f"constant_in_span|{bulk.rule}|{bulk.fit}")
    said_of_span = ""
    if span is not None and span.value is not None:
        free = "0: an intercept is free, as after a LayerNorm" if span.value < 1e-3 else "at 0 an intercept were free"
        said_of_span = f" The constant lies {small(span.value)} from the span of h ({free})."
    fits = words.listed([f"{fit} {small(mse)}" for fit, mse in zip(others["fit"], others["mse"], strict=True)])
    return f"The error of other fits: {fits}.{said_of_span}" if fits else said_of_span.strip()


def numbers(result: Result, bulk: Bulk) -> None:
    """The error of every rule of the study under the fit that is chosen, then the other numbers of the one chosen."""
    errors = [
        Finding("anchors", _short(key.split("|")[1]), ANCHORS.describe["mse"], number)
        for key, number in result.numbers.items()
        if key.startswith("mse|") and key.endswith(f"|{bulk.fit}")
    ]
    st.html(f'<p class="an-title">Error, {words.escaped(bulk.fit)}</p>{lines(errors, {}, with_chance=True)}')
    words.quiet(HOW)
    rest = [
        Finding("anchors", name.replace("_", " "), what, result.numbers[f"{name}|{bulk.rule}|{bulk.fit}"])
        for name, what in ANCHORS.describe.items()
        if name not in ("mse", *BARE) and f"{name}|{bulk.rule}|{bulk.fit}" in result.numbers
    ]
    if rest:
        st.html(f'<p class="an-title">{words.escaped(_short(bulk.rule))}</p>{lines(rest, {}, with_chance=True)}')
        bare = {name: result.numbers[f"{name}|{bulk.rule}|{bulk.fit}"].value for name in BARE}
        words.quiet(
            "; ".join(f"{name.replace('_', ' ')} {small(value)}" for name, value in bare.items() if value is not None)
            + "."
        )
        with st.expander("What these numbers mean"):
            more = [Finding("anchors", name.replace("_", " "), ANCHORS.describe[name], NO_NUMBER) for name in BARE]
            mse = Finding("anchors", "mse", ANCHORS.describe["mse"], NO_NUMBER)
            st.html(meanings([mse, *rest, *more]))


def facts(pipeline: Pipeline, ask: Ask, result: Result) -> str:
    """Of how many tokens, windows and of what split an answer is; for the foot of every figure."""
    corpus: Result | None = pipeline.find(Ask("corpus", "", ask.subject, ask.other))
    made = re.split(r"(?<=\))\. ", result.notes[0] if result.notes else "")[0]
    count = "" if corpus is None or "windows" not in corpus.arrays else f"{corpus.arrays['windows'].size:,} tokens; "
    return f"{ask.subject} on {ask.other}: {count}{made.rstrip('.')}."


def task_said(pipeline: Pipeline, task: str) -> str:
    """What a task asks, a sentence."""
    kind, _, of = task.partition(":")
    if kind == "words":
        return f"is the next token one of {of.replace(',', ', ')}?"
    name, _, value = of.partition("=")
    for spec in anchors_of(pipeline.study).prompt:
        if spec.name == name and value in spec.words:
            told = ", ".join(spec.words[value].split())
            return (
                f"is {spec.label} {value!r}, told by {told} at “{spec.template}”, the anchor fitted on the text above?"
            )
    return f"{of}?"


def counted(task: str, n: int) -> str:
    """Of how many a task is judged."""
    return f"{n:,} {'texts' if task.startswith('prompt:') else 'contexts'} held out"


def _short(rule: str) -> str:
    return "nothing removed" if rule == "none" else f"without {said(rule).removeprefix('the ')}"
