"""What somebody looks at: colour, projection, selection, pinned sample. Frozen; every change makes a new one.

Selections are ids, so they mean the same in every space, page and pane.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Operation = Literal["replace", "add", "remove", "intersect"]
DEEPEST = 50  # selections that can be undone


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
    colour: str = ""
    label: str = ""
    edges: bool = False  # whether a map draws lines from what is selected to its neighbours
    names: str = "words"  # what the regions of a map are named by: words, labels or nothing
    shown: int = 10  # neighbours listed
    pinned: str = ""
    filter: str = ""
    regex: bool = False
    query: str = ""
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

    return replace(
        view,
        selection=held(view.selection),
        past=tuple(map(held, view.past)),
        future=tuple(map(held, view.future)),
        pinned=view.pinned if view.pinned in ids else "",
    )


def _to(view: View, selection: tuple[str, ...]) -> View:
    if selection == view.selection:
        return view
    return replace(view, selection=selection, past=(*view.past, view.selection)[-DEEPEST:], future=())
