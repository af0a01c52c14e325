"""Dimension against scale: against scikit-dimension at every k, brute force on every share, and known shapes."""

import numpy as np
import pandas as pd
import pytest
import skdim

from analysis.geometry import thinned
from analysis.geometry.dimension import ANALYSIS as DIMENSION
from analysis.geometry.dimension_scale import ANALYSIS
from analysis.geometry.near import measured
from analysis.number import CannotAnalyze
from tests.worlds import ask, graph_of, space_of, values


def scales(vectors: np.ndarray, metric: str = "euclidean") -> tuple[pd.DataFrame, pd.DataFrame]:
    table = ask(ANALYSIS, space_of(vectors), metric=metric).tables["scales"]  # type: ignore[arg-type]
    return table[table["method"] == "MLE"], table[table["method"] == "TwoNN"]


def noisy_plane(n: int = 3000, noise: float = 0.003) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.hstack([rng.uniform(size=(n, 2)), np.zeros((n, 8))]) + noise * rng.standard_normal((n, 10))


def test_mle_equals_scikit_dimensions_at_every_k() -> None:
    vectors = np.random.default_rng(0).standard_normal((300, 6)).astype(np.float32)
    mle, _ = scales(vectors)
    assert mle["k"].iloc[0] == 2 and mle["k"].iloc[-1] == 50 and len(mle) == 10
    exact = vectors.astype(np.float64)
    for k, scale, dimension in zip(mle["k"], mle["distance"], mle["dimension"], strict=True):
        distances, indices = skdim.get_nn(exact, k)
        expected = skdim.id.MLE().fit(exact, precomputed_knn_arrays=(distances, indices), comb="mle").dimension_
        assert dimension == pytest.approx(expected, rel=1e-6)
        assert scale == pytest.approx(distances[:, -1].mean(), rel=1e-6)


def test_the_widest_is_what_the_dimension_page_says_at_that_k() -> None:
    space = space_of(np.random.default_rng(1).standard_normal((200, 5)))
    found, page = values(ask(ANALYSIS, space)), values(ask(DIMENSION, space, k=50))
    assert found["mle_widest"] == pytest.approx(page["mle"], rel=1e-12)


def test_a_noisy_plane_has_many_dimensions_near_and_two_from_afar() -> None:
    vectors = noisy_plane()
    mle, two = scales(vectors)
    assert mle["dimension"].iloc[0] > 3.5 and two["dimension"].iloc[0] > 3.5
    assert mle["dimension"].iloc[-1] == pytest.approx(2, abs=0.35)
    assert two["samples"].tolist() == [3000, 1500, 750, 375, 187]
    assert two["dimension"].iloc[-1] == pytest.approx(2, abs=0.35)
    assert two["dimension"].is_monotonic_decreasing
    full = skdim.id.TwoNN(discard_fraction=0.1).fit(vectors.astype(np.float32).astype(np.float64)).dimension_
    assert two["dimension"].iloc[0] == pytest.approx(full, rel=1e-5)


def test_a_clean_torus_has_one_dimension_at_every_scale() -> None:
    angles = np.random.default_rng(2).uniform(0, 2 * np.pi, (2000, 2))
    mle, two = scales(np.concatenate([np.cos(angles), np.sin(angles)], axis=1))
    assert mle["dimension"].to_numpy() == pytest.approx(np.full(len(mle), 2.0), rel=0.1)
    assert two["dimension"].iloc[:4].to_numpy() == pytest.approx(np.full(4, 2.0), rel=0.1)
    assert ((two["low"] < two["dimension"]) & (two["dimension"] < two["high"])).all()


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("size", [2, 40, 150])
def test_the_two_nearest_of_a_share_are_those_of_brute_force(metric: str, size: int, monkeypatch) -> None:
    monkeypatch.setattr(thinned, "CHUNK", 13)
    rng = np.random.default_rng(3)
    space = space_of(rng.standard_normal((300, 4)) + 0.2)
    graph = graph_of(space, 8, metric)  # type: ignore[arg-type]
    part = rng.permutation(300)[: size + 1]
    found = thinned.two_nearest(space, graph, measured(space, graph), part, part[:20])
    exact = space.vectors.astype(np.float64)
    exact = exact / np.linalg.norm(exact, axis=1, keepdims=True) if metric == "cosine" else exact
    apart = np.linalg.norm(exact[part[:20], None] - exact[part], axis=2)
    assert np.sort(found, axis=1) == pytest.approx(np.sort(apart, axis=1)[:, 1:3], rel=1e-9)


def test_a_shares_interval_holds_the_mean_over_other_samples() -> None:
    def found(seed: int) -> pd.DataFrame:
        return scales(np.random.default_rng(seed).standard_normal((400, 5)))[1]

    tables = [found(seed) for seed in range(40)]
    truth = np.mean([table["dimension"] for table in tables], axis=0)
    held = np.mean([(table["low"] < truth) & (truth < table["high"]) for table in tables], axis=0)
    assert (held >= 0.85).all(), held  # 95 % less what 40 simulations can miss


def test_ties_and_copies_are_left_out_and_said() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    result = ask(ANALYSIS, space_of(grid))
    assert (
        result.numbers["mle_nearest"].value is None and "2 nearest all at the same" in result.numbers["mle_nearest"].why
    )
    assert result.numbers["mle_widest"].value is not None
    table = result.tables["scales"]
    assert table["dimension"][table["method"] == "TwoNN"].isna().any()
    assert any("left out where" in note for note in result.notes)
    ANALYSIS.figure(result)
    vectors = np.random.default_rng(0).standard_normal((60, 4)).astype(np.float32)
    copied = ask(ANALYSIS, space_of(np.vstack([vectors, vectors[:5]])))
    assert copied.numbers["mle_widest"].n == 55


def test_what_has_no_dimension_is_said() -> None:
    for vectors, why in ((np.ones((12, 3)), "exact copy"), (np.eye(8), "equally far"), ([[0.0], [1.0]], "set k to 2")):
        with pytest.raises(CannotAnalyze, match=why):
            ask(ANALYSIS, space_of(vectors))


def test_the_figure_says_how_the_dimension_goes() -> None:
    result = ask(ANALYSIS, space_of(noisy_plane(400)))
    title = ANALYSIS.figure(result).layout.title.text.replace("<br>", " ")
    near, far = (result.numbers[name].value for name in ("mle_nearest", "mle_widest"))
    assert title == f"Dimension falls from {near:.2f} among the 2 nearest to {far:.2f} among the 50 nearest"
