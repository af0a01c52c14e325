"""The card of a graph and the numbers of spaces beside it, with interval and chance."""

from collections.abc import Sequence
from itertools import chain

import streamlit as st

from analysis.ask import Ask
from analysis.figures.words import shown
from analysis.pipeline import Pipeline
from analysis.registry import alignments
from analysis.result import Result
from ui import words
from ui.findings import Finding
from ui.numbers import STRIP, lines, meanings, spans_of

FIRST = ("average_precision", "link_auroc", "mrr", "ndcg@10", "recall@10", "best_radius_f1", "hop_correlation")
AFTER = ("radius_majority_accuracy", "one_nn_accuracy", "mutual_overlap", "best_radius", "alignment")
HOW = (
    "Interval: from resampling nodes, or groups of them, stretched for the links they share, 95 %. Chance: graphs of"
    " the same degrees, rewired; of accuracies, the labels shuffled."
)


def card(result: Result) -> str:
    """The card in a sentence or two."""
    said = {name: round(number.value or 0) for name, number in result.numbers.items()}
    nodes, links = words.counted(said["nodes"], "node"), words.counted(said["edges"], "link")
    mean = shown(result.numbers["mean_degree"].value, 1)
    pieces, largest = words.counted(said["components"], "component"), words.counted(said["largest_component"], "node")
    return (
        f"{nodes}, {links}, {mean} a node on average and {said['largest_degree']:,} at most; {pieces}, the largest of"
        f" {largest}; {words.counted(said['isolated'], 'node')} without a link."
    )


def of_label(pipeline: Pipeline, asks: Sequence[Ask]) -> None:
    """How far the graph agrees with each label column: local consistency and homophily."""
    found: dict[str, Result] = {ask.other: pipeline.make(ask) for ask in asks if pipeline.find(ask) is not None}
    said = {label: _findings(result, "") for label, result in found.items()}
    spans = spans_of(chain(*said.values()))
    for label, findings in said.items():
        st.html(f'<p class="an-title">{words.escaped(label)}</p>{lines(findings, spans, with_chance=True)}')
        for note in found[label].notes:
            (words.trouble if note.startswith("Heterophilous") else words.quiet)(note)
    if said:
        st.html(meanings(next(iter(said.values()))))


def of_spaces(pipeline: Pipeline, asks: Sequence[Ask], label: str) -> None:
    """The numbers of every space that are there, the telling ones first, all others folded away."""
    results = {ask.subject: pipeline.find(ask) for ask in asks}
    found = {subject: _findings(result, label) for subject, result in results.items() if result is not None}
    spans = spans_of(chain(*found.values()))
    for subject, findings in found.items():
        first = [one for one in findings if _matters(one.name)]
        st.html(f'<p class="an-title">{words.escaped(subject)}</p>{lines(first, spans, with_chance=True)}')
        with st.expander("All numbers"):
            st.html(lines([one for one in findings if one not in first], spans, with_chance=True))
    if found:
        mine = next(iter(found.values()))
        st.html(meanings([one for one in mine if _matters(one.name)]))
        words.quiet(f"{STRIP} {HOW}")


def _matters(name: str) -> bool:
    plain = name.replace(" ", "_")
    return plain in FIRST or plain.partition("@")[0] in AFTER


def _findings(result: Result, label: str) -> list[Finding]:
    known, found = alignments(), []
    for name, number in result.numbers.items():
        plain, _, of = name.partition("|")
        if not of or of == label:
            measure = known[plain.partition("@")[0]]
            found.append(Finding("graph", plain.replace("_", " "), measure.describe, number))
    order = {name: at for at, name in enumerate((*FIRST, *AFTER))}
    return sorted(found, key=lambda one: order.get(one.name.replace(" ", "_"), len(order)))
