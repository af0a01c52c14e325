"""Intrinsic dimension against scikit-dimension, and clouds whose dimension is known."""

import numpy as np
import pytest
import skdim

from analysis.geometry.dimension import ANALYSIS
from analysis.number import CannotAnalyze
from tests.worlds import ask, graph_of, space_of, values

CLOUDS = {
    "ball": lambda rng: rng.standard_normal((300, 6)),
    "sheet": lambda rng: rng.uniform(size=(400, 2)) @ rng.standard_normal((2, 30)),
    "wide": lambda rng: rng.standard_normal((250, 40)) * np.arange(1, 41) ** -0.5,
}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_both_numbers_equal_scikit_dimensions(cloud: str) -> None:
    space = space_of(CLOUDS[cloud](np.random.default_rng(0)))
    exact = space.vectors.astype(np.float64)
    got = values(ask(ANALYSIS, space, k=10))
    assert got["twonn"] == pytest.approx(skdim.id.TwoNN(discard_fraction=0.1).fit(exact).dimension_, rel=1e-6)
    distances, indices = skdim.get_nn(exact, 10)
    mle = skdim.id.MLE().fit(exact, precomputed_knn_arrays=(distances, indices), comb="mle")
    assert got["mle"] == pytest.approx(mle.dimension_, rel=1e-6)
    assert ask(ANALYSIS, space, k=10).points["local_dimension"] == pytest.approx(mle.dimension_pw_, rel=1e-6)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_dimension_of_a_uniform_torus_is_found(dimension: int) -> None:
    angles = np.random.default_rng(2).uniform(0, 2 * np.pi, (2000, dimension))
    torus = np.concatenate([np.cos(angles), np.sin(angles)], axis=1)  # no boundary, so no bias from one
    got = values(ask(ANALYSIS, space_of(torus), k=10))
    assert got["twonn"] == pytest.approx(dimension, rel=0.08)
    assert got["mle"] == pytest.approx(dimension, rel=0.08)


def test_a_cosine_graph_is_read_as_chord_lengths() -> None:
    vectors = np.random.default_rng(0).standard_normal((200, 5)) * np.linspace(1, 9, 200)[:, None]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine, chord = ask(ANALYSIS, space_of(vectors), k=8, metric="cosine"), ask(ANALYSIS, space_of(unit), k=8)
    assert values(cosine) == pytest.approx(values(chord), rel=1e-5)
    assert "chord" in cosine.notes[0]


def test_inner_products_have_no_dimension() -> None:
    space = space_of(np.eye(4))
    graph = graph_of(space, 2)
    graph = type(graph)("g", "dot", "exact", graph.indices, graph.distances, graph.recall)
    with pytest.raises(CannotAnalyze, match="no distances"):
        ANALYSIS.compute(space, ANALYSIS.params(), neighbors=graph)


def test_one_neighbour_is_not_enough() -> None:
    with pytest.raises(CannotAnalyze, match="set k to 2"):
        ask(ANALYSIS, space_of(np.random.default_rng(0).standard_normal((9, 3))), k=1)
    with pytest.raises(CannotAnalyze, match="set k to 2"):
        ask(ANALYSIS, space_of([[0.0], [1.0]]))  # two samples have one neighbour each


def test_samples_with_an_exact_copy_are_left_out_and_counted() -> None:
    vectors = np.random.default_rng(0).standard_normal((60, 4)).astype(np.float32)
    result = ask(ANALYSIS, space_of(np.vstack([vectors, vectors[:5]])), k=6)
    assert result.numbers["twonn"].n == 55
    assert any("10 samples with an exact copy" in note for note in result.notes)
    assert np.isnan(result.points["local_dimension"][[0, 60]]).all()


def test_equal_vectors_have_no_dimension() -> None:
    with pytest.raises(CannotAnalyze, match="exact copy"):
        ask(ANALYSIS, space_of(np.ones((12, 3))))


def test_corners_of_a_simplex_have_no_dimension() -> None:
    with pytest.raises(CannotAnalyze, match="equally far"):
        ask(ANALYSIS, space_of(np.eye(8)))


def test_near_copies_are_measured_in_double_precision() -> None:
    """A float32 cosine distance of 1e-9 is rounding; measured from the vectors it is not."""
    rng = np.random.default_rng(0)
    base = rng.standard_normal((150, 3))
    vectors = (base + 100.0).astype(np.float32)
    exact = vectors.astype(np.float64)
    unit = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    expected = skdim.id.TwoNN(discard_fraction=0.1).fit(unit).dimension_
    assert values(ask(ANALYSIS, space_of(vectors), k=12, metric="cosine"))["twonn"] == pytest.approx(expected, rel=1e-3)


def test_the_figure_states_both_dimensions() -> None:
    result = ask(ANALYSIS, space_of(np.random.default_rng(0).standard_normal((100, 3))))
    title = ANALYSIS.figure(result).layout.title.text
    assert f"{result.numbers['mle'].value:.2f} dimensions by MLE" in title
    assert f"{result.numbers['twonn'].value:.2f} by TwoNN" in title


def test_twonn_has_no_answer_where_nearest_distances_are_tied() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    space = space_of(grid + 1e-9 * np.random.default_rng(0).normal(size=grid.shape))
    result = ask(ANALYSIS, space, k=12)
    two, mle = result.numbers["twonn"], result.numbers["mle"]
    assert two.value is None and two.why.startswith("Of 216 samples ") and "at the same distance" in two.why
    assert mle.value is not None and 1 < mle.value < 20
    assert "TwoNN has no answer" in ANALYSIS.figure(result).layout.title.text.replace("<br>", " ")
