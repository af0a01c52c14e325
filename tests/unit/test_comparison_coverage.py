"""Intervals and nulls of the comparisons hold, simulated: 20 simulations with a tolerance to match.

`benchmarks/comparison_coverage.py` runs 200.
"""

import pytest

from analysis.registry import comparisons
from benchmarks.comparison_coverage import simulate

QUICK = [one for one in comparisons().values() if one.basis != "pairs"]  # the others take the longest


@pytest.mark.parametrize("world", ["shared", "noisy"])
def test_intervals_cover_the_mean_over_samples_of_the_same_size(world: str) -> None:
    table = simulate(QUICK, world, n=100, simulations=20, draws=80, seed=1, truth=100)
    assert set(table["number"].str.partition("@")[0]) == {one.name for one in QUICK}
    for row in table.itertuples():
        assert row.coverage >= 0.75, f"{row.number}: {row.coverage:.2f}"
        assert 0.7 < row.width < 2.2, f"{row.number}: {row.width:.2f} of the exact width"


def test_unrelated_spaces_are_within_chance() -> None:
    table = simulate(list(comparisons().values()), "unrelated", n=100, simulations=20, draws=80, seed=1, truth=20)
    assert len(table) == len(comparisons())
    for row in table.itertuples():
        assert row.within_chance >= 0.75, f"{row.number}: {row.within_chance:.2f}"
