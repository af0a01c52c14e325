"""Whether a number of a space goes with a score on a task: rank correlation over spaces, and how far to believe it.

Spearman's rho and Kendall's tau-b. Interval: the spaces drawn with repeats, percentiles. p: the scores shuffled
among the spaces, every order where these are few. Without one family at a time: whether the correlation is more than
one kind of checkpoint apart from the others. Many numbers against many scores: Westfall and Young's (1993) smallest p
of all of them under the same orders, so that 5 % is the chance that any number is marked where none predicts anything;
scores known of other spaces are dealt by themselves, and their p counts as often as there are such groups (Bonferroni).

Spaces count as independent, which layers of one checkpoint are not: their p is too small, and the families say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.figures.words import shown
from analysis.number import CannotAnalyze

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

FEWEST = 5  # spaces, below which nothing can be said
LEFT = 4  # spaces that must be left without a family
EXACT = 7  # spaces up to which every order is tried
DRAWS = 1999  # orders of more, beside the one there is; as many draws for an interval
LEVEL = 0.05
SAME = 1e-9  # correlations nearer to one another are equal
TABLE = ["axis", "score", "n", "spearman", "p", "p_corrected", "significant", "lowest_without", "highest_without"]


@dataclass(frozen=True)
class Correlation:
    """A rank correlation with its 95 % interval (None for one that is perfect) and p, two-sided."""

    value: float
    low: float | None
    high: float | None
    p: float

    @property
    def words(self) -> str:
        """It with its interval and p.

        >>> Correlation(0.9, 0.61, 1.0, 0.0005).words
        '0.90 [0.61, 1.00], p < .001'
        """
        ends = "" if self.low is None else f" [{shown(self.low, 2)}, {shown(self.high, 2)}]"
        return f"{shown(self.value, 2)}{ends}, p {'< .001' if self.p < 0.001 else '= ' + f'{self.p:.3f}'.lstrip('0')}"


@dataclass(frozen=True, eq=False)
class Relation:
    """How a number goes with a score over n spaces.

    `exact`: p is of every order. `without`: family, n (spaces left), spearman, kendall; NaN where too few are left, or
    all of them are equal.
    """

    n: int
    spearman: Correlation
    kendall: Correlation
    exact: bool
    without: pd.DataFrame

    @property
    def spread(self) -> tuple[float, float] | None:
        """The least and the largest Spearman without one family; None where none can be left out."""
        known = self.without["spearman"].dropna()
        return (float(known.min()), float(known.max())) if len(known) else None

    @property
    def words(self) -> str:
        """Spearman's correlation over how many spaces."""
        return f"Spearman {self.spearman.words}, over {self.n} spaces"

    def verdict(self, x: str, y: str) -> str:
        """Whether number and score go together, in a sentence."""
        if self.spearman.p >= LEVEL:
            return f"Nothing says that {x} goes with {y}."
        return f"Spaces with a higher {x} have a {'higher' if self.spearman.value > 0 else 'lower'} {y}."

    @property
    def stands(self) -> str:
        """What is left of it without one family, in a sentence."""
        if self.spread is None:
            return "Its spaces are too few, or all of one family, for any family to be left out."
        low, high = self.spread
        none = int(self.without["spearman"].isna().sum())
        some = f" ({none} {'family' if none == 1 else 'families'} cannot be left out)" if none else ""
        between = f"is {shown(low, 2)}" if high - low < 0.005 else f"lies between {shown(low, 2)} and {shown(high, 2)}"
        return f"Without one family at a time it {between}{some}."


