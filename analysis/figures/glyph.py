"""One number, calibrated: a grey band for chance, a bar for the interval, a dot for the value. The same everywhere.

    knn accuracy   0.94 [0.93, 0.95]   ░░░░──────────────●━      n 2,211

A value inside its null is grey, text and all, and says so. The glyph is one inline SVG, so that tables, titles, cards
and reports can hold it; all text in it is escaped.
"""

import html
import math

from analysis.figures.palette import ACCENT, FAINT, GREY, INK, Theme
from analysis.figures.theme import FONT
from analysis.figures.words import cut, shown, with_interval
from analysis.number import Number

HEIGHT, LABEL, VALUE, SCALE, COUNT = 24, 130, 150, 180, 200  # pixels: the row, then its four columns
NOT_ABOVE = "not above chance"


def span_of(numbers: list[Number]) -> tuple[float, float]:
    """The range, with round ends, that holds values, intervals and nulls of numbers drawn under one another."""
    fields = ("value", "low", "high", "null_low", "null_high")
    ends = [getattr(number, name) for number in numbers for name in fields]
    known = [end for end in ends if end is not None]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if low == high:
        return low - 0.5, high + 0.5
    about = (high - low) / 8
    power = 10.0 ** math.floor(math.log10(about))
    step = next(power * part for part in (1, 2, 5, 10) if power * part >= about)
    slack = 0.02  # of a step: what sticks out by less is drawn at the end
    return math.floor(low / step + slack) * step, math.ceil(high / step - slack) * step


def glyph(
    name: str,
    number: Number,
    *,
    span: tuple[float, float] | None = None,
    theme: Theme = "light",
    explain: str = "",
) -> str:
    """Draw a number as one line of SVG; `span`: the range of the scale, `explain`: the words on hovering."""
    chance = number.beyond_null is False
    ink, mark = (GREY, GREY) if chance else (INK[theme], ACCENT[theme])
    words = number.why if number.value is None else with_interval(number)
    said = f"{name} {words}" + (f", {NOT_ABOVE}" if chance else "")
    width = LABEL + VALUE + SCALE + COUNT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_text(said)}" width="{width}"'
        f' height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" font-family="{_text(FONT)}" font-size="13">',
        f"<title>{_text(explain or said)}</title>",
        _words(0, ink, cut(name, 20)),
    ]
    if number.value is None:
        parts.append(_words(LABEL, GREY, cut(f"no answer: {number.why}", 66)))
    else:
        parts.append(_words(LABEL, ink, words))
        parts += _scale(number, span or span_of([number]), mark, FAINT[theme])
        beside = ([] if number.n is None else [f"n {number.n:,}"]) + [NOT_ABOVE] * chance
        parts.append(_words(LABEL + VALUE + SCALE + 8, GREY, " · ".join(beside)))
    return "".join([*parts, "</svg>"])


def _scale(number: Number, span: tuple[float, float], mark: str, faint: str) -> list[str]:
    low, high = span
    middle = HEIGHT / 2

    def x(value: float | None) -> float:
        share = 0.5 if value is None or high <= low else (value - low) / (high - low)
        return LABEL + VALUE + SCALE * min(max(share, 0.0), 1.0)

    parts = [_line(x(low), x(high), middle, faint, 1)]
    if number.null_low is not None and number.null_high is not None:
        left, right = x(number.null_low), x(number.null_high)
        parts.append(
            f'<rect x="{left:.1f}" y="{middle - 6}" width="{max(right - left, 2):.1f}" height="12" fill="{GREY}"'
            f' fill-opacity="0.35"><title>chance: {shown(number.null_low)} to {shown(number.null_high)}</title></rect>'
        )
    if number.low is not None and number.high is not None:
        parts.append(_line(x(number.low), x(number.high), middle, mark, 4))
    parts.append(f'<circle cx="{x(number.value):.1f}" cy="{middle}" r="4.5" fill="{mark}"/>')
    return parts


def _line(left: float, right: float, y: float, color: str, width: int) -> str:
    return f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y}" y2="{y}" stroke="{color}" stroke-width="{width}"/>'


def _words(x: float, color: str, text: str) -> str:
    return f'<text x="{x}" y="{HEIGHT / 2 + 4.5}" fill="{color}">{_text(text)}</text>'


def _text(text: str) -> str:
    return html.escape(text, quote=True)
