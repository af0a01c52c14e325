"""Each measure of two spaces against an independent implementation, and what it promises."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
from scipy.linalg import subspace_angles
from scipy.spatial import procrustes as scipy_procrustes
from scipy.spatial.distance import pdist, squareform
from scipy.stats import pearsonr, spearmanr
from sklearn.cross_decomposition import CCA

from analysis.compare import compare, ready
from analysis.neighbors.graph import build_graph
from analysis.number import Number
from analysis.registry import comparisons
from analysis.space import EmbeddingSpace

Vectors = npt.NDArray[np.float32]
KS = (5, 10)
RNG = np.random.default_rng(7)
N = 120


def space_of(vectors: npt.NDArray[np.floating], name: str = "a") -> EmbeddingSpace:
    return EmbeddingSpace(name, name, np.asarray(vectors, np.float32), [str(i) for i in range(len(vectors))])


def compared(
    a: npt.NDArray[np.floating], b: npt.NDArray[np.floating], *names: str, draws: int = 0, seed: int = 0
) -> Mapping[str, Number]:
    measures = [comparisons()[name] for name in names or comparisons()]
    sides = []
    for vectors in (a, b):
        space = space_of(vectors)
        graph = build_graph(space, metric="cosine", k=max(KS), seed=0)
        sides.append(ready(space, graph, measures))
    return compare(sides[0], sides[1], measures, ks=KS, draws=draws, seed=seed).numbers


def value(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating], name: str) -> float:
    found = compared(a, b, name.partition("@")[0])[name].value
    assert found is not None
    return found


def related(n: int = N) -> tuple[Vectors, Vectors]:
    """Two spaces of different width that share a part, far from the origin."""
    hidden = RNG.normal(size=(n, 4))
    a = hidden @ RNG.normal(size=(4, 12)) + 0.6 * RNG.normal(size=(n, 12)) + 3
    b = np.tanh(hidden @ RNG.normal(size=(4, 7))) + 0.5 * RNG.normal(size=(n, 7)) - 1
    return a.astype(np.float32), b.astype(np.float32)


def hsic_of_grams(k: npt.NDArray[np.float64], m: npt.NDArray[np.float64]) -> float:
    """Song et al. 2012, equation 5, written out with n × n matrices."""
    n = len(k)
    k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
    one = np.ones(n)
    both = np.trace(k @ m) + (one @ k @ one) * (one @ m @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * one @ k @ m @ one
    return float(both / (n * (n - 3)))


def cka_of_grams(k: npt.NDArray[np.float64], m: npt.NDArray[np.float64]) -> float:
    return hsic_of_grams(k, m) / float(np.sqrt(hsic_of_grams(k, k) * hsic_of_grams(m, m)))


def kernel(a: Vectors) -> npt.NDArray[np.float64]:
    squared = pdist(a.astype(np.float64), "sqeuclidean")
    return np.exp(-squareform(squared) / (2 * np.median(squared)))


def test_linear_and_gaussian_cka_equal_song_s_estimate_on_gram_matrices() -> None:
    a, b = related()
    linear = cka_of_grams(*(x.astype(np.float64) @ x.T.astype(np.float64) for x in (a, b)))
    assert value(a, b, "debiased_cka") == pytest.approx(linear, abs=1e-6)
    assert value(a, b, "rbf_cka") == pytest.approx(cka_of_grams(kernel(a), kernel(b)), abs=1e-6)


def test_procrustes_is_scipy_s_disparity_with_the_narrower_space_padded() -> None:
    a, b = related()
    padded = np.pad(b, ((0, 0), (0, a.shape[1] - b.shape[1])))
    assert value(a, b, "procrustes") == pytest.approx(scipy_procrustes(a, padded)[2], abs=1e-6)


def test_rsa_is_the_correlation_of_scipy_s_cosine_distances() -> None:
    a, b = related()
    left, right = pdist(a.astype(np.float64), "cosine"), pdist(b.astype(np.float64), "cosine")
    assert value(a, b, "rsa_pearson") == pytest.approx(pearsonr(left, right)[0], abs=1e-5)
    assert value(a, b, "rsa_spearman") == pytest.approx(spearmanr(left, right)[0], abs=1e-6)


def test_canonical_correlations_are_scikit_learn_s() -> None:
    a = RNG.normal(size=(N, 8))
    b = a[:, :5] + RNG.normal(size=(N, 5))
    fitted = CCA(n_components=5, max_iter=20_000, tol=1e-12).fit(a, b)
    u, v = fitted.transform(a, b)
    expected = [abs(pearsonr(u[:, i], v[:, i])[0]) for i in range(5)]
    spread = [np.cumsum(s := np.linalg.svd(x - x.mean(axis=0), compute_uv=False) ** 2) / s.sum() for x in (a, b)]
    assert all((share[:-1] < 0.99).all() for share in spread)  # every direction is kept, so SVCCA is CCA here
    assert value(a, b, "svcca") == pytest.approx(np.mean(expected), abs=1e-4)


def test_pwcca_follows_morcos_in_both_directions() -> None:
    def one_way(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
        x, y = x - x.mean(axis=0), y - y.mean(axis=0)
        qx, qy = np.linalg.qr(x)[0], np.linalg.qr(y)[0]
        u, rho, _ = np.linalg.svd(qx.T @ qy, full_matrices=False)
        weights = np.abs((qx @ u).T @ x).sum(axis=1)
        return float((weights / weights.sum()) @ rho)

    a, b = (x.astype(np.float64) for x in related())
    assert value(a, b, "pwcca") == pytest.approx((one_way(a, b) + one_way(b, a)) / 2, abs=1e-5)


def test_eigenspace_overlap_is_the_sum_of_squared_cosines_of_principal_angles() -> None:
    a, b = (x.astype(np.float64) for x in related())
    assert value(a, b, "eigenspace_overlap") == pytest.approx(
        float((np.cos(subspace_angles(a, b)) ** 2).sum()) / 12, abs=1e-5
    )


def nearest(a: Vectors, k: int) -> list[list[int]]:
    away = squareform(pdist(a.astype(np.float64), "cosine"))
    np.fill_diagonal(away, np.inf)
    return [list(map(int, np.argsort(row)[:k])) for row in away]


def test_agreement_of_neighbours_is_that_of_sets_found_by_brute_force() -> None:
    a, b = related()
    for k in KS:
        sets = list(zip(map(set, nearest(a, k)), map(set, nearest(b, k)), strict=True))
        assert value(a, b, f"mutual_knn@{k}") == pytest.approx(np.mean([len(x & y) / k for x, y in sets]))
        assert value(a, b, f"jaccard@{k}") == pytest.approx(np.mean([len(x & y) / len(x | y) for x, y in sets]))


def test_second_order_cosine_follows_hamilton() -> None:
    a, b = related()
    u, v = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a.astype(np.float64), b.astype(np.float64)))
    found = []
    for i, (x, y) in enumerate(zip(nearest(a, 5), nearest(b, 5), strict=True)):
        union = sorted(set(x) | set(y))
        s, t = u[union] @ u[i], v[union] @ v[i]
        found.append(s @ t / np.linalg.norm(s) / np.linalg.norm(t))
    assert value(a, b, "second_order_cosine@5") == pytest.approx(np.mean(found), abs=1e-5)


@pytest.mark.parametrize("name", sorted(comparisons()))
def test_a_space_is_the_same_as_itself_and_order_does_not_matter(name: str) -> None:
    a, b = related()
    for key, number in compared(a, a, name).items():
        assert number.value == pytest.approx(comparisons()[name].same, abs=2e-6), key
    there, back = compared(a, b, name), compared(b, a, name)
    for key, number in there.items():
        assert number.value == pytest.approx(back[key].value, abs=1e-6), key


@pytest.mark.parametrize("name", [name for name, one in comparisons().items() if one.rotation_invariant])
def test_no_measure_sees_rotation_scale_or_the_samples_order(name: str) -> None:
    a, b = related()
    turn = np.linalg.qr(RNG.normal(size=(12, 12)))[0]
    order = RNG.permutation(N)
    for key, number in compared(a, b, name).items():
        assert compared((5 * a @ turn)[order], b[order], name)[key].value == pytest.approx(number.value, abs=2e-4), key


@pytest.mark.parametrize("name", sorted(comparisons()))
def test_unrelated_spaces_stand_within_chance_and_related_ones_beyond(name: str) -> None:
    a, b = related(200)
    for key, number in compared(a, b, name, draws=60).items():
        assert number.beyond_null, key
        assert number.low is not None and number.value is not None and number.high is not None
        assert number.low < number.value < number.high, key
    inside = []
    for seed in range(8):
        x, y = np.random.default_rng(seed).normal(size=(2, 100, 6))
        inside += [not number.beyond_null for number in compared(x, y, name, draws=60, seed=seed).values()]
    assert np.mean(inside) >= 0.75


def test_equal_vectors_few_samples_and_too_large_a_k_say_why_there_is_no_number() -> None:
    a, b = related()
    for name in ("debiased_cka", "procrustes", "rsa_pearson", "svcca", "rbf_cka", "rsa_spearman"):
        number = compared(a, np.ones_like(b), name, draws=20)[name]
        assert number.value is None and number.why, name
    zero = compared(a, np.zeros_like(b), "second_order_cosine", "debiased_cka", draws=20)
    assert all(number.value is None for number in zero.values())
    few = compared(a[:12], b[:12], "pwcca")["pwcca"]
    assert few.value is None and "As many directions as samples" in few.why
