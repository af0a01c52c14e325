"""Inverted lists and sums in parts: right, the same on every engine, resumed from the parts that are there."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from analysis import parts
from analysis.gathered import Gatherer
from analysis.geometry import moments
from analysis.knn_graph import Metric
from analysis.neighbors import lists
from analysis.neighbors.exact import INDEX as EXACT
from analysis.neighbors.graph import InParts, build_graph
from analysis.parts import make_parts, outcomes, parts_of
from analysis.progress import silent
from analysis.space import EmbeddingSpace
from models.engine import maker_called
from models.engines.local import LocalEngine

N, D, K = 3000, 16, 8
METRICS: tuple[Metric, ...] = ("cosine", "euclidean", "dot")


class Here(LocalEngine):
    """Makes parts in this process, and says which."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[str, int]] = []

    def run(self, work: str, folder: Path, some: Sequence[int], on_answer: Callable[[Any], None]) -> None:
        maker = maker_called(work, folder)
        for part in some:
            maker.make(part, lambda items, cost: None)
            self.made.append((folder.name, part))
            on_answer({"done": part})


@pytest.fixture
def vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> npt.NDArray[np.float32]:
    monkeypatch.setattr(parts, "ROWS", 1024)
    monkeypatch.setattr(lists, "SAMPLE", 300)
    rng = np.random.default_rng(5)
    groups = rng.normal(size=(30, D)).astype(np.float32)
    made = groups[rng.integers(0, 30, N)] + 0.5 * rng.normal(size=(N, D)).astype(np.float32)
    np.save(tmp_path / "vectors.npy", made)
    return np.asarray(made, np.float32)


@pytest.mark.parametrize("metric", METRICS)
def test_lists_find_what_an_exact_search_finds_and_say_how_much_of_it(
    metric: Metric, vectors: npt.NDArray[np.float32], tmp_path: Path
) -> None:
    engine = Here()
    (indices, distances), recall, recalls = lists.search_lists(
        tmp_path / "vectors.npy", k=K, metric=metric, seed=0, engine=engine, folder=tmp_path / "work"
    )
    true, apart = EXACT.build(vectors, k=K, metric=metric, seed=0)
    found = np.array([len(set(a) & set(b)) for a, b in zip(indices, true, strict=True)]) / K
    assert recall.value is not None and recall.low is not None and recall.high is not None
    assert found.mean() > 0.98 and recall.low - 0.01 <= found.mean() <= recall.high + 0.01
    assert recall.n == 300 and len(recalls) == K and recalls[-1] == recall.value
    assert (indices >= 0).all() and (indices != np.arange(N)[:, None]).all() and (np.diff(distances) >= 0).all()
    np.testing.assert_allclose(distances[found == 1], apart[found == 1], rtol=1e-4, atol=1e-6)
    assert {stage for stage, _ in engine.made} == {"fill", "truth", "search"} and len(engine.made) == 9


def test_a_search_goes_on_from_the_parts_that_are_there(vectors: npt.NDArray[np.float32], tmp_path: Path) -> None:
    def searched(engine: Here) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        file, folder = tmp_path / "vectors.npy", tmp_path / "work"
        return lists.search_lists(file, k=K, metric="cosine", seed=0, engine=engine, folder=folder)[0]

    first = searched(Here())
    (tmp_path / "work" / "search" / "shards" / "00001.npz").unlink()
    whole = tmp_path / "work" / "fill" / "shards" / "00002.npz"
    whole.write_bytes(whole.read_bytes()[:200])
    again = Here()
    for one, other in zip(searched(again), first, strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.made == [("fill", 2), ("search", 1)]


def test_a_space_beyond_one_machine_is_searched_by_lists_and_a_smaller_one_as_before(
    vectors: npt.NDArray[np.float32], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = EmbeddingSpace("s", "s", vectors, [str(i) for i in range(N)])
    with_what = InParts(tmp_path / "vectors.npy", Here(), tmp_path / "work")
    assert build_graph(space, metric="cosine", k=K, seed=0, parts=with_what).method == "exact"
    monkeypatch.setattr("analysis.neighbors.graph.CELLS_UP_TO", 2000)
    graph = build_graph(space, metric="cosine", k=K, seed=0, parts=with_what)
    assert graph.method == "lists" and graph.recall.n == 300


def test_sums_over_parts_are_the_moments_of_the_whole(vectors: npt.NDArray[np.float32], tmp_path: Path) -> None:
    far = vectors + np.float32(100)  # far from the origin, where sums about it lose their digits
    np.save(tmp_path / "far.npy", far)
    settings = {"vectors": str(tmp_path / "far.npy"), "height": 1024}
    work = f"{Gatherer.__module__}:{Gatherer.__name__}"
    files = make_parts(Here(), work, tmp_path / "sums", settings, 3, report=silent, words="summing")
    found = moments.joined((int(one["n"]), one["mean"], one["products"]) for one in outcomes(files))
    np.testing.assert_allclose(found[0], far.mean(axis=0, dtype=np.float64), rtol=1e-12)
    np.testing.assert_allclose(found[1], np.cov(far.T.astype(np.float64), bias=True), rtol=1e-8, atol=1e-10)
    here = moments.moments_of(EmbeddingSpace("s", "s", far, [str(i) for i in range(N)]))
    for one, other in zip(found, here, strict=True):
        np.testing.assert_array_equal(one, other)  # summed where it is asked or on an engine: the same bits


def test_parts_cover_all_rows_once_whatever_their_number() -> None:
    for n in (1, 65_536, 65_537, 1_000_000, 100_000_000):
        cut = parts_of(n)
        assert cut[0].start == 0 and cut[-1].stop == n and len(cut) <= parts.MOST
        assert all(a.stop == b.start for a, b in pairwise(cut))
