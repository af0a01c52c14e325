"""Which anchors are looked at: of one language model or two, on a corpus, for a rule and a fit."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.result import Result
from ui import state

ALONE = "no other"


@dataclass(frozen=True)
class Chosen:
    """The asks of one model, or of two side by side."""

    asks: tuple[Ask, ...]


@dataclass(frozen=True)
class Bulk:
    """Which words are left out of the bulk, and how the anchor is fitted."""

    rule: str
    fit: str

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table that are of this rule, and of this fit where it tells fits apart."""
        mine = table["rule"] == self.rule
        return table[mine & (table["fit"] == self.fit)] if "fit" in table else table[mine]


def choose(asks: Sequence[Ask]) -> Chosen:
    """The choice of corpus and models among all asks of a study."""
    corpora, models = (list(dict.fromkeys(names)) for names in zip(*((a.other, a.subject) for a in asks), strict=True))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(models) > 1:
            st.selectbox("Language model", models, width=260, **state.bound("model", models))
        if len(corpora) > 1:
            st.selectbox("Text", corpora, width=220, **state.bound("corpus", corpora))
        model, corpus = _now("model", models), _now("corpus", corpora)
        others = ["", *(name for name in models if name != model)]
        if len(models) > 1:
            st.selectbox(
                "Beside it",
                others,
                width=260,
                format_func=lambda name: name or ALONE,
                **state.bound("other_model", others),
            )
    names = dict.fromkeys([model, _now("other_model", others)])
    return Chosen(tuple(Ask("anchors", "", name, corpus) for name in names if name))


def bulk(pipeline: Pipeline, result: Result) -> Bulk:
    """The choice of rule and fit; first the largest K of the study's own rules, and its first fit."""
    fits = list(dict.fromkeys(result.tables["fits"]["fit"]))
    rules = [rule for rule in dict.fromkeys(result.tables["fits"]["rule"]) if rule != "log Z"]
    asked = [key.split("|")[1] for key in result.numbers if key.startswith("mse|")]
    usual = max((rule for rule in asked if rule.startswith("top:")), key=lambda rule: int(rule[4:]), default=rules[0])
    first = usual if usual in rules else rules[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Words left out of the bulk", rules, width=260, format_func=said, **state.bound("rule", rules, now=first)
        )
        st.segmented_control("Fit", fits, **state.bound("fit", fits))
    return Bulk(_now("rule", rules, first), _now("fit", fits))


def said(rule: str) -> str:
    """A rule as people say it.

    >>> said("top:10"), said("words:he,she"), said("none")
    ('the 10 most probable words', 'the words he, she', 'nothing')
    """
    kind, _, of = rule.partition(":")
    if kind == "top":
        return f"the {of} most probable words"
    if kind == "threshold":
        return f"words of probability {of} or more"
    return f"the words {of.replace(',', ', ')}" if kind == "words" else "nothing"


def _now(name: str, options: Sequence[str], first: str = "") -> str:
    value: str = getattr(state.view(), name)
    return value if value in options else first or options[0]
