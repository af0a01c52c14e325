"""The settings of a synthetic task as widgets, made from its dataclass: the paper's, or those of the tiny trainer."""

from dataclasses import fields, replace
from typing import Any

import streamlit as st

from models.errors import BadInput
from models.pretraining.synthetic.generator import Generator, Settings
from models.pretraining.synthetic.small import small_settings
from ui import state, words

PAPER, TINY = "the paper's", "the tiny trainer's"
WIDTH = 150


def choose(generator: Generator) -> Settings | None:
    """Settings as somebody wants them; None, with the reason on the page, where they cannot be."""
    begin = st.segmented_control(
        "Settings to begin from", [PAPER, TINY], default=PAPER, key=f"synthetic.begin.{generator.name}", required=True
    )
    usual = small_settings(generator) if begin == TINY else generator.settings()
    plain, special = _kinds(usual)
    place = f"{generator.name}.{begin}"
    given: dict[str, Any] = {}
    with st.expander("Settings"):
        with st.container(horizontal=True):
            for name in plain:
                given[name] = _widget(name, getattr(usual, name), place)
        if special:
            words.quiet("Ids of special tokens; several are written with blanks between.")
            with st.container(horizontal=True):
                for name in special:
                    given[name] = _widget(name, getattr(usual, name), place)
    try:
        return replace(usual, **{name: value for name, value in given.items() if value is not None})
    except BadInput as error:
        words.trouble(str(error))
        return None


def _kinds(settings: Settings) -> tuple[list[str], list[str]]:
    """The names of ordinary settings, and of those that are ids of special tokens."""
    named: dict[int, str] = getattr(settings, "names", dict)()
    plain: list[str] = []
    special: list[str] = []
    for field in fields(settings):
        value = getattr(settings, field.name)
        ids = value if isinstance(value, tuple) else (value,)
        ours = field.name not in ("first", "last") and isinstance(value, int | tuple) and not isinstance(value, bool)
        is_id = ours and bool(ids) and all(isinstance(one, int) and one in named for one in ids)
        (special if is_id or field.name in ("yes", "no", "name") else plain).append(field.name)
    return plain, special


def _widget(name: str, value: Any, place: str) -> Any:
    label, key = name.replace("_", " ").capitalize(), f"synthetic.{place}.{name}"
    if isinstance(value, bool):
        return st.checkbox(label, value, key=key)
    if isinstance(value, int):
        return int(st.number_input(label, 0, 1 << 20, value, key=key, width=WIDTH))
    if isinstance(value, float):
        return float(st.number_input(label, 0.0, 1e6, value, key=key, width=WIDTH))
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return tuple(st.multiselect(label, value, list(value), key=key)) or None
    typed = st.text_input(label, " ".join(map(str, value or ())), key=key, width=2 * WIDTH, placeholder="the paper's")
    return _ids(typed, value, label)


def _ids(typed: str, usual: Any, label: str) -> Any:
    """Ids that somebody typed; where nothing is, what the settings had."""
    try:
        return tuple(int(part) for part in typed.replace(",", " ").split()) or usual
    except ValueError:
        state.complain(f"{label} is {typed!r}, which are no ids of tokens; give whole numbers with blanks between.")
        return usual
