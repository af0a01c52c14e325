"""Samples: proportional, seeded, at least one per class, in the file's order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.datasets.sampling import quotas, sample_rows


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.data())
def test_quotas_sum_up_and_never_exceed_a_class(counts: list[int], data: st.DataObject) -> None:
    sample = data.draw(st.integers(1, sum(counts)))
    found = quotas(np.array(counts), sample)
    assert found.sum() == sample
    assert (found >= 0).all() and (found <= counts).all()
    if sample >= len(counts):
        assert (found >= 1).all()


def test_quotas_are_proportional_where_shares_are_whole() -> None:
    assert quotas(np.array([100, 200, 700]), 100).tolist() == [10, 20, 70]


def test_all_rows_come_where_the_sample_is_zero_or_large() -> None:
    for sample in (0, 5, 9):
        assert sample_rows(5, sample, 0).tolist() == [0, 1, 2, 3, 4]


def test_rows_without_a_label_are_a_class_of_their_own() -> None:
    label = pd.Series(["a"] * 50 + [None] * 50, dtype="str", name="label")
    rows = sample_rows(100, 10, 0, label)
    assert ((rows < 50).sum(), (rows >= 50).sum()) == (5, 5)


def test_the_same_seed_gives_the_same_rows_in_order() -> None:
    label = pd.Series(list("ab") * 500, name="label")
    first = sample_rows(1000, 100, 7, label)
    assert first.tolist() == sample_rows(1000, 100, 7, label).tolist() == sorted(set(first.tolist()))
    assert first.tolist() != sample_rows(1000, 100, 8, label).tolist()


def test_a_numeric_label_does_not_stratify() -> None:
    label = pd.Series([str(i) for i in range(1000)], name="year")
    assert len(sample_rows(1000, 10, 0, label)) == 10


@pytest.mark.parametrize("sample", [1, 2])
def test_fewer_places_than_classes_go_to_the_largest(sample: int) -> None:
    assert quotas(np.array([1, 10, 100]), sample).tolist() in ([0, 0, 1], [0, 0, 2])
