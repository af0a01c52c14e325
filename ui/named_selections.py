"""Selections that have a name: kept with the samples, recalled, combined with what is selected, renamed, deleted.

They belong to the dataset, so a change of k or of checkpoints keeps them, and every tab on the same samples sees them;
those of samples that were uploaded stay in the session's own folder.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from analysis import selections
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from analysis.selections import Damaged, Named
from models.errors import BadInput, Failed
from ui import opened, state, view, words
from ui.rows import row_of
from ui.view import Operation

SELECTED, OTHERS = selections.SELECTED, selections.OTHERS
MOST_SAID = 3  # damaged files that are named
WORDS: dict[Operation, str] = {"replace": "Select", "add": "Add", "remove": "Remove", "intersect": "Intersect"}
SAID, DELETED, TURN = "named.said", "named.deleted", "named.turn"


def folder_of(pipeline: Pipeline) -> Path:
    """Where the names of a study's samples are kept: the session's own folder for uploads, else the cache."""
    mine = opened.uploads_of(state.session())
    root = mine if pipeline.place.base.is_relative_to(mine) else pipeline.store.root
    return root / "selections" / pipeline.dataset_recipe.key


def known(pipeline: Pipeline) -> dict[str, Named]:
    """The named selections of a study's samples, by name."""
    return {named.name: named for named in selections.listed(folder_of(pipeline))[0]}


def rows_of(dataset: Dataset, named: Named) -> npt.NDArray[np.int64]:
    """The rows a name stands for, in the order they were selected; ids of no sample are left out."""
    return _rows(dataset, str(named.file), named.version, named)


@st.cache_resource(max_entries=16, show_spinner=False)
def _rows(_dataset: Dataset, file: str, version: str, _named: Named) -> npt.NDArray[np.int64]:
    where = row_of(_dataset)
    return np.array([where[name] for name in selections.ids_of(_named) if name in where], dtype=np.int64)


def draw(pipeline: Pipeline, dataset: Dataset) -> None:
    """The menu of the named selections."""
    folder = folder_of(pipeline)
    found, damaged = selections.listed(folder)
    names = {named.name: named for named in found}
    with st.popover(f"Named ({len(names)})" if names else "Named", key="named"):
        chosen = len(state.view().selection)
        hint = f"a name for the {chosen:,} selected" if chosen else "select some samples to name them"
        with _line("Name what is selected", hint, "keep", disabled=not chosen) as key:
            _take("Keep", f"{key}.take", _keep, folder, key, disabled=not chosen)
        if names:
            if state.view().named not in names:
                state.change(named=found[0].name)  # so that a click means the name that is shown
            st.selectbox(
                "Named selections",
                list(names),
                format_func=lambda name: f"{name} · {names[name].n:,}",
                help="Add, Remove and Intersect change what is selected. A without B: choose A, Select; B, Remove.",
                **state.bound("named", list(names)),
            )
            with st.container(horizontal=True, gap="small"):
                for operation, label in WORDS.items():
                    key = f"named.{operation}"
                    st.button(label, key=key, on_click=_attempt, args=(_combine, dataset, folder, operation))
            with _line("Another name for it", "another name", "rename") as key:
                _take("Rename", f"{key}.take", _rename, folder, key)
                _take("Delete", "named.delete", _delete, folder)
        _last_words(folder)
        _damaged(folder, damaged)


@contextmanager
def _line(label: str, hint: str, name: str, *, disabled: bool = False) -> Iterator[str]:
    """A line to type in, with room for its buttons; its key, which changes when what was typed has been taken."""
    key = f"named.{name}.{state.remembered(TURN) or 0}"
    with st.form(f"{key}.form", border=False), st.container(horizontal=True, gap="small"):
        st.text_input(
            label,
            max_chars=selections.LONGEST,
            placeholder=hint,
            key=key,
            label_visibility="collapsed",
            disabled=disabled,
        )
        yield key


def _take(label: str, key: str, act: Callable[..., None], *arguments: object, disabled: bool = False) -> None:
    st.form_submit_button(label, key=key, on_click=_attempt, args=(act, *arguments), disabled=disabled)


def _last_words(folder: Path) -> None:
    """What became of the last click, and the way back from a deletion."""
    said, deleted = state.take(SAID), state.remembered(DELETED)
    if said:
        words.trouble(said)
    if deleted is not None and deleted[0] == folder:
        with st.container(horizontal=True, vertical_alignment="center"):
            words.quiet(f"Deleted: {deleted[1]}")
            st.button("Undo", key="named.undo", on_click=_attempt, args=(_restore, folder))


def _damaged(folder: Path, damaged: Sequence[Damaged]) -> None:
    """What is damaged, a sentence each, and the button that removes it."""
    for one in damaged[:MOST_SAID]:
        words.quiet(one.why)
    if len(damaged) > MOST_SAID:
        words.quiet(f"{words.counted(len(damaged) - MOST_SAID, 'more file')} of named selections are damaged.")
    if any(one.bad for one in damaged):
        st.button("Remove what is damaged", key="named.discard", on_click=_attempt, args=(selections.discard, folder))


def _attempt(act: Callable[..., None], *arguments: object) -> None:
    try:
        act(*arguments)
    except (BadInput, Failed) as error:
        state.remember(SAID, str(error))


def _keep(folder: Path, key: str) -> None:
    name = _typed(key)
    selections.keep(folder, name, state.view().selection)
    state.change(named=name)
    _taken()


def _rename(folder: Path, key: str) -> None:
    name, now = _typed(key), state.view()
    selections.rename(folder, now.named, name)
    moved = {end: name for end in ("toward", "away") if getattr(now, end) == now.named}
    state.change(named=name, **moved)
    _taken()


def _typed(key: str) -> str:
    return selections.cleaned(str(state.answer(key) or ""))


def _taken() -> None:
    state.remember(TURN, (state.remembered(TURN) or 0) + 1)


def _delete(folder: Path) -> None:
    name = state.view().named
    ids = selections.remove(folder, name)
    state.remember(DELETED, (folder, name, ids) if ids else None)


def _restore(folder: Path) -> None:
    _, name, ids = state.remembered(DELETED)
    selections.keep(folder, name, ids)
    state.change(named=name)
    state.remember(DELETED, None)


def _combine(dataset: Dataset, folder: Path, operation: Operation) -> None:
    name = state.view().named
    named = next((one for one in selections.listed(folder)[0] if one.name == name), None)
    if named is None:
        raise BadInput(f"the selection {name!r} was deleted in another tab.")
    rows = rows_of(dataset, named)
    state.look(view.select(state.view(), [dataset.ids[row] for row in rows], operation))
    if len(rows) < named.n:
        gone = words.counted(named.n - len(rows), "id")
        raise BadInput(f"{gone} of {named.name!r} are of no sample here and were left out.")
