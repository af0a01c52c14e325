"""Regions of a map stand where its points are dense, and are called what tells them apart."""

import numpy as np
import pandas as pd
import pytest

from analysis.dataset import Dataset
from analysis.projection.regions import FEWEST, find_regions
from analysis.projection.telling_words import telling_words

WORDS = {"north": "ice snow polar bear", "south": "penguin krill shelf ice", "east": "tea lotus silk river"}
CENTRES = {"north": (0, 50), "south": (0, -50), "east": (80, 0)}


def world(n: int = 60, *, texts: bool = True, labels: bool = True) -> tuple[np.ndarray, Dataset]:
    rng = np.random.default_rng(0)
    names = [name for name in CENTRES for _ in range(n)]
    points = np.concatenate([rng.normal(CENTRES[name], 2, size=(n, 2)) for name in CENTRES]).astype(np.float32)
    said = tuple(" ".join(rng.permutation(WORDS[name].split())) for name in names)
    dataset = Dataset(
        "world",
        tuple(map(str, range(len(names)))),
        pd.DataFrame({"where": names}),
        labels=("where",) if labels else (),
        texts=said if texts else None,
    )
    return points, dataset


def first(points: np.ndarray, dataset: Dataset) -> pd.DataFrame:
    table = find_regions(points, dataset, seed=0).tables["regions"]
    return table[table["depth"] == 0].reset_index(drop=True)


def test_three_clouds_are_three_regions_at_their_centres_with_their_own_words_and_labels():
    points, dataset = world()
    found = first(points, dataset)
    assert sorted(found["label"]) == ["east", "north", "south"] and set(found["n"]) == {60}
    for row in found.itertuples():
        assert np.hypot(row.x - CENTRES[row.label][0], row.y - CENTRES[row.label][1]) < 2
        assert set(row.words.split()) <= set(WORDS[row.label].split()) - {"ice"}  # ice is in two of them


def test_without_texts_there_are_labels_and_without_labels_words():
    points, dataset = world(texts=False)
    assert set(first(points, dataset)["words"]) == {""} and set(first(points, dataset)["label"]) == set(CENTRES)
    points, dataset = world(labels=False)
    assert set(first(points, dataset)["label"]) == {""} and (first(points, dataset)["words"] != "").all()


def test_a_cloud_of_two_clouds_is_one_region_first_and_two_deeper():
    rng = np.random.default_rng(1)
    near = [rng.normal((x, 0), 0.6, size=(80, 2)) for x in (-2.5, 2.5)]
    points = np.concatenate([*near, rng.normal((60, 0), 1, size=(80, 2))]).astype(np.float32)
    names = ["left"] * 80 + ["right"] * 80 + ["far"] * 80
    dataset = Dataset("d", tuple(map(str, range(240))), pd.DataFrame({"where": names}), labels=("where",))
    table = find_regions(points, dataset, seed=0).tables["regions"]
    assert sorted(table[table["depth"] == 0]["label"]) == ["far", "left, right"]
    deeper = set(table[table["depth"] > 0]["label"])
    assert {"left", "right"} <= deeper and "far" not in deeper  # it has that name already


@pytest.mark.parametrize("points", [np.zeros((50, 2)), np.full((50, 2), np.nan), np.zeros((FEWEST - 1, 2))])
def test_equal_missing_and_few_points_break_nothing(points):
    n = len(points)
    dataset = Dataset("d", tuple(map(str, range(n))), pd.DataFrame({"kind": ["a"] * n}), labels=("kind",))
    table = find_regions(points.astype(np.float32), dataset, seed=0).tables["regions"]
    assert list(table["label"]) == (["a"] if np.isfinite(points).all() and n >= FEWEST else [])


def test_a_map_in_space_has_no_named_regions():
    points, dataset = world()
    assert find_regions(np.c_[points, points[:, :1]], dataset, seed=0).tables["regions"].empty


def test_words_weigh_as_the_paper_says():
    texts = ["apple apple pear", "apple plum", "plum plum fig", "fig pear"]
    groups = np.array([0, 0, 1, 1])
    counts = {"apple": (3, 0), "pear": (1, 1), "plum": (1, 2), "fig": (0, 2)}
    mean = 5.0  # words of a group
    expected = []
    for group in (0, 1):
        weight = {word: held[group] / 5 * np.log(1 + mean / sum(held)) for word, held in counts.items()}
        expected.append(tuple(sorted((w for w in weight if weight[w] > 0), key=lambda w: -weight[w])))
    assert telling_words(texts, groups, groups=2, most=3) == expected[:2]


def test_groups_without_a_word_have_none():
    assert telling_words([], np.empty(0, int), groups=2, most=2) == [(), ()]
    assert telling_words(["12 34", "!!"], np.array([0, 1]), groups=2, most=2) == [(), ()]
