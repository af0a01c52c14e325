"""The answer that the page of graphs opens with: are linked samples near, and of one kind, and what chance gives."""

from collections.abc import Mapping

from analysis.number import Number
from analysis.result import Result

NEAR, SAME = "link_auroc", "homophily"


def nearness(results: Mapping[str, Result], space: str) -> str:
    """How often a linked pair is nearer than an unlinked one: in the space that is looked at, then in the others.

    Empty where that space has no such number.
    """
    mine = _number(results.get(space), NEAR)
    if mine is None:
        return ""
    said = f"In {space}, a linked pair is nearer than an unlinked one {_percent(mine)} of the time"
    chance = _chance(mine)
    if chance:
        within = mine.beyond_null is False
        said += f", {'no more than' if within else 'against'} {chance} in graphs rewired at the same degrees"
    others = {name: _number(result, NEAR) for name, result in results.items() if name != space}
    known = sorted(((one.value, name) for name, one in others.items() if one and one.value is not None), reverse=True)
    beside = ", ".join(f"in {name} {_share(value)}" for value, name in known)
    return f"{said}.{f' {beside[0].upper()}{beside[1:]}.' if beside else ''}"


def sameness(card: Result | None, label: str) -> str:
    """How often a link joins two samples of the same class, beside labels shuffled; empty where it is not known."""
    number = _number(card, SAME)
    if number is None:
        return ""
    chance = _chance(number)
    within = "no more than " if number.beyond_null is False else ""
    beside = f" ({within}{chance} where labels are shuffled)" if chance else ""
    return f"A link joins two of the same {label} {_percent(number)} of the time{beside}."


def _number(result: Result | None, name: str) -> Number | None:
    number = None if result is None else result.numbers.get(name)
    return number if number is not None and number.value is not None else None


def _percent(number: Number) -> str:
    ends = "" if number.low is None or number.high is None else f" [{100 * number.low:.1f}, {100 * number.high:.1f}]"
    return f"{100 * (number.value or 0):.1f} %{ends}"


def _chance(number: Number) -> str:
    if number.null_mean is None:
        return ""
    known = number.null_low is not None and number.null_high is not None
    ends = f" [{100 * (number.null_low or 0):.0f}, {100 * (number.null_high or 0):.0f}]" if known else ""
    return f"{100 * number.null_mean:.0f} %{ends}"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
