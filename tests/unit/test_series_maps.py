"""The maps of a series: laid upon one of them, in one frame, and drawn small."""

import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.stats import special_ortho_group

from analysis.figures.small_maps import SmallMap, evenly, small_maps
from analysis.number import Number
from analysis.pipeline import Drawing
from analysis.result import Result
from analysis.series.shared import bounds_of, in_one_frame, laid


def cloud(n: int = 50, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, 2)).astype(np.float32)


def test_a_map_that_is_another_turned_mirrored_scaled_and_moved_is_laid_upon_it_exactly():
    points = cloud()
    turn = special_ortho_group.rvs(2, random_state=0) @ np.diag([1, -1])
    found = laid((3.5 * points @ turn + [7, -2]).astype(np.float32), points)
    np.testing.assert_allclose(found.coordinates, points, atol=1e-5)
    assert found.residual == pytest.approx(0, abs=1e-6)


def test_the_residual_is_the_disparity_of_scipys_procrustes():
    a, b = cloud(seed=1), cloud(seed=2)
    _, _, disparity = procrustes(b.astype(float), a.astype(float))
    assert laid(a, b).residual == pytest.approx(disparity, abs=1e-6)


def test_rows_without_a_place_stay_without_one_and_do_not_matter():
    points = cloud()
    moved = points @ np.array([[0, 1], [-1, 0]], np.float32)
    moved[3] = np.nan
    found = laid(moved, points)
    assert np.isnan(found.coordinates[3]).all()
    np.testing.assert_allclose(np.delete(found.coordinates, 3, 0), np.delete(points, 3, 0), atol=1e-5)


def test_a_map_that_is_one_point_is_not_laid():
    assert laid(np.ones((5, 2), np.float32), cloud(5)).residual is None


def test_all_members_share_a_frame_that_holds_every_point():
    good = Result({"trustworthiness": Number(value=1.0)})
    none = Drawing(np.empty((0, 2), np.float32), Result({"trustworthiness": Number(value=None, why="no spread")}))
    drawings = {"a": Drawing(cloud(seed=1), good), "b": none, "c": Drawing(cloud(seed=3), good)}
    maps = in_one_frame(drawings, "c")
    assert list(maps) == ["a", "c"] and maps["c"].residual == 0
    np.testing.assert_array_equal(maps["c"].coordinates, drawings["c"].coordinates)
    low, high = bounds_of(maps)
    for one in maps.values():
        assert (one.coordinates >= low).all() and (one.coordinates <= high).all()


def test_more_members_than_maps_are_chosen_evenly_with_both_ends():
    names = [f"m{i}" for i in range(30)]
    chosen = evenly(names)
    assert len(chosen) == 12 and chosen[0] == "m0" and chosen[-1] == "m29"
    assert {b - a for a, b in zip(*(2 * [[names.index(n) for n in chosen]]), strict=True)} == {0}
    gaps = np.diff([names.index(name) for name in chosen])
    assert gaps.min() >= 2 and gaps.max() <= 3


def test_small_maps_show_the_same_samples_in_the_same_frame():
    ids = [f"p{i}" for i in range(50)]
    maps = [SmallMap(f"step {i}", "", cloud(seed=i)) for i in range(5)]
    figure = small_maps(maps, ([-4, -4], [4, 4]), title="t", ids=ids, selected=("p3",))
    assert len(figure.data) == 5
    assert all(list(trace.customdata) == ids and list(trace.selectedpoints) == [3] for trace in figure.data)
    axes = [getattr(figure.layout, f"xaxis{i or ''}") for i in ("", 2, 3, 4, 5)]
    assert len({tuple(axis.range) for axis in axes}) == 1
