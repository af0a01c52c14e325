"""The embedding job: the encoder's vectors in the samples' order, and the same bits however often it was killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models import batches
from models.embedding import embed
from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.errors import BadInput, Failed
from models.image_encoder import ImageEncoder
from models.place import Place
from models.queries import embed_now
from models.shards import shard_path
from models.torch_encoder import TorchEncoder
from models.worker_pool import WorkerPool
from tests.tiny_models import WORDS, write_model

ROOT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(3)
TEXTS = [" ".join(RNG.choice(WORDS, RNG.integers(1, 30))) for _ in range(120)]
Vectors = npt.NDArray[np.float32]


def silent(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> EncoderRecipe:
    base = tmp_path_factory.mktemp("tiny")
    write_model(base / "bert", "bert")
    return EncoderRecipe(family="transformer", model="bert", place=Place(base))


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2) as workers:
        yield workers


@pytest.fixture
def many_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches and shards so small that a tiny model's job has several."""
    monkeypatch.setattr(batches, "OPERATIONS_PER_SHARD", {"cpu": 1e6})
    for encoder in (TorchEncoder, ImageEncoder):
        monkeypatch.setattr(encoder, "batch_on_cpu", (64 if encoder is TorchEncoder else 4, 64, 1.0))


def run(
    recipe: EncoderRecipe, items: Any, folder: Path, layers: tuple[int, ...] = (2,), **options: Any
) -> list[Vectors]:
    files = embed(recipe, items, layers=layers, folder=folder, report=options.pop("report", silent), **options)
    return [np.load(files[layer], allow_pickle=False) for layer in layers]


def test_vectors_come_in_the_samples_order_and_equal_the_encoders(tiny: EncoderRecipe, tmp_path: Path) -> None:
    found = run(tiny, TEXTS, tmp_path, layers=(0, 2))
    direct = family_called("transformer").load(tiny).encode(TEXTS, (0, 2))
    for ours, expected in zip(found, direct, strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, expected, atol=2e-6, rtol=1e-5)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "job.json",
        "layer-0.npy",
        "layer-2.npy",
        "precision.txt",
    ]


def test_worker_processes_and_the_callers_own_process_give_the_same_bits(
    tiny: EncoderRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool: WorkerPool, many_shards: None
) -> None:
    in_workers = run(tiny, TEXTS, tmp_path / "workers", (0, 1, 2), pool=pool)
    monkeypatch.setattr(batches, "OPERATIONS_PER_SHARD", {"cpu": 1e15})
    here = run(tiny, TEXTS, tmp_path / "here", (0, 1, 2))
    for a, b in zip(in_workers, here, strict=True):
        np.testing.assert_array_equal(a, b)


def test_progress_never_goes_back_and_ends_at_all_samples(
    tiny: EncoderRecipe, tmp_path: Path, pool: WorkerPool, many_shards: None
) -> None:
    told: list[tuple[int, int, str]] = []
    run(tiny, TEXTS, tmp_path, pool=pool, report=lambda *now: told.append(now))
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert told[-1][:2] == (120, 120) and {total for _, total, _ in told} == {120}
    before = len(told)
    run(tiny, TEXTS, tmp_path, pool=pool, report=lambda *now: told.append(now))
    assert len(told) == before + 1  # all there: nothing but the items' hash is computed


