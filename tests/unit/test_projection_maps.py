"""Ways to draw a space: what each promises, by known answers and by umap-learn and scikit-learn."""

import numpy as np
import pytest
from scipy.stats import ortho_group
from sklearn.decomposition import PCA

from analysis.neighbors.graph import build_graph
from analysis.number import CannotAnalyze
from analysis.projection.pca import PROJECTION as PCA_MAP
from analysis.projection.principal import principal
from analysis.projection.tsne import PROJECTION as TSNE_MAP
from analysis.projection.tsne import TsneParams
from analysis.projection.umap import PROJECTION as UMAP_MAP
from analysis.projection.umap import UmapParams
from analysis.registry import projections
from analysis.space import EmbeddingSpace


def space_of(vectors: np.ndarray) -> EmbeddingSpace:
    rows = np.ascontiguousarray(vectors, np.float32)
    return EmbeddingSpace("world", "key", rows, [str(row) for row in range(len(rows))])


def ellipsoid(n: int, d: int, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=(n, d)) * np.linspace(3, 0.5, d) + 4).astype(np.float32)


def groups(n: int = 240, d: int = 20, seed: int = 0) -> tuple[EmbeddingSpace, np.ndarray]:
    """Four groups, far apart."""
    codes = np.arange(n) % 4
    rng = np.random.default_rng(seed)
    return space_of(12 * np.eye(4, d)[codes] + rng.normal(size=(n, d))), codes


def draw(projection, space, dimensions=2, seed=0, k=50, metric="cosine", params=None):
    graph = build_graph(space, metric=metric, k=min(k, space.n - 1), seed=0)
    return projection.project(space, graph, dimensions, seed, params or projection.params())


def separation(coordinates: np.ndarray, codes: np.ndarray) -> float:
    """The share of points whose nearest other point on the map is of their own group."""
    distances = np.linalg.norm(coordinates[:, None] - coordinates, axis=2)
    np.fill_diagonal(distances, np.inf)
    return float((codes[distances.argmin(axis=1)] == codes).mean())


@pytest.mark.parametrize(("n", "d"), [(300, 12), (9, 40)])
def test_principal_axes_equal_scikit_learns_up_to_sign(n, d):
    vectors = ellipsoid(n, d)
    ours = principal(vectors, 3)
    peer = PCA(3, svd_solver="full").fit(vectors.astype(np.float64))
    theirs = peer.transform(vectors.astype(np.float64))
    np.testing.assert_allclose(np.abs(ours.coordinates), np.abs(theirs), atol=1e-8)
    np.testing.assert_allclose(ours.shares, peer.explained_variance_ratio_, rtol=1e-9)


def test_pca_of_a_rotated_and_shifted_copy_is_the_same_picture():
    vectors = ellipsoid(200, 10)
    turned = vectors @ ortho_group.rvs(10, random_state=3).astype(np.float32) + 7
    for dimensions in (2, 3):
        first, second = (draw(PCA_MAP, space_of(rows), dimensions) for rows in (vectors, turned))
        assert first.shape == (200, dimensions) and first.dtype == np.float32
        np.testing.assert_allclose(first, second, atol=1e-4)


def test_the_largest_coordinate_on_each_principal_axis_is_positive():
    coordinates = principal(ellipsoid(100, 6, seed=4), 3).coordinates
    assert (coordinates.max(axis=0) > -coordinates.min(axis=0)).all()


def test_a_space_of_one_dimension_is_drawn_on_a_line():
    line = np.linspace(-1, 1, 20, dtype=np.float32)[:, None]
    drawn = principal(line, 2)
    np.testing.assert_allclose(np.abs(drawn.coordinates[:, 0]), np.abs(line[:, 0]), atol=1e-7)
    assert (drawn.coordinates[:, 1] == 0).all()
    np.testing.assert_array_equal(drawn.shares, [1, 0])


@pytest.mark.parametrize("projection", [PCA_MAP, UMAP_MAP, TSNE_MAP], ids=lambda projection: projection.name)
def test_points_that_coincide_are_not_drawn(projection):
    with pytest.raises(CannotAnalyze, match="All points coincide"):
        draw(projection, space_of(np.full((60, 4), 0.1)), metric="euclidean")


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("name", ["pca", "umap", "tsne"])
def test_groups_far_apart_stay_apart_and_the_seed_decides_the_map(name, dimensions):
    space, codes = groups()
    projection = projections()[name]
    first, again = (draw(projection, space, dimensions, seed=1) for _ in range(2))
    assert first.shape == (space.n, dimensions) and first.dtype == np.float32
    np.testing.assert_array_equal(first, again)
    assert separation(first, codes) > (0.9 if name == "pca" else 0.995)


def test_another_seed_gives_another_umap_of_the_same_groups():
    space, codes = groups()
    first, second = (draw(UMAP_MAP, space, seed=seed) for seed in (1, 2))
    assert np.abs(first - second).max() > 0.01
    assert separation(second, codes) > 0.995


@pytest.mark.parametrize("metric", ["euclidean", "dot"])
def test_umap_and_tsne_draw_every_metric(metric):
    space, codes = groups()
    for projection in (UMAP_MAP, TSNE_MAP):
        coordinates = draw(projection, space, metric=metric)
        assert np.isfinite(coordinates).all()
        assert separation(coordinates, codes) > 0.99


def test_umap_parts_twins():
    space, _ = groups()
    rows = space.vectors.copy()
    rows[:40] = rows[0]
    coordinates = draw(UMAP_MAP, space_of(rows))
    assert len(np.unique(coordinates, axis=0)) == space.n


def test_maps_that_ask_for_more_neighbours_than_there_are_say_how_many_there_are():
    small = space_of(ellipsoid(12, 5))
    with pytest.raises(CannotAnalyze, match=r"n_neighbors is 15, but the graph of 12 samples holds 11.*at most 12"):
        draw(UMAP_MAP, small)
    with pytest.raises(CannotAnalyze, match=r"looks at 46 neighbours, but the graph of 12 samples holds 11.*at most 3"):
        draw(TSNE_MAP, small)
    assert draw(UMAP_MAP, small, params=UmapParams(n_neighbors=12)).shape == (12, 2)
    assert draw(TSNE_MAP, small, params=TsneParams(perplexity=3)).shape == (12, 2)
    with pytest.raises(CannotAnalyze, match="at least 10 samples and there are 9; use PCA"):
        draw(UMAP_MAP, space_of(ellipsoid(9, 5)))
