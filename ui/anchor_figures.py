"""The figures of an answer about anchors, each with its facts under it and its export; what is secondary is folded."""

from collections.abc import Callable, Hashable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.figures import anchors
from analysis.figures.alike import alike
from analysis.figures.palette import Theme
from analysis.figures.theme import dressed
from analysis.pipeline import Pipeline
from analysis.report import file_name
from analysis.result import Result
from ui import anchor_words, figure_panel, words
from ui.anchor_choice import Bulk, said

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 440  # pixels
TEXT_SHOWN = 60  # signs
CENTRED = "Gauge: centred."
RAW, ANY = "Gauge: raw, the weights as they are.", "The error is the same in every gauge."
FACTS = {
    "n": "contexts", "positive": "share with the answer yes", "mass": "mass on the words", "auc_raw": "AUC, raw logits",
    "auc_anchor": "AUC, from the anchor", "auc_log_probability": "AUC, log probability",
    "shift_sensitivity": "words a shift moves, raw", "score_error": "error of the score",
    "score_error_bound": "its bound, words × |error|", "beyond_bound": "contexts beyond the bound",
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A figure of a table's rows; `more`: its gauge and what else is to be known; `of`: what tells it from others."""

    name: str
    table: pd.DataFrame
    drawn: "Callable[[pd.DataFrame], go.Figure]"
    more: str
    of: str = ""


@dataclass(frozen=True)
class Drawing:
    """An answer and what of it is drawn; `beside`: the one it shares its axes with."""

    pipeline: Pipeline
    ask: Ask
    result: Result
    bulk: Bulk
    beside: "Drawing | None" = None

    def table(self, name: str) -> pd.DataFrame:
        """A table of the answer; empty where it has none."""
        return self.result.tables.get(name, pd.DataFrame())

    def mine(self, name: str) -> pd.DataFrame:
        """The rows of the rule and fit that are looked at."""
        table = self.table(name)
        return table if table.empty else self.bulk.of(table)

    def show(self, of: "Callable[[Drawing], Picture]") -> None:
        """Draw a picture of this answer, on the axes that it and the answer beside it need."""
        one = of(self)
        table = one.table
        if table.empty:
            return
        said_of = f" {said(self.bulk.rule).capitalize()} removed; {self.bulk.fit} fit." if "rule" in table else ""
        facts = f"{anchor_words.facts(self.pipeline, self.ask, self.result)}{said_of} {one.more}"
        bare = one.drawn(table)
        if self.beside is not None and len((other := of(self.beside)).table):
            bare = alike(bare, other.drawn(other.table))
        made = anchors.stated(bare, facts)

        def on(paper: Theme) -> "go.Figure":
            figure = dressed(deepcopy(made), paper)
            return figure.update_layout(height=figure.layout.height or HEIGHT)

        key = file_name("anchors", one.name, self.ask.subject, self.ask.other, one.of)
        figure_panel.draw(
            self.pipeline, [self.ask], on, key=f"figure.{key}", name=key, data=lambda: table.reset_index(drop=True)
        )


def column(one: Drawing) -> None:
    """All of one answer under its model's name, where another stands beside it."""
    st.html(f'<p class="an-title">{words.escaped(one.ask.subject)}</p>')
    first(one)
    anchor_words.numbers(one.result, one.bulk)
    tasks(one)
    folded(one)


def first(one: Drawing) -> None:
    """What answers: the error for every bulk, the trap of the gauge, and the prediction itself."""
    moved = "Gauge: every output embedding moved by u, 5 random directions of each length, fitted anew."
    one.show(_by_k)
    one.show(lambda it: Picture("gauge", it.mine("gauge"), anchors.gauge, moved))
    one.show(_along)


def _by_k(one: Drawing) -> Picture:
    fits = one.table("fits")
    sure = [
        (*key.split("|")[1:], number.low, number.high)
        for key, number in one.result.numbers.items()
        if key.startswith("mse|") and number.low is not None
    ]
    intervals = pd.DataFrame(sure, columns=["rule", "fit", "low", "high"]).astype({"low": float, "high": float})
    curve = fits[["rule", "fit", "k", "mse", "variance", "variance_centred", "n"]]
    more = f"{ANY} Variance: raw and centred gauge."
    return Picture("by_k", _bare(curve), lambda t: anchors.by_k(fits, intervals), more)


def _along(one: Drawing) -> Picture:
    products = one.table("quadratic")
    there: list[dict[Hashable, float]] = (
        [] if products.empty else products[products["rule"] == one.bulk.rule].to_dict("records")
    )
    quadratic: Mapping[str, float] = {str(name): value for name, value in (there[0] if there else {}).items()}
    drawn = one.mine("scatter")
    points = f"{len(drawn):,} contexts held out are drawn. {RAW}"
    return Picture("log_z", drawn, lambda t: anchors.along(t, quadratic), points)


def _bare(curve: pd.DataFrame) -> pd.DataFrame:
    """A table of all rules, whose figure is of none alone."""
    return curve.rename(columns={"rule": "removed"})


def tasks(one: Drawing) -> None:
    """The shift attack on every task, and the task cards."""
    facts, table = one.table("tasks"), one.table("shift")
    if facts.empty or table.empty:
        return
    for task in facts["task"]:
        one.show(partial(_attack, task=task))
    with st.expander("Task card: what the theorem asks of a task, measured", expanded=True):
        shown = facts.assign(task=facts["task"].str.removeprefix("words:")).set_index("task").rename(columns=FACTS)
        st.dataframe(shown.T.rename_axis("measured"))
        words.quiet(
            "Score: the sum over the task's words of what lies above a bound. An error e of the anchor costs it at"
            " most the number of words times |e|; a shift moves raw scores by the words above the bound. Log"
            " probabilities need no anchor and do not move either."
        )
        for task, rows in one.table("card").groupby("task", sort=False):
            if len(facts) > 1:
                words.quiet(str(task).removeprefix("words:"))
            card = rows.drop(columns="task").rename(columns=lambda name: name.replace("_", " "))
            st.dataframe(card.set_index("tau").T.rename_axis("below tau ="))
        words.quiet("Below each probability tau: what of the task lives there, and what noise of 3 nats there costs.")


def _attack(one: Drawing, task: str) -> Picture:
    facts, table = one.table("tasks"), one.table("shift")
    if facts.empty or task not in set(facts["task"]):
        return Picture("shift", pd.DataFrame(), anchors.shift, "", task)
    n = int(facts.loc[facts["task"] == task, "n"].iloc[0])
    lost = "Perplexity does not move" if _still(table) else "Perplexity moves by rounding"
    what = f"Task: {anchor_words.task_said(one.pipeline, task)} On {anchor_words.counted(task, n)}. {lost}."
    more = f"{what} Gauge: every output embedding moved by u."
    return Picture("shift", table[table["task"] == task], anchors.shift, more, task)


def _still(table: pd.DataFrame) -> bool:
    return float(table["perplexity"].max() - table["perplexity"].min()) < 1e-4


def _layers(one: Drawing) -> Picture:
    both = one.table("layers")
    both = both[both["rule"] == one.bulk.rule] if len(both) else both
    n = int(both["n"].iloc[0]) if len(both) else 0
    more = f"{said(one.bulk.rule).capitalize()} removed; {n:,} contexts held out a layer."
    return Picture("layers", _bare(both), anchors.layers, f"{more} {ANY} Variance: raw gauge.")


def _end_of(text: str) -> str:
    """The last of a text, as much as a table shows.

    >>> _end_of("one two"), len(_end_of("word " * 40))
    ('one two', 60)
    """
    return text if len(text) <= TEXT_SHOWN else f"…{text[1 - TEXT_SHOWN :]}"


def folded(one: Drawing) -> None:
    """What is secondary."""
    with st.expander("Where it is wrong"):
        points = f"{len(one.mine('scatter')):,} contexts held out are drawn. {ANY}"
        one.show(lambda it: Picture("residuals", it.mine("scatter"), anchors.residuals, points))
        one.show(lambda it: Picture("positions", it.mine("positions"), anchors.positions, ANY))
        one.show(lambda it: Picture("residuals_bulk", it.mine("scatter"), anchors.against_bulk, points))
        words.quiet("The worst contexts, each once; the text ends where the next word is asked.")
        worst = one.mine("worst")[["error", "window", "position", "text"]].drop_duplicates("text")
        st.dataframe(worst.assign(text=worst["text"].map(_end_of)), hide_index=True)
    with st.expander("v0 itself: length, directions, nearest words"):
        one.show(lambda it: Picture("nearest_words", it.mine("nearest_words"), anchors.nearest_words, CENTRED))
        name, what = f"{one.bulk.rule} {one.bulk.fit}", f"{said(one.bulk.rule)} removed, {one.bulk.fit} fit"
        one.show(lambda it: Picture("map", it.table("map"), lambda t: anchors.plane(t, name), f"v0: {what}. {RAW}"))
        facts = one.mine("geometry").drop(columns=["rule", "fit"]).rename(columns=lambda name: name.replace("_", " "))
        st.dataframe(facts.T.set_axis(["value"], axis=1).rename_axis("of v0"))
    with st.expander("Through the layers"):
        if one.mine("layers").empty:
            words.note("The model is not built of blocks, so there is nothing to read between them.")
        else:
            one.show(_layers)
    with st.expander("How many tokens the fit needs"):
        always = f"Here always with intercept. {ANY}"
        one.show(lambda it: Picture("tokens", it.mine("tokens"), anchors.tokens, always))
    with st.expander("How constant log Z is, and what half precision costs it"):
        one.show(lambda it: Picture("log_partition", it.table("log_partition"), anchors.log_partition, RAW))
        st.dataframe(one.table("head_precision"), hide_index=True)
        words.quiet("Error of log Z where the head alone is computed in half precision; rms and largest.")
    with st.expander("What else would predict it, and how this was made"):
        nulls = one.table("nulls")
        mine = nulls[nulls["rule"] == one.bulk.rule].drop(columns="rule")
        st.dataframe(mine[["null", "mse", *mine.columns.difference(["null", "mse"], sort=False)]], hide_index=True)
        for note in one.result.notes:
            words.quiet(note)
