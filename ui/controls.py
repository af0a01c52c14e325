"""Widgets for the parameters a plug-in declares: a Slider or Choice annotation becomes one."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import streamlit as st

from analysis.plugin import Choice, Params, Slider
from ui import state


def ask(cls: type[Params], name: str) -> dict[str, Any]:
    """The parameters of a plug-in that differ from its own, as chosen in a form."""
    known = fields(cls)
    if not known:
        return {}
    given: Mapping[str, Any] = state.remembered(f"params.{name}") or {}
    defaults = cls()
    with st.form(f"params.{name}", border=False):
        for field in known:
            _widget(cls, field.name, given.get(field.name), defaults)
        st.form_submit_button("Apply", on_click=_take, args=(cls, name))
    return dict(given)


def _take(cls: type[Params], name: str) -> None:
    defaults = cls()
    said = {field.name: state.answer(_key(cls, field.name)) for field in fields(cls)}
    chosen = {key: value for key, value in said.items() if value is not None and value != getattr(defaults, key)}
    state.remember(f"params.{name}", chosen)


def _key(cls: type[Params], name: str) -> str:
    return f"param.{cls.__name__}.{name}"


def _widget(cls: type[Params], name: str, given: Any, defaults: Params) -> None:
    default = getattr(defaults, name)
    value = default if given is None else given
    hint = get_type_hints(cls, include_extras=True)[name]
    looks = get_args(hint)[1] if get_origin(hint) is Annotated else None
    key = _key(cls, name)
    if isinstance(looks, Choice):
        st.selectbox(looks.label, looks.options, index=looks.options.index(value), key=key)
    elif isinstance(looks, Slider):
        kind = type(default)
        step = 1 if kind is int else None
        st.slider(looks.label, kind(looks.low), kind(looks.high), value, step, key=key)
    elif isinstance(default, bool):
        st.checkbox(name, value, key=key)