def test_a_job_goes_on_from_its_finished_shards_and_remakes_a_damaged_one(
    tiny: EncoderRecipe, tmp_path: Path, pool: WorkerPool, many_shards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run(tiny, TEXTS, tmp_path / "whole", pool=pool)[0]

    def stop(done: int, total: int, words: str) -> None:
        if words.startswith("putting"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tiny, TEXTS, tmp_path / "job", pool=pool, report=stop)
    shards = sorted((tmp_path / "job" / "shards").glob("*.npz"))
    assert len(shards) > 4
    damaged = shards[2].read_bytes()
    shards[2].write_bytes(damaged[:300] + bytes([damaged[300] ^ 1]) + damaged[301:])
    shards[3].write_bytes(damaged[:100])
    shards[4].unlink()
    made: list[int] = []
    monkeypatch.setattr("models.worker_pool._Worker.take", _watched(made))
    np.testing.assert_array_equal(run(tiny, TEXTS, tmp_path / "job", pool=pool)[0], expected)
    assert sorted(made) == [2, 3, 4]


def _watched(made: list[int]) -> Any:
    from models.worker_pool import _Worker

    take = _Worker.take

    def watch(self: _Worker, folder: Path, shard: int, work: str) -> None:
        made.append(shard)
        take(self, folder, shard, work)

    return watch


def test_a_job_whose_vectors_were_taken_away_makes_them_again(tiny: EncoderRecipe, tmp_path: Path) -> None:
    first = run(tiny, TEXTS[:9], tmp_path)[0]
    (tmp_path / "layer-2.npy").unlink()
    np.testing.assert_array_equal(run(tiny, TEXTS[:9], tmp_path)[0], first)
    np.testing.assert_array_equal(run(tiny, TEXTS[:9], tmp_path)[0], first)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.json", "layer-2.npy", "precision.txt"]


def test_other_items_in_the_same_folder_start_anew(tiny: EncoderRecipe, tmp_path: Path) -> None:
    first = run(tiny, TEXTS, tmp_path)[0]
    reversed_texts = run(tiny, TEXTS[::-1], tmp_path)[0]
    np.testing.assert_allclose(reversed_texts, first[::-1], atol=2e-6, rtol=1e-5)


def test_a_killed_worker_is_said_in_a_sentence_and_the_next_run_has_the_bits_of_an_undisturbed_one(
    tiny: EncoderRecipe, tmp_path: Path, many_shards: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [" ".join(RNG.choice(WORDS, RNG.integers(1, 30))) for _ in range(2000)]
    kept: list[int] = []
    for moment, words in ((0.5, "starting"), (RNG.uniform(0, 0.4), "a second")):
        said = pytest.raises(Failed, match=r"was killed \(signal 9.*of \d+ shards are kept: run again")
        with WorkerPool(1) as pool, said:
            run(tiny, texts, tmp_path / "job", pool=pool, report=_killer(pool, words, moment))
        kept.append(len(list((tmp_path / "job" / "shards").glob("*.npz"))))
    assert kept[0] == 0 < kept[1]
    resumed = run(tiny, texts, tmp_path / "job", workers=1)[0]
    monkeypatch.setattr(batches, "OPERATIONS_PER_SHARD", {"cpu": 1e15})
    np.testing.assert_array_equal(resumed, run(tiny, texts, tmp_path / "undisturbed")[0])


def _killer(pool: WorkerPool, words: str, moment: float) -> Any:
    """A report that kills the pool's worker so long after these words were first said."""
    victims: list[threading.Timer] = []

    def kill() -> None:
        os.kill(pool._workers[0].process.pid, signal.SIGKILL)

    def report(done: int, total: int, said: str) -> None:
        if words in said and not victims:
            victims.append(threading.Timer(moment, kill))
            victims[0].start()

    return report


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    program = (
        "import sys, time; from models.worker_pool import WorkerPool, _Worker\n"
        "pool = WorkerPool(1); worker = _Worker(pool._answers)\n"
        "print(worker.process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(worker)


def _alive(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_a_full_disk_is_a_sentence_and_keeps_what_is_finished(
    tiny: EncoderRecipe, tmp_path: Path, pool: WorkerPool, many_shards: None
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full to write to")

    def fill(done: int, total: int, words: str) -> None:
        if words.startswith("starting"):
            shard_path(tmp_path, 3).with_suffix(".draft").symlink_to("/dev/full")

    with pytest.raises(Failed, match=r"no room left on the disk.*run again"):
        run(tiny, TEXTS, tmp_path, pool=pool, report=fill)
    assert shard_path(tmp_path, 0).exists()


def test_vectors_that_are_not_finite_name_the_sample(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    write_model(tmp_path / "bert", "bert")
    path = tmp_path / "bert" / "model.safetensors"
    tensors = load_file(path)
    tensors["bert.embeddings.word_embeddings.weight"][4 + WORDS.index("mat")] = torch.inf
    save_file(tensors, path, metadata={"format": "pt"})
    recipe = EncoderRecipe(family="transformer", model="bert", place=Place(tmp_path))
    texts = ["the cat", "the dog ran", "a mat", "the tree"]
    with pytest.raises(Failed, match=r"not finite in layer 2 for sample 2 \(counted from 0\)"):
        run(recipe, texts, tmp_path / "job")


def test_a_checkpoint_that_cannot_be_loaded_is_bad_input_from_a_worker_too(
    tmp_path: Path, pool: WorkerPool, many_shards: None
) -> None:
    import json

    write_model(tmp_path / "bert", "bert")
    config = json.loads((tmp_path / "bert" / "config.json").read_text())
    (tmp_path / "bert" / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    recipe = EncoderRecipe(family="transformer", model="bert", place=Place(tmp_path))
    with pytest.raises(BadInput, match="lack 16"):
        run(recipe, TEXTS, tmp_path / "job", pool=pool)
    with pytest.raises(BadInput, match="layers 0 to 3, not 7"):
        run(recipe, TEXTS, tmp_path / "job", (7,))


def test_images_of_several_sizes_pass_through_the_workers(tmp_path: Path, pool: WorkerPool, many_shards: None) -> None:
    write_model(tmp_path / "vit", "vit")
    images = [RNG.integers(0, 256, (*RNG.integers(4, 50, 2), 3), dtype=np.uint8) for _ in range(40)]
    recipe = EncoderRecipe(family="image", model="vit", place=Place(tmp_path))
    found = run(recipe, images, tmp_path / "job", (0, 2), pool=pool)
    for ours, expected in zip(found, family_called("image").load(recipe).encode(images, (0, 2)), strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-5, rtol=1e-4)


def test_families_fitted_on_all_samples_run_at_once_and_say_what_they_noted(tmp_path: Path) -> None:
    told: list[str] = []
    columns = np.array([[1, 5], [2, 5], [3, 5]], dtype=np.float32)
    recipe = EncoderRecipe(family="numeric")
    rows = run(recipe, columns, tmp_path, (0,), report=lambda done, total, words: told.append(words))[0]
    np.testing.assert_allclose(rows[:, 0], [-np.sqrt(1.5), 0, np.sqrt(1.5)], rtol=1e-6)
    assert told[-1] == "1 of 2 columns are constant and count as 0"
    with pytest.raises(BadInput, match="sample 1 "):
        run(recipe, np.array([[1, 5], [np.nan, 5]], dtype=np.float32), tmp_path, (0,))


def test_queries_get_the_vectors_of_the_job(tiny: EncoderRecipe, tmp_path: Path) -> None:
    stored = run(tiny, TEXTS, tmp_path / "text")[0]
    np.testing.assert_allclose(embed_now(tiny, TEXTS[:3], [2])[0], stored[:3], atol=2e-6, rtol=1e-5)
    columns = RNG.normal(size=(9, 3)).astype(np.float32)
    numeric = EncoderRecipe(family="numeric")
    stored = run(numeric, columns, tmp_path / "columns", (0,))[0]
    np.testing.assert_allclose(embed_now(numeric, columns[:2], [0], fitted_on=columns)[0], stored[:2])
    with pytest.raises(BadInput, match="fitted on the samples"):
        embed_now(numeric, columns[:2], [0])
