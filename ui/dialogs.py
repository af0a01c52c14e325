"""The dialog that is open. It stays open when the page behind it is drawn anew.

That takes what is being typed in it, though, so jobs leave the page alone as long as a dialog is open. Its buttons
act in callbacks, which run before anything is drawn: a page that is drawn anew in that moment loses no click.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from models.errors import BadInput, Failed
from ui import state, words

OPEN = "dialog"
TROUBLE = "dialog.trouble"


@dataclass(frozen=True)
class Dialog:
    """A dialog: its title, and what draws its inside."""

    title: str
    inside: Callable[[], None]


def ask_for(name: str) -> None:
    """Open a dialog; it is drawn at the end of this run."""
    state.remember(OPEN, name)
    state.remember(TROUBLE, "")


def close() -> None:
    """Close the open dialog."""
    state.remember(OPEN, None)


def attempt(action: Callable[[], None]) -> None:
    """Do what a button of the dialog stands for and close the dialog; what is wrong is said in it, and it stays."""
    state.remember(TROUBLE, "")
    try:
        action()
    except (BadInput, Failed) as error:
        state.remember(TROUBLE, str(error))
    else:
        close()


def is_open() -> bool:
    """Whether a dialog is open: until it is closed, the page behind it is not drawn anew for a job's sake."""
    return state.remembered(OPEN) is not None


def draw(known: Mapping[str, Dialog]) -> None:
    """Draw the open dialog, if there is one."""
    name = state.remembered(OPEN)
    if name not in known:
        return
    dialog = known[name]

    def inside() -> None:
        if state.remembered(OPEN) != name:
            st.rerun()  # a button in it has closed it
        try:
            dialog.inside()
        except (BadInput, Failed) as error:
            words.trouble(str(error))
        if state.remembered(TROUBLE):
            words.trouble(state.remembered(TROUBLE))

    st.dialog(dialog.title, width="medium", on_dismiss=close)(inside)()
