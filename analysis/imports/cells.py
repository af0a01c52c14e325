"""Cells of a table, as texts and as numbers."""

import math


def text_in(cell: object) -> str:
    """A cell as written, blanks around it taken off; empty where it is missing."""
    return "" if cell is None else str(cell).strip()


def number_in_cell(cell: str) -> float | None:
    """A cell as a number, NaN and infinity included."""
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def or_nan(number: float | None) -> float:
    """A number, NaN for none."""
    return math.nan if number is None else number
