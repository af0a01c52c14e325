"""The Ray engine: the local engine's shards and bits, on a cluster of two worker processes, one of them killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("ray")

from analysis import parts
from analysis.neighbors.lists import search_lists
from analysis.parts import make_parts, outcomes
from analysis.progress import silent
from models import batches
from models.embedding import embed
from models.encoder import EncoderRecipe
from models.engine import Engine, WorkerGone
from models.engines.local import LocalEngine
from models.engines.ray_data import RayEngine
from models.errors import BadInput
from models.place import Place
from models.torch_encoder import TorchEncoder
from tests.tiny_models import WORDS, write_model

RNG = np.random.default_rng(8)
TEXTS = [" ".join(RNG.choice(WORDS, RNG.integers(1, 30))) for _ in range(600)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Engine]:
    engine = RayEngine(workers=2)
    assert engine.workers() == 2
    yield engine
    import ray

    ray.shutdown()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> EncoderRecipe:
    base = tmp_path_factory.mktemp("tiny")
    write_model(base / "bert", "bert")
    return EncoderRecipe(family="transformer", model="bert", place=Place(base))


@pytest.fixture
def many_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "OPERATIONS_PER_SHARD", {"cpu": 4e6})
    monkeypatch.setattr(TorchEncoder, "batch_on_cpu", (64, 64, 1.0))


class Stopped(Exception):
    """What ends a run before its end."""


def run(recipe: EncoderRecipe, folder: Path, engine: Engine, stop_at: int = 0) -> Any:
    """The vectors; with `stop_at`, the run is stopped after so many shards."""

    def report(done: int, total: int, words: str) -> None:
        if stop_at and len(list((folder / "shards").glob("*.npz"))) >= stop_at:
            raise Stopped

    files = embed(recipe, TEXTS, layers=(2,), folder=folder, report=report, engine=engine)
    return np.load(files[2], allow_pickle=False)


def shards_of(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "shards").glob("*.npz")}


def test_begun_here_and_finished_on_ray_with_a_worker_killed_and_begun_on_ray_and_finished_here(
    tiny: EncoderRecipe, tmp_path: Path, many_shards: None, cluster: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.embedding.EVERY", 0.0)
    local = LocalEngine(workers=1)
    expected = run(tiny, tmp_path / "local", local)
    with pytest.raises(Stopped):
        run(tiny, tmp_path / "begun here", local, stop_at=3)
    begun = shards_of(tmp_path / "begun here")
    assert len(begun) >= 3

    kept: dict[str, int] = {}
    monkeypatch.setattr("models.embedding.EMBEDDING", "tests.dying_maker:DyingMaker")
    monkeypatch.setattr("models.embedding.assemble", _watched(kept))
    np.testing.assert_array_equal(run(tiny, tmp_path / "begun here", cluster), expected)
    assert (tmp_path / "begun here" / "died").exists()  # a worker was killed in the middle of a shard
    assert len(kept) > len(begun) + 3 and begun.items() <= kept.items()  # what was there was not made again

    monkeypatch.setattr("models.embedding.EMBEDDING", "models.shard_maker:ShardMaker")
    with pytest.raises(Stopped):
        run(tiny, tmp_path / "begun on Ray", cluster, stop_at=3)
    begun, _ = shards_of(tmp_path / "begun on Ray"), kept.clear()
    np.testing.assert_array_equal(run(tiny, tmp_path / "begun on Ray", local), expected)
    assert len(begun) >= 3 and begun.items() <= kept.items()


def _watched(kept: dict[str, int]) -> Any:
    from models.shards import assemble

    def watch(folder: Path, *rest: Any) -> Any:
        kept.update(shards_of(folder))
        return assemble(folder, *rest)

    return watch


def test_what_a_worker_meets_comes_back_as_its_own_sentence(
    tiny: EncoderRecipe, tmp_path: Path, many_shards: None, cluster: Engine
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkerGone, match=r"a Ray worker broke \(FileNotFoundError: .*job.json"):
        cluster.run("models.shard_maker:ShardMaker", tmp_path / "empty", [0], lambda answer: None)


def test_neighbours_and_sums_have_the_same_bits_on_both_engines(
    tmp_path: Path, cluster: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS", 1500)
    np.save(tmp_path / "v.npy", np.random.default_rng(5).normal(size=(3000, 16)).astype(np.float32))
    found, sums = [], []
    for name, engine in (("ray", cluster), ("local", LocalEngine(workers=1))):
        graph = search_lists(
            tmp_path / "v.npy", k=5, metric="cosine", seed=0, engine=engine, folder=tmp_path / f"graph {name}"
        )[0]
        settings = {"vectors": str(tmp_path / "v.npy"), "height": 1500}
        work = "analysis.gathered:Gatherer"
        files = make_parts(engine, work, tmp_path / f"sums {name}", settings, 2, report=silent, words="summing")
        found.append(graph)
        sums.append([one["products"] for one in outcomes(files)])
    for ours, theirs in zip((*found[0], *sums[0]), (*found[1], *sums[1]), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1:9", "no Ray cluster answers at address '127.0.0.1:9' of [engine]"),
        ("ray://head:10001", "address of [engine] is 'ray://head:10001'; give host:port"),
        ("head", "give host:port"),
    ],
)
def test_an_address_without_a_cluster_is_one_clear_sentence(address: str, words: str) -> None:
    with pytest.raises(BadInput) as error:
        RayEngine(address=address).check()
    assert words in str(error.value) and "\n" not in str(error.value)


def test_ray_that_is_not_installed_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.engines.ray_data.find_spec", lambda name: None)
    with pytest.raises(BadInput, match="but Ray is not installed; pip install"):
        RayEngine().check()
