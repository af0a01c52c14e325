"""The title of a figure as text of the page above it: the finding, and under it approximations."""

import streamlit as st

from ui.words import escaped


def draw(title: str, caption: str) -> None:
    """Draw both; neither is read as markup."""
    st.html(f'<p class="an-title">{escaped(title)}</p><p class="an-quiet">{escaped(caption)}</p>')
