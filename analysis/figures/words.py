"""How numbers and names are written: the same number looks the same in titles, tables and glyphs."""

import html
import math
import re
import textwrap
from collections.abc import Sequence

from analysis.number import Number
from analysis.result import Result

LEAST = 5e-4  # what is shown in decimals
LONGEST_HOVER = 200  # characters of one text in a hover card
HOVER_LINE = 60
LINES = re.compile(rf"\S.{{0,{HOVER_LINE - 1}}}(?!\S)|\S{{{HOVER_LINE}}}")  # textwrap would take 50 µs a text


def value_of(result: Result, name: str) -> Number:
    """The number of this name, called `name@k` by now where it depends on k."""
    for known, number in result.numbers.items():
        if known.split("@")[0] == name:
            return number
    return Number(value=None, why=f"No {name} was computed.")


def shown(value: float | None, decimals: int | None = None) -> str:
    """A number to about three digits; the decimals can be fixed, so that an interval has its value's.

    >>> shown(0.9412), shown(63.27), shown(2211), shown(-0.00123), shown(-0.001, 2), shown(None)
    ('0.94', '63.3', '2,211', '−0.0012', '0.00', '–')
    """
    if value is None:
        return "–"
    places = decimals_of(value) if decimals is None else decimals
    text = f"{value:,.{places}f}"
    return text.replace("-", "−" if text.strip("-0.") else "")  # no minus before what is shown as zero


def decimals_of(value: float) -> int:
    """Decimals that show a value to about three digits."""
    size = abs(value)
    if size >= 100:
        return 0
    if size >= 10:
        return 1
    return 2 if size >= 0.1 or size == 0 else min(4, 2 + (size < 0.1) + (size < 0.01))


def end(value: float) -> str:
    """The round end of a scale, in no more decimals than it has.

    >>> end(0.6000000001), end(200.0), end(-2500.0)
    ('0.6', '200', '−2,500')
    """
    return f"{round(value, 9) + 0.0:,.10g}".replace("-", "−")


def small(value: float) -> str:
    """A number as everywhere, and by its power of ten where it would else look like zero.

    >>> small(0.12), small(0.00004)
    ('0.12', '4.0e−5')
    """
    if value == 0 or abs(value) >= LEAST:
        return shown(value)
    return f"{value:.1e}".replace("e-0", "e-").replace("-", "−")


def with_interval(number: Number) -> str:
    """A value with its interval, in as many decimals as the interval's width needs.

    >>> with_interval(Number(value=0.9412, low=0.93, high=0.951))
    '0.94 [0.93, 0.95]'
    >>> with_interval(Number(value=0.9821, low=0.9790, high=0.9847))
    '0.982 [0.979, 0.985]'
    """
    if number.value is None:
        return "–"
    places = decimals_of(number.value)
    if number.low is None or number.high is None:
        return shown(number.value, 0 if number.value == round(number.value) else places)  # a count
    width = number.high - number.low
    if width > 0:
        places = min(max(places, math.ceil(-math.log10(width))), 6)
    return f"{shown(number.value, places)} [{shown(number.low, places)}, {shown(number.high, places)}]"


def with_gap(number: Number) -> str:
    """A difference with its interval, in as many decimals as the interval's width needs, whatever its own size.

    >>> with_gap(Number(value=0.01, low=-0.0107, high=0.0296))
    '0.010 [−0.011, 0.030]'
    """
    if number.value is None or number.low is None or number.high is None or number.high <= number.low:
        return with_interval(number)
    needed = math.ceil(-math.log10(number.high - number.low))
    places = min(max(needed, min(decimals_of(number.value), needed + 1), 0), 6)
    return f"{shown(number.value, places)} [{shown(number.low, places)}, {shown(number.high, places)}]"


def plain(text: object) -> str:
    """Text that plotly, which reads some HTML, shows as it is."""
    return html.escape(str(text), quote=False)


def cut(text: object, limit: int = LONGEST_HOVER) -> str:
    """Text of at most so many characters on one line, the last an ellipsis where some are left out."""
    flat = " ".join(str(text)[: limit * 4].split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def hover(text: object) -> str:
    """Text for a hover card: cut, wrapped and escaped.

    >>> hover("a < b")
    'a &lt; b'
    """
    flat = cut(text)
    lines = [flat] if len(flat) <= HOVER_LINE else LINES.findall(flat)
    return "<br>".join(plain(line) for line in lines)


def headline(text: str, line: int = 62) -> str:
    """A figure's title: wrapped and escaped, names in it cut by who writes it."""
    return "<br>".join(plain(part) for part in textwrap.wrap(text, line))


def listed(words: Sequence[str], longest: int = 4) -> str:
    """Words as a list in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d", "e", "f"])
    ('a, b and c', 'a, b, c and 3 more')
    """
    if len(words) > longest:
        return f"{', '.join(words[: longest - 1])} and {len(words) - longest + 1} more"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
