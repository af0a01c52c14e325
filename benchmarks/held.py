"""How often intervals and nulls hold over many samples of a world: one loop for comparisons and estimators."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from analysis.result import Result

COLUMNS = ["number", "world", "mean", "coverage", "width", "within_chance", "simulations"]
HEAD = "| number | world | mean | coverage | width / exact | within chance |\n| --- | --- | --- | --- | --- | --- |"
EXACT = 3.92  # standard deviations that an exact 95 % interval is wide


def held_over(
    once: Callable[[int, int], Result], world: str, *, simulations: int, draws: int, truth: int
) -> pd.DataFrame:
    """Per number: its mean, how often intervals hold that, their width over the exact one, values within chance.

    `once` answers for one new sample, given the draws of null and interval and the seed; `truth`: further samples
    whose mean is what the intervals should hold.
    """
    values: dict[str, list[float]] = {}
    for turn in range(truth):
        for name, number in once(0, turn).numbers.items():
            if number.value is not None:
                values.setdefault(name, []).append(number.value)
    held: dict[str, list[tuple[bool, float, bool]]] = {}
    for turn in range(simulations):
        for name, number in once(draws, turn).numbers.items():
            if number.low is not None and number.high is not None:
                covers = number.low <= float(np.mean(values[name])) <= number.high
                held.setdefault(name, []).append((covers, number.high - number.low, not number.beyond_null))
    rows = []
    for name, drawn in held.items():
        covers, width, inside = (np.array(column, dtype=float) for column in zip(*drawn, strict=True))
        relative = float(width.mean()) / (EXACT * float(np.std(values[name])))
        rows.append((name, world, np.mean(values[name]), covers.mean(), relative, inside.mean(), len(drawn)))
    return pd.DataFrame(rows, columns=COLUMNS)


def print_held(tables: Iterable[pd.DataFrame], *, chance_in: str) -> None:
    """Print the tables as one in Markdown; values within chance mean something in the world `chance_in` alone."""
    print(HEAD)
    for table in tables:
        for row in table.itertuples():
            chance = f"{row.within_chance:.3f}" if row.world == chance_in else "–"
            print(
                f"| {row.number} | {row.world} | {row.mean:.3f} | {row.coverage:.3f} | {row.width:.2f} | {chance} |",
                flush=True,
            )
