"""How a question is answered of very many samples: exactly by sums or from the kNN graph, or on a stated sample.

Each plug-in declares one of these, and pages say it in its words. None of them builds n × n.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class BySums:
    """Exact however many samples there are: sums over blocks of them, joined."""

    def __str__(self) -> str:
        return "Computed on all samples, however many, by sums over blocks of them."


@dataclass(frozen=True)
class FromGraph:
    """Exact from the kNN graph, whose recall is measured; `also`: what is not, in a sentence."""

    also: str = ""

    def __str__(self) -> str:
        return f"Computed on all samples from the kNN graph, whose recall is measured. {self.also}".rstrip()


@dataclass(frozen=True)
class OnSample:
    """Exact up to so many samples, beyond on `taken` of them, drawn once and for all; intervals are for as many.

    `numbers`: those of which this holds, where the others are exact by sums; none: all.
    """

    exact_up_to: int
    taken: int
    numbers: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = f"Computed ({' and '.join(self.numbers)}) on" if self.numbers else "Computed on"
        rest = " The other numbers: on all, by sums over blocks of them." if self.numbers else ""
        size = f"all samples up to {self.exact_up_to:,}, beyond on {self.taken:,} of them drawn at random"
        return f"{what} {size}.{rest}"


Scales = BySums | FromGraph | OnSample


def scale_of_basis(basis: str, taken: int) -> Scales:
    """How a comparison of two spaces scales, by what it is given; `taken`: samples of those that ask pairs."""
    if basis in ("neighbors", "directions"):
        return FromGraph()
    return OnSample(taken, taken) if basis == "pairs" else BySums()
