"""What a map is coloured by, as one byte per point: the code of a category or of a step of a ramp."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.figures.palette import DIVERGING, GREY, LABELS, OTHER, SEQUENTIAL, Theme, label_colors
from analysis.figures.scatter import OUTLYING
from analysis.figures.words import cut, shown
from analysis.labels import Labels

MISSING = 255  # the code of a missing value; `ui/webgl/legend.js` knows both
STEPS = 254  # codes of a ramp
LONGEST = 120  # characters of a category's name
OTHERS = 254  # the code of all categories beyond the palette


@dataclass(frozen=True, eq=False)
class Coded:
    """`codes`: one byte per point. `told`: what the browser is told of them: classes or ramp, counts, ends."""

    key: str
    codes: bytes
    told: dict[str, Any]


def coded(labels: Labels | None, theme: Theme, n: int, *, diverging: bool = False, grey: bool = False) -> Coded:
    """The codes of n points; without labels all have one colour, or are `grey` where they should have had another.

    `diverging`: 0 belongs in the ramp's middle.
    """
    if labels is None:
        classes = [{"code": 0, "color": GREY if grey else LABELS[theme][0], "name": "samples", "count": n}]
        told = {"kind": "none", "title": "", "classes": classes, "missing": GREY}
        return Coded(f"plain {n}", bytes(n), told)
    codes, told = _ramp(labels, theme, diverging=diverging) if labels.kind == "numeric" else _classes(labels, theme)
    return Coded(
        f"{labels.key} {theme} {diverging}",
        codes.tobytes(),
        told | {"title": cut(labels.name, LONGEST), "missing": GREY},
    )


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


def _ramp(labels: Labels, theme: Theme, *, diverging: bool) -> tuple[npt.NDArray[np.uint8], dict[str, Any]]:
    """Numbers along the ramp between their 2nd and 98th percentile; those beyond take the ends' colours."""
    values = labels.values
    known = np.isfinite(values)
    low, high, beyond = 0.0, 1.0, False
    if known.any():
        low, high = np.quantile(values[known], [OUTLYING, 1 - OUTLYING])
        if low == high:
            low, high = values[known].min(), values[known].max()
        if diverging:
            high = max(abs(low), abs(high))
            low = -high
        beyond = bool(values[known].min() < low or values[known].max() > high)
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
