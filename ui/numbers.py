"""Calibrated numbers on a page: a grey band for chance, a bar for the interval, a dot for the value, one line each.

The same picture as `analysis.figures.glyph`, whose SVG Streamlit's pages do not let through: made of boxes, so that
its words stay text and it folds into two lines on a phone.
"""

from collections.abc import Iterable, Mapping, Sequence

from analysis.figures.glyph import NOT_ABOVE, span_of
from analysis.figures.palette import ACCENT, GREY
from analysis.figures.words import decimals_of, end, shown
from analysis.number import Number
from analysis.registry import analyses
from analysis.uncertainty import how_made
from ui import style
from ui.findings import Finding
from ui.words import escaped

Span = tuple[float, float]
STRIP = "Each strip: the dot is the value, the bar its 95 % interval, the grey band what chance alone would give."
BANDLESS = "Each strip: the dot is the value, the bar its 95 % interval; what chance would give is not defined here."


def spans_of(findings: Iterable[Finding]) -> Mapping[str, Span]:
    """One scale for all numbers of a name, so that spaces can be compared by eye."""
    numbers: dict[str, list[Number]] = {}
    for finding in findings:
        if finding.number is not None and finding.number.value is not None:
            numbers.setdefault(finding.name, []).append(finding.number)
    return {name: span_of(found) for name, found in numbers.items()}


def lines(findings: Sequence[Finding], spans: Mapping[str, Span], *, with_chance: bool = False) -> str:
    """The HTML of the numbers that are there; `with_chance`: what chance gives in figures too, on a line of its own."""
    there = [(finding, finding.number) for finding in findings if finding.number is not None]
    rows = "".join(_line(finding, number, spans, with_chance) for finding, number in there)
    kind = "an-numbers full" if with_chance else "an-numbers"
    return f'<div class="an-box"><div class="{kind}">{rows}</div></div>' if rows else ""


def meanings(findings: Iterable[Finding]) -> str:
    """The HTML of what each name means, once."""
    says = {finding.name: finding.says for finding in findings if finding.number is not None}
    return "".join(
        f'<p class="an-quiet"><b>{escaped(name)}</b> – {escaped(what)}{_at(name)}</p>' for name, what in says.items()
    )


def _at(name: str) -> str:
    _, _, k = name.partition("@")
    return f" @{k}: over {k} neighbours." if k else ""


def _line(finding: Finding, number: Number, spans: Mapping[str, Span], with_chance: bool) -> str:
    chance = number.beyond_null is False
    made = how_made(analyses()[finding.analysis]) if finding.analysis in analyses() else ""
    kind, says = " grey" if chance else "", escaped(f"{finding.says} {made}".strip())
    name = f'<a class="name" data-page="{escaped(finding.analysis)}" title="{says}">{escaped(finding.name)}</a>'
    if number.value is None:
        return f'<div class="row grey">{name}<span class="why">no answer: {escaped(number.why)}</span></div>'
    count = number.low is None and number.null_low is None and float(number.value).is_integer()
    places = 0 if count else decimals_of(number.value)
    interval = ""
    if number.low is not None and number.high is not None:
        interval = f"[{shown(number.low, places)}, {shown(number.high, places)}]"
    interval += f'<span class="of"> of {finding.width}</span>' if finding.width else ""
    tail = _tail(number, places, count, with_chance)
    scale = '<span class="none"></span>' if count else _scale(number, spans.get(finding.name) or span_of([number]))
    return (
        f'<div class="row{kind}">{name}{_value(number.value, places)}'
        f'<span class="interval">{interval}</span>{scale}<span class="tail">{tail}</span></div>'
    )


def _tail(number: Number, places: int, count: bool, with_chance: bool) -> str:
    n = "" if number.n is None else f"of {number.n:,}" if count else f"n {number.n:,}"
    within = number.beyond_null is False
    if not with_chance or number.null_mean is None:
        return NOT_ABOVE if within else n
    places = min(places, decimals_of(number.null_mean))
    mean, low, high = (shown(given, places) for given in (number.null_mean, number.null_low, number.null_high))
    return f"{NOT_ABOVE if within else 'chance'} {mean} [{low}, {high}] · {n}"


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
    axis = f'<span class="scale">{"".join(parts)}</span>'
    return f'<span class="strip" title="{", ".join(said)}"><i>{end(low)}</i>{axis}<i>{end(high)}</i></span>'
