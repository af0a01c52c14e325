"""What somebody looks at: colour, projection, selection, pinned sample. Frozen; every change makes a new one.

Selections are ids, so they mean the same in every space, page and pane. All but they fit into the page's address.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

Operation = Literal["replace", "add", "remove", "intersect"]
DEEPEST = 50  # selections that can be undone
PAGE_ALONE = ("named", "operation", "beside", "selection", "past", "future")  # not in the address
MOST_SHOWN = 50  # neighbours listed
LONGEST = 1_000  # characters of a value in the address
LISTED, LITERAL = "|", "\\"  # between the parts of one; before a sign of these two that a part holds itself


@dataclass(frozen=True)
class View:
    """All that a page hands on to the next.

    An empty text means: what the page finds best. `past` and `future` are selections, the latest last.
    """

    space: str = ""
    projection: str = ""
    dimensions: int = 2
    right_space: str = ""
    right_projection: str = ""
    align: str = ""  # how the second of two maps is brought near the first
    colour: str = ""
    label: str = ""
    measure: str = ""  # of two spaces, that a matrix shows
    graph: str = ""
    graph_beside: str = ""  # the space that stands beside `space` on the page of graphs
    task: str = ""  # that a checkpoint is wanted for
    judge: str = ""  # the score that what would choose one is held to
    metric: str = ""  # of a task, against a number of geometry
    against: str = ""  # that number
    corpus: str = ""  # that language models are asked on
    model: str = ""  # whose anchors are looked at
    other_model: str = ""  # those beside them
    rule: str = ""  # what is no bulk
    fit: str = ""  # of the anchor
    series: str = ""
    numbers: tuple[str, ...] = ()  # drawn along the series
    tasks: tuple[str, ...] = ()  # that spaces are scored on
    methods: tuple[str, ...] = ()  # by which
    score: str = ""  # the number of them that is shown
    saved: bool = False  # whether the share of errors saved is shown in its place
    baseline: str = ""  # against which space
    held: str = ""  # against which way to pre-train errors saved are counted
    columns: tuple[str, ...] = ()  # numbers of the spaces beside their scores
    edges: bool = False  # whether a map draws lines from what is selected to its neighbours
    linked_by: str = ""  # the graph whose links those are, in place of the nearest neighbours
    own_range: bool = False  # whether each pane has its own range of a numeric colour
    names: str = "words"  # what the regions of a map are named by: words, labels or nothing
    shown: int = 10  # neighbours listed
    pinned: str = ""
    second: str = ""  # the sample that the pinned one is compared with
    beside: bool = False  # whether the next sample that is pinned is the second
    synthetic: str = ""  # the synthetic task that is looked at
    way: str = ""  # to begin, of the benefit matrix, whose runs are looked at
    exercise: str = ""  # on which of its tasks
    regime: str = ""  # with how much data
    network: str = ""  # the checkpoint whose weights are
    other_network: str = ""  # those beside them
    statistic: str = ""  # of each tensor, that is drawn
    filter: str = ""
    regex: bool = False
    find: str = ""  # what samples are found by: a text, the center of the selection, or a direction
    query: str = ""
    others: bool = False  # whether samples near the center are looked for outside the selection alone
    toward: str = ""  # the selections that the direction leads to
    away: str = ""  # and from
    named: str = ""  # the named selection that its menu is at
    operation: Operation = "replace"
    selection: tuple[str, ...] = ()
    past: tuple[tuple[str, ...], ...] = ()
    future: tuple[tuple[str, ...], ...] = ()


def select(view: View, ids: Sequence[str], operation: Operation | None = None) -> View:
    """Select ids, combined with what is selected as the operation says.

    >>> select(View(selection=("a", "b")), ("b", "c"), "intersect").selection
    ('b',)
    """
    how = operation or view.operation
    given, before = set(ids), set(view.selection)
    kept: tuple[str, ...]
    if how == "add":
        kept = view.selection + tuple(i for i in dict.fromkeys(ids) if i not in before)
    elif how == "remove":
        kept = tuple(i for i in view.selection if i not in given)
    elif how == "intersect":
        kept = tuple(i for i in view.selection if i in given)
    else:
        kept = tuple(dict.fromkeys(ids))
    return _to(view, kept)


def clear(view: View) -> View:
    """Select nothing."""
    return _to(view, ())


def pin(view: View, name: str, *, beside: bool = False) -> View:
    """Pin a sample, or let go of it where it is pinned; `beside`: as the second, compared with the one pinned before.

    >>> both = pin(pin(View(), "a"), "b", beside=True)
    >>> both.pinned, both.second, pin(both, "a").pinned
    ('a', 'b', 'b')
    """
    if view.pinned and (beside or view.beside):
        second = view.second if name == view.pinned else "" if name == view.second else name
        return replace(view, second=second, beside=False)
    if name == view.second:
        return replace(view, second="")
    return unpin(view) if name == view.pinned else replace(view, pinned=name)


def unpin(view: View) -> View:
    """Let go of the pinned sample; a second one takes its place."""
    return replace(view, pinned=view.second, second="", beside=False)


def swap(view: View) -> View:
    """The same two samples, the second first."""
    return replace(view, pinned=view.second, second=view.pinned) if view.second else view


def undo(view: View) -> View:
    """Back to the selection before."""
    if not view.past:
        return view
    return replace(view, selection=view.past[-1], past=view.past[:-1], future=(*view.future, view.selection)[-DEEPEST:])


def redo(view: View) -> View:
    """Forth again to the selection that was undone."""
    if not view.future:
        return view
    return replace(
        view, selection=view.future[-1], future=view.future[:-1], past=(*view.past, view.selection)[-DEEPEST:]
    )


def keep(view: View, ids: Collection[str]) -> View:
    """The same view over other samples: what is not among them is let go."""

    def held(selection: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(i for i in selection if i in ids)

    pinned = [*(name for name in (view.pinned, view.second) if name in ids), "", ""]
    return replace(
        view,
        selection=held(view.selection),
        past=tuple(map(held, view.past)),
        future=tuple(map(held, view.future)),
        pinned=pinned[0],
        second=pinned[1],
    )


def in_address(view: View) -> dict[str, str]:
    """What differs from a fresh view, as parameters of the page's address.

    >>> in_address(View(query="sparse matrix", dimensions=3))
    {'dimensions': '3', 'query': 'sparse matrix'}
    """
    fresh = View()
    found = {name: getattr(view, name) for name in _addressed() if getattr(view, name) != getattr(fresh, name)}
    return {name: _written(value)[:LONGEST] for name, value in found.items()}


def from_address(view: View, given: Mapping[str, str]) -> View:
    """The view with what the parameters of an address say; what cannot be meant counts as not given.

    >>> from_address(View(), {"query": "sparse matrix", "dimensions": "4", "shown": "20"}).shown
    20
    """
    fresh = View()
    read = {name: _read(getattr(fresh, name), given.get(name, "")[:LONGEST]) for name in _addressed()}
    if read["dimensions"] not in (2, 3):
        read["dimensions"] = fresh.dimensions
    read["shown"] = min(max(read["shown"], 1), MOST_SHOWN)
    if not read["pinned"] or read["second"] == read["pinned"]:
        read["second"] = ""
    return replace(view, **read)


def _addressed() -> list[str]:
    return [field.name for field in fields(View) if field.name not in PAGE_ALONE]


def _written(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    parts = [_escaped(part) for part in value]
    while len(LISTED.join(parts)) > LONGEST:
        parts.pop()  # whole ones: half a name is another name
    return LISTED.join(parts)


def _escaped(part: str) -> str:
    return part.replace(LITERAL, LITERAL * 2).replace(LISTED, LITERAL + LISTED)


def _parts(word: str) -> tuple[str, ...]:
    parts, at = [""], 0
    while at < len(word):
        if word[at] == LITERAL and at + 1 < len(word):
            at += 1
            parts[-1] += word[at]
        elif word[at] == LISTED:
            parts.append("")
        else:
            parts[-1] += word[at]
        at += 1
    return tuple(parts)


def _read(fresh: Any, word: str) -> Any:
    if not word:
        return fresh
    if isinstance(fresh, tuple):
        return _parts(word)
    if isinstance(fresh, bool):
        return word == "True"
    if isinstance(fresh, int):
        return int(word) if word.isascii() and word.isdigit() and len(word) < 5 else fresh
    return word


def _to(view: View, selection: tuple[str, ...]) -> View:
    if selection == view.selection:
        return view
    return replace(view, selection=selection, past=(*view.past, view.selection)[-DEEPEST:], future=())
