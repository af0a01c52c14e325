"""Samples as people see them: a line for a hover card or a table, a whole one for the side card."""

import base64
import re
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis.dataset import Dataset
from analysis.figures.words import cut
from ui.words import escaped

LINE = 160  # characters of a sample in a table
CARD = 4_000  # characters in the side card
FIELDS = 6  # columns named in the side card
BROKEN = 30  # characters from which on a line's end may be a broken paragraph
SMALL = 64  # pixels that a small image is enlarged to at least


def table_of(dataset: Dataset, rows: Sequence[int] | npt.NDArray[np.intp]) -> pd.DataFrame:
    """Samples as a table: picture where there is one, id, labels, first words."""
    picked = np.asarray(rows, dtype=np.intp)
    table = pd.DataFrame({"id": [dataset.ids[i] for i in picked]})
    if dataset.images is not None:
        table.insert(0, "image", [thumbnail(dataset.images[i]) for i in picked])
    for name in dataset.labels:
        table[name] = dataset.frame[name].iloc[picked].to_numpy()
    if dataset.texts is not None:
        table["text"] = [cut(dataset.texts[i], LINE) for i in picked]
    return table


def thumbnail(image: npt.NDArray[np.uint8], size: int = SMALL) -> str:
    """An image as a data address, small ones enlarged pixel by pixel, large ones reduced."""
    from PIL import Image

    picture = Image.fromarray(np.asarray(image))
    scale = size / max(picture.size)
    shape = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    picture = picture.resize(shape, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS)
    out = BytesIO()
    picture.save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def flowing(text: str) -> str:
    r"""Text whose hard line ends within a paragraph are taken out; lists, indented lines and blank lines stay.

    >>> flowing("A paragraph that was broken at some\nwidth.\n\n    code\n- one\n- two")
    'A paragraph that was broken at some width.\n\n    code\n- one\n- two'
    """
    return re.sub(r"(?<=\S)\n(?=[^\s\-*•.=~^|>+#\d])", _joint, text)


def _joint(found: re.Match[str]) -> str:
    before = found.string[: found.start()].rpartition("\n")[2]
    return " " if len(before) >= BROKEN and not before.startswith(" ") else "\n"


def card(dataset: Dataset, row: int, *, letter: str = "") -> None:
    """One sample whole: id, labels and other columns, text or image; one of two, called by a letter, with one label."""
    called = f"<b>{letter}</b> " if letter else ""
    st.html(f'<p class="an-title{" small" if letter else ""}">{called}{escaped(dataset.ids[row])}</p>')
    names = [*dataset.labels, *(str(name) for name in dataset.frame.columns if name not in dataset.labels)]
    values = {name: dataset.frame[name].iloc[row] for name in names[: 1 if letter else FIELDS]}
    said = [f"{escaped(name)}: {escaped(str(value), 80)}" for name, value in values.items() if not pd.isna(value)]
    if said:
        st.html(f'<p class="an-quiet">{" · ".join(said)}</p>')
    if dataset.images is not None:
        st.html(f'<img class="an-thumb" alt="the sample" src="{thumbnail(dataset.images[row], 128)}">')
    if dataset.texts is not None:
        st.html(f'<p class="an-text">{escaped(flowing(dataset.texts[row]), CARD)}</p>')
    elif "text" in dataset.modalities:
        st.html('<p class="an-quiet">Its text is being read from where it comes from.</p>')
