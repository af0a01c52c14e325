"""Intervals hold what they should, simulated: the mean of the number over samples of the same size.

40 simulations tell 95 % from less than 80 %; `benchmarks/coverage.py` runs 200 on more clouds.
"""

import pytest

from analysis.plugin import Analysis
from analysis.registry import analyses
from benchmarks.coverage import simulate

CLOUDS = ("falling", "clusters")
WITH_INTERVALS = [
    "collapse",
    "dimension",
    "dimension_scale",
    "dimensions",
    "distances",
    "hubness",
    "isotropy",
    "label_agreement",
    "spectrum",
    "uniformity",
]


def test_every_analysis_with_an_interval_is_simulated() -> None:
    assert sorted({*WITH_INTERVALS, "health"}) == sorted(analyses())


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("analysis", [analyses()[name] for name in WITH_INTERVALS], ids=lambda a: a.name)
def test_intervals_cover(analysis: Analysis, cloud: str) -> None:
    table = simulate(analysis, cloud, n=120, simulations=40, draws=100, seed=1, truth=150)
    assert len(table)
    for row in table.itertuples():
        assert row.coverage >= 0.8, f"{row.number}: {row.coverage:.2f}"
        assert 0.7 < row.width < 2.2, f"{row.number}: {row.width:.2f} of the exact width"
