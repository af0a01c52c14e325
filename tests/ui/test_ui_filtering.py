"""Filters find text, ids and labels; no pattern can hang the page."""

import time

import numpy as np
import pandas as pd
import pytest

from analysis.dataset import Dataset
from models.errors import BadInput
from ui.filtering import mask_of, matching

SAMPLES = Dataset(
    "three",
    ("one", "two", "three"),
    pd.DataFrame({"colour": ["Rot", "blau", None]}),
    labels=("colour",),
    texts=["The first (really).", "Ein Ärgernis", "a.c"],
)


@pytest.mark.parametrize(
    ("pattern", "regex", "expected"),
    [
        ("FIRST", False, [1, 0, 0]),
        ("two", False, [0, 1, 0]),
        ("rot", False, [1, 0, 0]),
        ("är", False, [0, 1, 0]),
        ("(really)", False, [1, 0, 0]),
        ("a.c", False, [0, 0, 1]),
        ("^a.c$|rot", True, [1, 0, 1]),
        ("nowhere", True, [0, 0, 0]),
    ],
)
def test_a_pattern_is_found_in_text_id_or_label(pattern, regex, expected):
    assert matching(SAMPLES, pattern, regex=regex).tolist() == [bool(hit) for hit in expected]


@pytest.mark.parametrize("pattern", ["(a", "[", "a{5000}", "(?=x)", "((a{100}){100}){100}", "\\"])
def test_a_pattern_that_is_none_is_said_so_with_its_reason(pattern):
    with pytest.raises(BadInput, match="plain text") as caught:
        matching(SAMPLES, pattern, regex=True)
    assert pattern.replace("\\", "\\\\") in str(caught.value)
    assert mask_of(SAMPLES, pattern, regex=True) is None


def test_a_catastrophic_pattern_ends_at_once():
    samples = Dataset("long", ("1", "2"), pd.DataFrame(index=range(2)), texts=["a" * 50_000 + "!", "b"])
    start = time.perf_counter()
    assert matching(samples, r"(a+)+$|(a|aa)+$|(.*)*x", regex=True).tolist() == [False, False]
    assert time.perf_counter() - start < 1


def test_a_pattern_of_absurd_length_is_refused():
    with pytest.raises(BadInput, match="at most 1,000"):
        matching(SAMPLES, "a" * 1_001, regex=False)


def test_no_filter_leaves_nothing_out():
    assert mask_of(SAMPLES, "", regex=False) is None
    assert np.array_equal(mask_of(SAMPLES, "o", regex=False), [True, True, False])


@pytest.mark.parametrize("regex", [False, True])
def test_half_a_surrogate_pair_is_refused_in_a_sentence(regex):
    with pytest.raises(BadInput, match="half a surrogate pair") as error:
        matching(SAMPLES, "a\ud83d", regex=regex)
    assert str(error.value).isascii()
    assert mask_of(SAMPLES, "a\ud83d", regex=regex) is None
