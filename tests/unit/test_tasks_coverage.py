"""Intervals of scores hold, and equal spaces rarely differ, simulated; `benchmarks/task_coverage.py` runs 200."""

import numpy as np
import pytest

from analysis.tasks.answers import ClassAnswers
from analysis.tasks.intervals import Scores, judged, scores_of, spread_of
from benchmarks.task_coverage import coverage, false_alarms


@pytest.mark.parametrize(
    ("kind", "method"), [("column", "knn"), ("column", "retrieval"), ("column", "linear"), ("files", "linear")]
)
def test_intervals_cover_the_mean_over_other_samples(kind: str, method: str) -> None:
    table = coverage(kind, method, simulations=40, draws=80, seed=1, truth=60)
    for row in table.itertuples():
        assert row.coverage >= 0.85, f"{row.number} of {method}: {row.coverage:.2f}"
    assert table["coverage"].mean() >= 0.9


def test_equal_spaces_rarely_differ() -> None:
    assert false_alarms(simulations=30, draws=60, seed=2) <= 0.15


def test_seeds_that_differ_widen_the_interval_as_student_says() -> None:
    """With samples that say nothing, the interval is the classical one of three values."""
    values = np.array([0.4, 0.5, 0.6])
    spread = spread_of(Scores(values, np.tile(values, (50, 1))))
    assert spread is not None and spread.freedom == pytest.approx(2)
    assert spread.high == pytest.approx(4.30265 * 0.1 / np.sqrt(3), rel=1e-4) and spread.low == pytest.approx(
        -spread.high
    )
    assert spread.p_value(0.1) == pytest.approx(0.2254, abs=1e-3)  # t = 1.732 with 2 degrees of freedom


def test_too_few_draws_with_a_number_give_no_interval() -> None:
    drawn = np.full((100, 1), np.nan)
    drawn[:30] = 0.5
    assert spread_of(Scores(np.array([0.5]), drawn)) is None


def test_a_number_that_is_not_one_says_why_and_the_others_stand() -> None:
    alone = ClassAnswers(np.arange(5), np.zeros(5, int), np.array([0, 0, 0, 1, 0]), np.full((5, 2), 0.5))
    scores = scores_of([alone], np.arange(5), draws=40, seed=0)
    numbers = judged(scores, {}, n=5, stretch=1.0, asked=40, notes=[])
    assert numbers["accuracy"].value == 0.8 and numbers["accuracy"].low is not None
    assert numbers["auroc"].value is None and "of one class" in numbers["auroc"].why
    assert numbers["mcc"].value is None and numbers["mcc"].why.startswith("mcc is not a number:")


def test_answers_that_are_all_right_leave_room_for_error() -> None:
    right = ClassAnswers(np.arange(30), np.arange(30) % 2, np.arange(30) % 2, ranking=False)
    number = judged(scores_of([right], np.arange(30), draws=40, seed=0), {}, n=30, stretch=1, asked=40, notes=[])[
        "accuracy"
    ]
    assert number.value == 1.0 and number.high == 1.0 and number.low == pytest.approx(0.8865, abs=1e-3)  # Wilson
