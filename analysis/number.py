"""A number with everything needed to judge it: n, interval, null, seconds, or the reason why there is none."""

import math
from dataclasses import dataclass


class CannotAnalyze(ValueError):
    """A question that has no answer here, said in one sentence. No failure: the row stays, its value empty.

    `numbers`: the names it is about; none means all that the analysis describes.
    """

    def __init__(self, why: str, *numbers: str) -> None:
        super().__init__(why)
        self.numbers = numbers


@dataclass(frozen=True, kw_only=True)
class Number:
    """One row of `numbers.csv`.

    `low`, `high`: 95 % interval. `null_low`, `null_high`: 2.5th and 97.5th percentile of the null.
    A value of None comes with `why`, the sentence that says why the question has no answer.
    """

    value: float | None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    null_mean: float | None = None
    null_low: float | None = None
    null_high: float | None = None
    seconds: float | None = None
    why: str = ""

    def __post_init__(self) -> None:
        """Refuse what would be read as a plausible value."""
        if (self.value is None) != bool(self.why):
            raise ValueError(f"a number has either a value or a reason, not {self.value!r} and {self.why!r}")
        for name in ("value", "low", "high", "null_mean", "null_low", "null_high"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{name} of a number must be finite, not {number!r}")

    @property
    def beyond_null(self) -> bool | None:
        """Whether the value lies outside its null's 95 % band; None where there is no null."""
        if self.value is None or self.null_low is None or self.null_high is None:
            return None
        return not self.null_low <= self.value <= self.null_high


def wilson(share: float, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    >>> [round(end, 3) for end in wilson(1.0, 200)]
    [0.981, 1.0]
    """
    z = 1.959964
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * (share * (1 - share) / trials + z * z / (4 * trials**2)) ** 0.5
    return (0.0 if share == 0 else max(0.0, middle - half)), (1.0 if share == 1 else min(1.0, middle + half))
