"""What a map is coloured by, as one byte per point: the code of a category or of a step of a ramp."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.figures.palette import DIVERGING, GREY, LABELS, OTHER, SEQUENTIAL, Theme, label_colors
from analysis.figures.scatter import span_of
from analysis.figures.words import cut, shown
from analysis.labels import Labels

MISSING = 255  # the code of a missing value; `ui/webgl/legend.js` knows both
STEPS = 254  # codes of a ramp
LONGEST = 120  # characters of a category's name
ONE_RANGE = " · shared range"
OTHERS = 254  # the code of all categories beyond the palette

Span = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Coded:
    """`codes`: one byte per point. `told`: what the browser is told of them: classes or ramp, counts, ends."""

    key: str
    codes: bytes
    told: dict[str, Any]


def coded(
    labels: Labels | None,
    theme: Theme,
    n: int,
    *,
    diverging: bool = False,
    grey: bool = False,
    span: Span | None = None,
) -> Coded:
    """The codes of n points; without labels all have one colour, or are `grey` where they should have had another.

    `diverging`: 0 belongs in the ramp's middle. `span`: the ramp's ends, where they are not these points' own.
    """
    if labels is None:
        classes = [{"code": 0, "color": GREY if grey else LABELS[theme][0], "name": "samples", "count": n}]
        told = {"kind": "none", "title": "", "classes": classes, "missing": GREY}
        return Coded(f"plain {n}", bytes(n), told)
    if labels.kind != "numeric":
        codes, told = _classes(labels, theme)
    else:
        codes, told = _ramp(labels, theme, span or span_of(labels.values), diverging=diverging)
    title = title_of(labels, span)
    return Coded(f"{labels.key} {theme} {diverging} {span}", codes.tobytes(), told | {"title": title, "missing": GREY})


def title_of(labels: Labels, span: Span | None) -> str:
    """What a legend is called: its column, and that the range of its colours is not this map's own."""
    shared = ONE_RANGE if span is not None and labels.kind == "numeric" else ""
    return f"{cut(labels.name, LONGEST)}{shared}"


def shared_span(colors: Sequence[Labels | None]) -> Span | None:
    """One range for the numbers of several maps: that of all of them together; None where their own is the same."""
    numbers = [color.values for color in colors if color is not None and color.kind == "numeric"]
    if all(np.array_equal(numbers[0], other, equal_nan=True) for other in numbers[1:]):
        return None
    return span_of(np.concatenate(numbers))


def _classes(labels: Labels, theme: Theme) -> tuple[npt.NDArray[np.uint8], dict[str, Any]]:
    """The most frequent categories with a colour each, then all others, then missing ones."""
    counts = np.bincount(labels.codes[labels.codes >= 0], minlength=len(labels.classes))
    colors = label_colors({name: int(count) for name, count in zip(labels.classes, counts, strict=True)}, theme)
    code = {name: place for place, name in enumerate(colors)}
    table = np.array([*(code.get(name, OTHERS) for name in labels.classes), MISSING], dtype=np.uint8)
    codes = table[labels.codes]  # -1, missing, is the last
    held = np.bincount(codes, minlength=256)
    rows = [(code[name], color, name) for name, color in colors.items()]
    if held[OTHERS]:
        rows.append((OTHERS, OTHER[theme], f"{len(labels.classes) - len(colors)} other"))
    if held[MISSING]:
        rows.append((MISSING, GREY, "none"))
    classes = [
        {"code": code, "color": color, "name": cut(name, LONGEST), "count": int(held[code])}
        for code, color, name in rows
    ]
    return codes, {"kind": "category", "classes": classes}


def _ramp(labels: Labels, theme: Theme, ends: Span, *, diverging: bool) -> tuple[npt.NDArray[np.uint8], dict[str, Any]]:
    """Numbers along the ramp between these ends; those beyond take the ends' colours."""
    values, (low, high) = labels.values, ends
    known = np.isfinite(values)
    if diverging and known.any():
        high = max(abs(low), abs(high))
        low = -high
    beyond = bool(known.any() and (values[known].min() < low or values[known].max() > high))
    span = high - low if high > low else 1.0
    codes = np.full(len(values), MISSING, dtype=np.uint8)
    codes[known] = np.rint(np.clip((values[known] - low) / span, 0, 1) * (STEPS - 1))
    told = {
        "kind": "number",
        "classes": [],
        "ramp": list((DIVERGING if diverging else SEQUENTIAL)[theme]),
        "low": f"{'≤ ' if beyond else ''}{shown(float(low))}",
        "high": f"{'≥ ' if beyond else ''}{shown(float(high))}",
        "without": int((~known).sum()),
    }
    return codes, told
