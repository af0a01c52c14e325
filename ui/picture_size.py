"""How large a saved PNG is: times the screen, or as wide as a column of a paper, or as many pixels as one likes."""

from dataclasses import dataclass

import streamlit as st

from ui import state

SCALES = (1, 2, 4, 8)  # pixels of a PNG for each of the screen's
DPI, INCH = 300, 2.54  # dots an inch that journals ask of a figure, and centimetres of it
COLUMNS = {8.5: "one column", 17.5: "two columns"}  # centimetres
PIXELS = "a width in pixels"
FEWEST, MOST = 200, 10_000  # pixels


@dataclass(frozen=True)
class Size:
    """Pixels for each of the screen's; or `width` of them in all, `dpi` an inch where that is said."""

    scale: float = SCALES[1]
    width: int | None = None
    dpi: int | None = None


def pixels(centimetres: float) -> int:
    """How many pixels are so wide in print.

    >>> pixels(8.5), pixels(17.5)
    (1004, 2067)
    """
    return round(centimetres / INCH * DPI)


def choose(key: str, *, widths: bool) -> None:
    """The widgets of the figure `key`; without `widths`, times the screen alone."""
    if not widths:
        st.segmented_control(
            "PNG, times the screen", SCALES, default=SCALES[1], format_func="{}×".format, key=f"scale.{key}"
        )
        return
    st.selectbox("PNG size", list(SIZES), index=1, key=f"size.{key}")
    if state.answer(f"size.{key}") == PIXELS:
        st.number_input("Pixels", FEWEST, MOST, pixels(17.5), key=f"pixels.{key}")


def chosen(key: str) -> Size:
    """What the widgets of the figure `key` say, inside a callback."""
    if state.answer(f"size.{key}") == PIXELS:
        return Size(width=int(state.answer(f"pixels.{key}") or pixels(17.5)))
    scale = state.answer(f"scale.{key}")
    return SIZES.get(state.answer(f"size.{key}"), Size(float(scale or SCALES[1])))


SIZES = {f"{scale}× the screen": Size(scale) for scale in SCALES}
SIZES |= {
    f"{wide} cm at {DPI} dpi, {columns}: {pixels(wide):,} pixels": Size(width=pixels(wide), dpi=DPI)
    for wide, columns in COLUMNS.items()
}
SIZES[PIXELS] = Size()
