"""The state of a session: a study, the folder its paths start from, and a view. Only this file knows session_state.

Truth lives in the frozen values here. A widget is given its value from them before it is drawn (`bound`) and what
it answers is put back before the next run; so a widget that is not drawn loses nothing.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from analysis.study import Study
from ui.view import View, keep

TRUTH = "anchorage"


@dataclass(frozen=True)
class Session:
    """What one browser tab is about.

    `own`: the secret that its uploads are kept under, which the tab keeps over a reload; `awaited`: the address of an
    upload that only the tab's secret can open; `complaint`: a sentence to show once.
    """

    study: Study
    base: Path
    view: View = field(default_factory=View)
    own: str = field(default_factory=lambda: secrets.token_hex(16))
    complaint: str = ""
    awaited: str = ""


def begin(first: Callable[[], Session]) -> Session:
    """The session, made by `first` when the tab has just been opened."""
    found = st.session_state.get(TRUTH)
    if not isinstance(found, Session):  # a reload of the code makes the old one foreign
        found = first()
        st.session_state[TRUTH] = found
    return found


def session() -> Session:
    """The session of this tab."""
    found: Session = st.session_state[TRUTH]
    return found


def view() -> View:
    """What is looked at."""
    return session().view


def look(changed: View) -> None:
    """Look at something else."""
    st.session_state[TRUTH] = replace(session(), view=changed)


def change(**changes: Any) -> None:
    """Change fields of the view."""
    look(replace(view(), **changes))


def open_study(study: Study, base: Path, *, same_samples: Sequence[str] | None = None) -> None:
    """Turn to another study; with `same_samples`, what is selected among these ids stays."""
    now = View() if same_samples is None else keep(view(), set(same_samples))
    st.session_state[TRUTH] = replace(session(), study=study, base=base, view=now, complaint="", awaited="")


def own(secret: str) -> None:
    """Take up the secret that the tab has kept, or go on without where it is empty; nothing is awaited any more."""
    st.session_state[TRUTH] = replace(session(), own=secret or session().own, awaited="")


def resume(study: Study, base: Path) -> None:
    """Turn to another study; the view stays as it is."""
    st.session_state[TRUTH] = replace(session(), study=study, base=base, complaint="", awaited="")


def went_back() -> bool:
    """Whether this run was asked for by the browser's Back or Forward, so that the address says what is meant."""
    run = get_script_run_ctx()
    return run is not None and run.is_history_navigation


def complain(sentence: str) -> None:
    """Leave a sentence for the next page to show."""
    st.session_state[TRUTH] = replace(session(), complaint=sentence)


def complaint() -> str:
    """The sentence that was left."""
    return session().complaint


def bound(name: str, options: Sequence[Any] | None = None, *, now: Any = None) -> dict[str, Any]:
    """Arguments that tie a widget to a field of the view: its value now, and where its answer goes.

    With `options`, a value that is not among them counts as `now`, else as the first.
    """
    key = f"view.{name}"
    value = getattr(view(), name)
    if isinstance(value, tuple):
        value = [part for part in value if options is None or part in options] or list(now or ())
    elif options is not None and value not in options:
        value = now if now is not None else options[0] if options else None
    st.session_state[key] = value
    return {"key": key, "on_change": _take, "args": (name, key)}


def _take(name: str, key: str) -> None:
    answer = st.session_state[key]
    if isinstance(answer, list):  # of a widget that takes several
        answer = tuple(answer)
    if answer is not None:
        change(**{name: answer})


def event_of(key: str, name: str = "event") -> Any:
    """What a component has just said, inside its callback."""
    found = st.session_state.get(key)
    return None if found is None else found.get(name)


def rows_chosen(key: str) -> list[int]:
    """The rows of a table in which a cell was clicked, inside its callback."""
    return [row for row, _ in cells_chosen(key)]


def cells_chosen(key: str) -> list[tuple[int, str]]:
    """The cells of a table that were clicked, row and column, inside its callback."""
    found = st.session_state.get(key)
    return [] if found is None else [(row, column) for row, column in found["selection"]["cells"]]


def answer(key: str) -> Any:
    """What a widget of this key says, inside a callback; None where it is not drawn."""
    return st.session_state.get(key)


def remember(name: str, value: Any) -> None:
    """Keep a small thing of the session that is not worth a field, such as the last answer to a query."""
    st.session_state[f"kept.{name}"] = value


def remembered(name: str) -> Any:
    """What was kept under a name, or None."""
    return st.session_state.get(f"kept.{name}")


def take(name: str) -> Any:
    """What was kept under a name, once: after this it is gone."""
    return st.session_state.pop(f"kept.{name}", None)
