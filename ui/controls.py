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
        chosen = {field.name: _widget(cls, field.name, given.get(field.name), defaults) for field in known}
        if st.form_submit_button("Apply"):
            given = {key: value for key, value in chosen.items() if value != getattr(defaults, key)}
            state.remember(f"params.{name}", given)
    return dict(given)


def _widget(cls: type[Params], name: str, given: Any, defaults: Params) -> Any:
    default = getattr(defaults, name)
    value = default if given is None else given
    hint = get_type_hints(cls, include_extras=True)[name]
    looks = get_args(hint)[1] if get_origin(hint) is Annotated else None
    key = f"param.{cls.__name__}.{name}"
    if isinstance(looks, Choice):
        return st.selectbox(looks.label, looks.options, index=looks.options.index(value), key=key)
    if isinstance(looks, Slider):
        kind = type(default)
        step = 1 if kind is int else None
        return st.slider(looks.label, kind(looks.low), kind(looks.high), value, step, key=key)
    if isinstance(default, bool):
        return st.checkbox(name, value, key=key)
    return value
