"""Calibrated numbers on a page: a grey band for chance, a bar for the interval, a dot for the value, one line each.

The same picture as `analysis.figures.glyph`, whose SVG Streamlit's pages do not let through: made of boxes, so that
its words stay text and it folds into two lines on a phone.
"""

from collections.abc import Iterable, Mapping, Sequence

from analysis.figures.glyph import NOT_ABOVE, span_of
from analysis.figures.palette import ACCENT, GREY
from analysis.figures.words import decimals_of, shown
from analysis.number import Number
from ui import style
from ui.findings import Finding
from ui.words import escaped

Span = tuple[float, float]


def spans_of(findings: Iterable[Finding]) -> Mapping[str, Span]:
    """One scale for all numbers of a name, so that spaces can be compared by eye."""
    numbers: dict[str, list[Number]] = {}
    for finding in findings:
        if finding.number is not None and finding.number.value is not None:
            numbers.setdefault(finding.name, []).append(finding.number)
    return {name: span_of(found) for name, found in numbers.items()}


def lines(findings: Sequence[Finding], spans: Mapping[str, Span]) -> str:
    """The HTML of the numbers that are there."""
    rows = "".join(_line(finding, finding.number, spans) for finding in findings if finding.number is not None)
    return f'<div class="an-box"><div class="an-numbers">{rows}</div></div>' if rows else ""


def _line(finding: Finding, number: Number, spans: Mapping[str, Span]) -> str:
    chance = number.beyond_null is False
    kind, says = " grey" if chance else "", escaped(finding.says)
    name = f'<a class="name" data-page="{escaped(finding.analysis)}" title="{says}">{escaped(finding.name)}</a>'
    if number.value is None:
        return f'<div class="row grey">{name}<span class="why">no answer: {escaped(number.why)}</span></div>'
    count = number.low is None and float(number.value).is_integer()
    places = 0 if count else decimals_of(number.value)
    interval = ""
    if number.low is not None and number.high is not None:
        interval = f"[{shown(number.low, places)}, {shown(number.high, places)}]"
    tail = NOT_ABOVE if chance else "" if number.n is None else f"n {number.n:,}"
    return (
        f'<div class="row{kind}">{name}{_value(number.value, places)}'
        f'<span class="interval">{interval}</span>{_scale(number, spans.get(finding.name) or span_of([number]))}'
        f'<span class="tail">{tail}</span></div>'
    )


def _value(value: float, places: int) -> str:
    """A value whose decimal point stands under the others'."""
    whole, point, rest = shown(value, places).partition(".")
    return f'<b class="value"><span>{whole}</span><span>{point}{rest}</span></b>'


def _scale(number: Number, span: Span) -> str:
    """The scale alone: an axis with chance, interval and value on it."""
    low, high = span
    mark = GREY if number.beyond_null is False else ACCENT[style.theme()]

    def at(value: float) -> float:
        return 100 * min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 50.0

    def box(kind: str, left: float, right: float, color: str) -> str:
        place = f"left:{at(left):.2f}%;width:max({at(right) - at(left):.2f}%,2px)"
        return f'<i class="{kind}" style="{place};background:{color}"></i>'

    parts = []
    if number.null_low is not None and number.null_high is not None:
        parts.append(box("chance", number.null_low, number.null_high, GREY))
    if number.low is not None and number.high is not None:
        parts.append(box("range", number.low, number.high, mark))
    assert number.value is not None
    parts.append(f'<i class="dot" style="left:{at(number.value):.2f}%;background:{mark}"></i>')
    said = [f"value {shown(number.value)}"]
    if number.null_low is not None and number.null_high is not None:
        said.append(f"chance {shown(number.null_low)} to {shown(number.null_high)}")
    return f'<span class="scale" title="{", ".join(said)}">{"".join(parts)}</span>'
