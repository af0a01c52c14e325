"""Two pinned samples: side by side, and how far apart they are in every space of the study, beside all other pairs.

The first is A, the second B, on the map too. How the second is pinned: Shift + click, Shift + Enter, or "Compare with
another" and then any click that pins.
"""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.figures.words import decimals_of, shown
from analysis.geometry.two_samples import Percentile, Rank
from analysis.pipeline import Pipeline
from analysis.report import file_name
from analysis.series import two_samples
from analysis.series.two_samples import InSpace
from ui import export, panel, queries, samples_view, state, view, words
from ui.rows import row_of

HEADS = ("", "distance", "pairs nearer", "rank of B", "rank of A", "{k} nearest")
LONG = 200_000  # samples beyond which comparing takes more than a moment
ENOUGH = 0.0005  # of a share of pairs: what is known so well is given without its bounds


def pinned(dataset: Dataset) -> tuple[int, int] | None:
    """The rows of the two samples; None where there are not two."""
    now, where = state.view(), row_of(dataset)
    first, second = where.get(now.pinned), where.get(now.second)
    return None if first is None or second is None else (first, second)


def choose(dataset: Dataset) -> None:
    """The buttons that pin a second sample, swap the two, and let go of them."""
    two, now = pinned(dataset), state.view()
    if now.beside:
        words.quiet("Now click the sample to compare it with: on a map, or in a table of samples.")
    with st.container(horizontal=True):
        if two is not None:
            st.button("Swap A and B", key="two.swap", on_click=_swap)
            st.button("Unpin B", key="two.close", help="Esc on a map", on_click=state.change, kwargs={"second": ""})
        elif now.beside:
            st.button("Cancel", key="two.cancel", on_click=state.change, kwargs={"beside": False})
        else:
            st.button(
                "Compare with another",
                key="two.begin",
                help="Or Shift + click it on a map",
                on_click=state.change,
                kwargs={"beside": True},
            )
        st.button("Unpin A" if two else "Unpin", key="unpin", on_click=_unpin)


def draw(pipeline: Pipeline, dataset: Dataset, rows: tuple[int, int]) -> None:
    """Both samples, and under them a row for each space whose vectors are there."""
    for letter, row, place in zip("AB", rows, st.columns(2, gap="small"), strict=True):
        with place:
            samples_view.card(dataset, row, letter=letter)
    with st.spinner(f"Comparing them with all {len(dataset):,} samples.", show_time=len(dataset) > LONG):
        every = {space.name: queries.two_samples_of(pipeline, space.name, *rows) for space in pipeline.spaces()}
    found = [one for one in every.values() if one is not None]
    missing = [Ask("space", subject=name) for name, one in every.items() if one is None]
    graphs = {spec.name: pipeline.find(Ask("graph", spec.name)) for spec in pipeline.study.graph}
    linked = [two_samples.in_graph(graph, *rows).words for graph in graphs.values() if graph is not None]
    if linked:
        words.note(f"A and B: {words.listed(linked)}.")
    if found:
        st.html(table_of(found, pipeline.study.k))
        for sentence in said_of(found, pipeline.study.metric, pipeline.study.k):
            words.quiet(sentence)
        numbers = partial(two_samples.table_of, found, dataset.ids[rows[0]], dataset.ids[rows[1]], pipeline.study.k)
        asks = [Ask("space", subject=one.space) for one in found]
        export.table(pipeline, asks, numbers, key="two", name=file_name("two samples", pipeline.study.name))
    unread = [Ask("graph", name) for name, graph in graphs.items() if graph is None]
    panel.offer(pipeline, unread, "Whether they are linked is known once the graph is read.", place="two.graphs")
    if missing:
        names = words.listed([ask.subject for ask in missing])
        panel.offer(pipeline, missing, f"To compare them in {names}, its vectors must be on this machine.", place="two")


def table_of(found: Sequence[InSpace], k: int) -> str:
    """A row for each space; hovering gives a distance in full."""
    heads = "".join(f'<th scope="col">{head.format(k=k)}</th>' for head in HEADS)
    rows = []
    for one in found:
        name = f'<th scope="row">{words.escaped(one.space)}</th>'
        if one.apart is None:
            rows.append(f'<tr>{name}<td class="why" colspan="{len(HEADS) - 1}">{words.escaped(one.why)}</td></tr>')
            continue
        a, b, far = one.apart.of_b, one.apart.of_a, one.apart.distance
        cells = [_share(one.percentile), _rank(a), _rank(b), _both(a.within(k), b.within(k))]
        distance = f'<td title="{far!r}">{shown(far, decimals_of(far) + 1)}</td>'
        rows.append(f"<tr>{name}{distance}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    body = "".join(rows)
    return f'<table class="an-table"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def said_of(found: Sequence[InSpace], metric: str, k: int) -> list[str]:
    """How the numbers of such a table were made."""
    there = [one for one in found if one.apart is not None]
    others = sorted({one.apart.of_b.of for one in there if one.apart is not None})
    if not others:
        return []
    ties = any(one.apart.of_b.tied or one.apart.of_a.tied for one in there if one.apart is not None)
    said = [
        f"{metric.capitalize()} distance. Rank of B: among A's neighbours, exactly, of "
        f"{words.listed([f'{n:,}' for n in others])}; rank of A: among B's. {k} nearest: who is of the other's."
        + (" Equally near samples share their ranks." if ties else "")
    ]
    shares = [(one.space, one.percentile) for one in there if one.percentile is not None]
    how = {
        "all": "of all pairs, counted",
        "bins": "from the histogram of the Distances page, interpolated within a bin whose ends bound it",
        "sample": "of {pairs:,} pairs among samples drawn at random, with a 95 % interval; exact, or nearly, once the"
        " Distances of the space are computed",
    }
    parts = []
    for kind, text in how.items():
        names = [space for space, share in shares if share.how == kind]
        pairs = next((share.pairs for _, share in shares if share.how == kind), 0)
        if names:
            which = "" if len(names) == len(shares) else f" in {words.listed(names)}"
            parts.append(f"{text.format(pairs=pairs)}{which}")
    return [
        *said,
        f"Pairs nearer: the share of pairs of samples nearer to each other than A and B, {'; '.join(parts)}.",
    ]


def _share(share: Percentile | None) -> str:
    """A share of pairs in per cent, with its bounds where they are not close."""
    if share is None:
        return "–"
    value, low, high = (100 * part for part in (share.value, share.low, share.high))
    if share.high - share.low <= ENOUGH:
        return f"{_percent(value)} %"
    return f'{_percent(value)} %<br><span class="bounds">[{_percent(low)}, {_percent(high)}]</span>'


def _percent(value: float) -> str:
    """Per cent to a hundredth, never as if none or all were nearer where some are not."""
    if 0 < value < 0.005:
        return "&lt; 0.01"
    return "&gt; 99.99" if 99.995 <= value < 100 else f"{value:.2f}"


def _rank(rank: Rank) -> str:
    return f"{rank.first:,}" if not rank.tied else f"{rank.first:,}–{rank.last:,}"


def _both(b_near_a: bool | None, a_near_b: bool | None) -> str:
    """Which of the two is among the other's nearest."""
    if b_near_a is None or a_near_b is None:
        return "tied"
    return {(True, True): "both", (True, False): "B of A’s", (False, True): "A of B’s"}.get((b_near_a, a_near_b), "no")


def _swap() -> None:
    state.look(view.swap(state.view()))


def _unpin() -> None:
    state.look(view.unpin(state.view()))