def relation(x: npt.ArrayLike, y: npt.ArrayLike, families: Sequence[str], *, seed: int) -> Relation:
    """How x goes with y, both known of every space; CannotAnalyze where spaces are few or all alike."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    n = len(a)
    if n < FEWEST:
        known = "1 space has" if n == 1 else f"{n} spaces have"
        raise CannotAnalyze(f"{known} both numbers, and of fewer than {FEWEST} nothing can be said.")
    for values, what in ((a, "number"), (b, "score")):
        if np.ptp(values) == 0:
            raise CannotAnalyze(f"The {what} is the same in all {n} spaces, so nothing goes with it.")
    rng = np.random.default_rng([seed, 53])
    dealt, drawn = b[orders(n, rng)], rng.integers(n, size=(DRAWS, n))
    found = []
    for measure in (spearman, kendall):
        value = float(measure(a, b))
        under = measure(a, dealt)
        others = measure(a[drawn], b[drawn])
        low, high = np.nanquantile(others, [0.025, 0.975]).tolist() if abs(value) < 1 - SAME else (None, None)
        found.append(Correlation(value, low, high, float((np.abs(under) >= abs(value) - SAME).mean())))
    return Relation(n, found[0], found[1], n <= EXACT, without_each(a, b, families))


def without_each(x: Floats, y: Floats, families: Sequence[str]) -> pd.DataFrame:
    """Both correlations without each family in turn."""
    rows = []
    for family in dict.fromkeys(families):
        kept = np.array([one != family for one in families])
        few = kept.sum() < LEFT
        values = [np.nan if few else float(measure(x[kept], y[kept])) for measure in (spearman, kendall)]
        rows.append((family, int(kept.sum()), *values))
    return pd.DataFrame(rows, columns=["family", "n", "spearman", "kendall"])


def predictions(numbers: pd.DataFrame, scores: pd.DataFrame, families: Mapping[str, str], *, seed: int) -> pd.DataFrame:
    """Every number against every score: TABLE, most significant first.

    `numbers`, `scores`: space, axis, value. `p_corrected`: for all the pairs in the table. `lowest_without`,
    `highest_without`: without one family. Pairs of fewer than five spaces, or without any variation, are left out.
    """
    x, y = (one.pivot_table(index="space", columns="axis", values="value", sort=False) for one in (numbers, scores))
    groups: dict[frozenset[str], list[str]] = {}
    for score in y:
        groups.setdefault(frozenset(map(str, y.index[y[score].notna()])), []).append(str(score))
    groups = {known: mine for known, mine in groups.items() if len(known & set(x.index)) >= FEWEST}
    rows = [
        row
        for known, mine in groups.items()
        for row in _of_group(x.reindex([name for name in x.index if name in known]), y[mine], families, seed)
    ]
    table = pd.DataFrame(rows, columns=TABLE)
    table["p_corrected"] = np.minimum(table["p_corrected"].astype(float) * len(groups), 1.0)
    table["significant"] = table["p_corrected"] < LEVEL
    order = table.assign(size=-table["spearman"].abs()).sort_values(["p_corrected", "size"], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _of_group(x: pd.DataFrame, y: pd.DataFrame, families: Mapping[str, str], seed: int) -> list[tuple[object, ...]]:
    """All numbers against scores that are known of the same spaces."""
    y = y.loc[x.index]
    order = orders(len(x), np.random.default_rng([seed, 59]))
    names, rows = np.array(x.index), []
    shares: list[Floats] = []  # of orders with at least such a correlation, for each order
    for held, mine in _by_spaces(x).items():
        kept = np.frombuffer(held, dtype=bool)
        for score in y:
            target = y[score].to_numpy(dtype=np.float64)
            if np.ptp(target[kept]) == 0:
                continue
            under = _standard(target[order][:, kept])  # (orders, spaces)
            for axis in mine:
                values = x[axis].to_numpy(dtype=np.float64)[kept]
                with_each = np.nan_to_num(under @ _standard(values))  # all equal under an order: 0
                shares.append(_share_beyond(np.abs(with_each)))
                without = without_each(values, target[kept], [families[name] for name in names[kept]])["spearman"]
                p = float(shares[-1][0])
                found = (axis, score, int(kept.sum()), float(with_each[0]), p)
                rows.append((*found, np.nan, False, float(without.min()), float(without.max())))
    if not rows:
        return []
    smallest = np.min(shares, axis=0)
    return [(*row[:5], float((smallest <= row[4] + 1e-12).mean()), *row[6:]) for row in rows]


def _by_spaces(x: pd.DataFrame) -> dict[bytes, list[str]]:
    """The numbers that vary, by the spaces that they are known of."""
    found: dict[bytes, list[str]] = {}
    for axis in x:
        known = x[axis].notna().to_numpy()
        if known.sum() >= FEWEST and np.ptp(x[axis].to_numpy(dtype=np.float64)[known]) > 0:
            found.setdefault(known.tobytes(), []).append(str(axis))
    return found


def _share_beyond(sizes: Floats) -> Floats:
    """For each value the share of all that are as large or larger: its p under the orders."""
    below = np.searchsorted(np.sort(sizes), sizes - SAME, side="left")
    shares: Floats = (len(sizes) - below) / len(sizes)
    return shares


def orders(n: int, rng: np.random.Generator) -> Rows:
    """Orders of n things, (m, n), the one there is first: every one of up to EXACT, else DRAWS more at random."""
    if n <= EXACT:
        return np.array(list(permutations(range(n))), dtype=np.intp)
    drawn = rng.permuted(np.tile(np.arange(n), (DRAWS, 1)), axis=1)
    return np.vstack([np.arange(n), drawn])


def spearman(x: Floats, y: Floats) -> Floats:
    """Spearman's rho along the last axis; NaN where all are equal."""
    found: Floats = (_standard(x) * _standard(y)).sum(axis=-1)
    return found


def _standard(values: Floats) -> Floats:
    """Ranks along the last axis, less their mean and at length one."""
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=-1)
    ranks -= ranks.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(ranks, axis=-1, keepdims=True)
    found: Floats = ranks / np.where(length > 0, length, np.nan)
    return found


def kendall(x: Floats, y: Floats) -> Floats:
    """Kendall's tau-b along the last axis; NaN where all are equal."""
    i, j = np.triu_indices(x.shape[-1], 1)
    a, b = (np.sign(values[..., i] - values[..., j]) for values in (x, y))
    both = (a**2).sum(axis=-1) * (b**2).sum(axis=-1)
    found: Floats = (a * b).sum(axis=-1) / np.sqrt(np.where(both > 0, both, np.nan))
    return found
