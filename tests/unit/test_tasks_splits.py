"""Splits are honest: seeded, stratified, with what belongs together on one side."""

import numpy as np
import pandas as pd
import pytest

from analysis.labels import labels_of
from analysis.tasks.splits import counted, folds, overlapping, split, strata_of, units_of
from tests.worlds import categories, numbers


def column(codes: np.ndarray) -> object:
    return categories(*(f"c{code}" for code in codes))


def test_each_class_gives_a_fifth_and_a_seed_gives_the_same_again() -> None:
    codes = np.repeat([0, 1, 2], [100, 50, 7])
    labels = column(codes)
    one = split(labels, np.arange(157), 3)
    assert np.bincount(codes[one.test]).tolist() == [20, 10, 1]
    assert sorted([*one.train, *one.test]) == list(range(157))
    assert np.array_equal(one.test, split(labels, np.arange(157), 3).test)
    assert not np.array_equal(one.test, split(labels, np.arange(157), 4).test)


def test_a_class_of_one_sample_is_learnt_and_never_asked() -> None:
    codes = np.array([0] * 10 + [1] * 2 + [2])
    one = split(column(codes), np.arange(13), 0)
    assert 12 in one.train and np.bincount(codes[one.test], minlength=3).tolist() == [2, 1, 0]
    alone = split(column(np.arange(8)), np.arange(8), 0)
    assert len(alone.test) == 0 and len(alone.train) == 8


def test_samples_without_a_label_are_on_no_side() -> None:
    labels = labels_of("kind", pd.Series(["a", "b", ""] * 20))
    one = split(labels, np.arange(60), 0)
    assert not np.isin(np.arange(2, 60, 3), [*one.train, *one.test]).any() and len(one.test) == 8


@pytest.mark.parametrize("seed", range(10))
def test_repeats_and_groups_never_straddle(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(4, size=300)
    items = [f"t{i}" for i in rng.integers(220, size=300)]
    groups = labels_of("g", pd.Series([f"g{i}" if i < 40 else "" for i in rng.integers(60, size=300)]))
    units = units_of(items, groups)
    one = split(column(codes), units, seed)
    for kind in (np.array(items), units):
        assert not set(kind[one.train]) & set(kind[one.test])
    known = groups.known
    of = groups.codes
    assert not set(of[one.train[known[one.train]]]) & set(of[one.test[known[one.test]]])
    fold = folds(codes, units, 5, seed)
    assert all(len(set(fold[units == unit])) == 1 for unit in np.unique(units))


@pytest.mark.parametrize("seed", range(5))
def test_groups_keep_the_share_of_each_class_as_nearly_as_they_can(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(100), 5)
    codes = np.repeat(rng.integers(3, size=100), 5)
    one = split(column(codes), units_of(range(500), column(groups)), seed)
    share = np.bincount(codes[one.test], minlength=3) / np.bincount(codes)
    assert share == pytest.approx([0.2] * 3, abs=0.06)


def test_units_join_what_repeats_and_groups_link() -> None:
    groups = categories("x", "y", "y", None, "z")
    assert units_of(["a", "a", "b", "c", "d"], groups).tolist() == [0, 0, 0, 1, 2]


def test_folds_spread_every_class() -> None:
    codes = np.repeat([0, 1, 2], [40, 25, 10])
    fold = folds(codes, np.arange(75), 5, 0)
    for code, count in ((0, 8), (1, 5), (2, 2)):
        assert np.bincount(fold[codes == code]).tolist() == [count] * 5


def test_numbers_are_split_by_fifths_of_their_range() -> None:
    labels = numbers([*range(50), np.nan])
    strata = strata_of(labels)
    assert np.bincount(strata[:50]).tolist() == [10] * 5 and strata[50] == -1
    assert np.bincount(strata[split(labels, np.arange(51), 0).test]).tolist() == [2] * 5


def test_repeats_conflicts_and_overlaps_are_counted() -> None:
    items = ["a", "a", "b", "c", "a", "d", "d"]
    parts = ["train", "train", "train", "dev", "test", "test", "test"]
    found = {
        what: count for what, count, _ in counted(items, categories("x", "y", "x", "x", "x", "y", None), None, parts)
    }
    assert found == {"without a label": 1, "repeats": 3, "conflicting items": 1, "test samples also in train": 1}
    assert overlapping(items, np.array(parts)).tolist() == [4]


@pytest.mark.shared
def test_acl_arc_has_the_repeats_that_its_readme_counts(shared_data) -> None:
    folder = shared_data / "text_tasks" / "citation_intent"
    frames = [pd.read_json(folder / f"{part}.txt", lines=True).assign(part=part) for part in ("train", "dev", "test")]
    whole = pd.concat(frames, ignore_index=True)
    train = whole[whole["part"] == "train"]
    labels = labels_of("label", train["label"])
    found = {what: count for what, count, _ in counted(list(train["text"]), labels, None, None)}
    assert found["repeats"] == 418
    assert found["conflicting items"] == 20
    whole_labels = labels_of("label", whole["label"])
    said = {what: text for what, _, text in counted(list(whole["text"]), whole_labels, None, list(whole["part"]))}
    assert said["test samples also in train"] == "52 test samples (48 different ones) also stand in train."
    assert said["repeats"].endswith("418 within train.")
