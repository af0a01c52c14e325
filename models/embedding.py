"""The embedding job: items in, one file of vectors per layer out, resumable from the last finished shard.

    items on disk -> plan (order, batches, shards) -> shards, by worker processes -> vectors in the samples' order

What decides the bits of the vectors (batches, threads, precision) is in the plan and never depends on where an
earlier run stopped: an interrupted job ends with the vectors of an undisturbed one. Memory holds one shard per
worker, however many items there are.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.batches import Plan, plan_batches
from models.embedding_job import EmbeddingJob, family_called, library_versions
from models.encoder import Card, EncoderRecipe, Family, Items
from models.engine import Engine, WorkerGone
from models.engines.local import LocalEngine
from models.errors import BadInput, Failed
from models.item_files import CONTENT, ENDS, SHAPES, write_items
from models.shard_maker import PLAN, PRECISION, ShardMaker, encoder_of
from models.shards import assemble, finished_shards, layer_path, no_room_is_a_sentence, write_whole
from models.torch_encoder import device_name
from models.worker_pool import EMBEDDING, WorkerPool

Report = Callable[[int, int, str], None]
EVERY = 0.25  # seconds between two reports
COUNTED_AT_ONCE = 2048
NOUNS = {"text": "texts", "image": "images", "numeric": "rows", "vector": "rows"}


def embed(
    recipe: EncoderRecipe,
    items: Items,
    *,
    layers: Sequence[int],
    folder: Path,
    workers: int = 0,
    report: Report,
    pool: WorkerPool | None = None,
    engine: Engine | None = None,
) -> dict[int, Path]:
    """Embed all items: for each layer an (n, width) float32 `.npy` file in `folder`, in the items' order.

    `folder` belongs to this job alone; started again on it, the job goes on. `workers`: processes, 0 for one per
    core, or one where there is a GPU; `pool`: warm ones to use instead; `engine`: where else the shards are made, with
    the same bits on like hardware. Raises BadInput for a checkpoint that
    cannot be used, Failed for work that broke in the middle.
    """
    family = family_called(recipe.family)
    card = family.describe(recipe)
    wanted = _checked(layers, card)
    with no_room_is_a_sentence(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if family.whole:
            return _at_once(family, recipe, items, wanted, folder, report)
        report(0, len(items), f"writing the {NOUNS[family.modality]} for the workers")
        digest = write_items(items, family.modality, folder)
    engine = engine or LocalEngine(workers=workers, pool=pool)
    made_of = _made_of(family, card, wanted, digest, len(items), engine.device())
    job = EmbeddingJob(recipe=recipe, layers=wanted, made_of=made_of)
    paths = {layer: layer_path(folder, layer) for layer in wanted}
    if not job.is_the_one_in(folder):
        _clear(folder, wanted)
        with no_room_is_a_sentence(folder):
            job.save(folder)
    elif all(path.is_file() for path in paths.values()):
        _clear(folder, ())
        return paths
    (folder / "shards").mkdir(exist_ok=True)
    plan = _plan(job, items, folder, report)
    done = finished_shards(folder, len(plan))
    progress = _Progress(plan, done, NOUNS[family.modality], report)
    todo = [shard for shard in range(len(plan)) if shard not in done]
    if len(plan) == 1 and made_of["device"] == device_name():
        _here(folder, todo, progress)
    elif todo:
        _in_workers(folder, todo, progress, engine)
    report(len(items), len(items), "putting the vectors in order")
    paths = assemble(folder, plan, wanted)
    _clear(folder, ())
    return paths


def _checked(layers: Sequence[int], card: Card) -> tuple[int, ...]:
    wanted = tuple(sorted(set(layers)))
    if not wanted:
        raise ValueError("an embedding job needs at least one layer")
    for layer in wanted:
        if not 0 <= layer < card.layers:
            raise BadInput(f"{card.title!r} has layers 0 to {card.layers - 1}, not {layer}; change `layers`.")
    return wanted


def _made_of(family: Family, card: Card, layers: tuple[int, ...], digest: str, n: int, device: str) -> dict[str, Any]:
    return {
        "family": family.name,
        "version": family.version,
        "identity": dict(card.identity),
        "layers": list(layers),
        "items": digest,
        "n": n,
        "device": device,
        "libraries": library_versions(),
    }


def _at_once(
    family: Family, recipe: EncoderRecipe, items: Items, layers: tuple[int, ...], folder: Path, report: Report
) -> dict[int, Path]:
    """A family that is fitted on all items: no shards, for it takes seconds."""
    report(0, len(items), f"fitting {family.title}")
    encoder = family.load(recipe, items)
    vectors = encoder.encode(items, layers)
    for matrix in vectors:
        wrong = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
        if len(wrong):
            raise Failed(f"{family.title}: sample {wrong[0]} (counted from 0) has values that are not finite.")
    paths = {layer: write_whole(folder, layer, part) for layer, part in zip(layers, vectors, strict=True)}
    report(len(items), len(items), "; ".join(encoder.notes))
    return paths


def _plan(job: EmbeddingJob, items: Items, folder: Path, report: Report) -> Plan:
    path = folder / PLAN
    if path.is_file():
        return Plan.read(path)
    encoder = encoder_of(job)
    encoder.device = job.made_of["device"]  # the workers', which this machine need not have
    report(0, len(items), "fetching the weights")
    encoder.prepare()
    costs = [np.empty(0, np.int64)]
    for start in range(0, len(items), COUNTED_AT_ONCE):
        report(0, len(items), f"measuring the {NOUNS[job.modality]} ({start:,} of {len(items):,})")
        costs.append(encoder.cost(items[start : start + COUNTED_AT_ONCE]))
    plan = plan_batches(np.concatenate(costs), budget=encoder.batch, work=encoder.work, device=encoder.device)
    draft = folder / f"{PLAN}.draft"
    with no_room_is_a_sentence(folder):
        plan.save(draft)
        draft.replace(path)
    return plan


def _here(folder: Path, todo: list[int], progress: "_Progress") -> None:
    """A job of one shard is quicker made than given away."""
    for shard in todo:
        ShardMaker(folder).make(shard, lambda items, cost: progress.hear({"items": items, "cost": cost}))


def _in_workers(folder: Path, todo: list[int], progress: "_Progress", engine: Engine) -> None:
    count = min(engine.workers(), len(todo))
    progress.say("starting one worker" if count == 1 else f"starting {count} workers")
    try:
        engine.run(EMBEDDING, folder, todo, progress.hear)
    except WorkerGone as gone:
        kept, total = progress.shards, len(progress.plan)
        if kept < total:
            raise Failed(f"{gone}; {kept} of {total} shards are kept: run again to go on.") from gone.__cause__
    finally:
        engine.close()


def _clear(folder: Path, layers: Sequence[int]) -> None:
    """Remove what only the work needed, or the vectors of these layers and the rest of another job."""
    shutil.rmtree(folder / "shards", ignore_errors=True)
    for name in (PLAN, PRECISION) if layers else (PLAN, CONTENT, ENDS, SHAPES):
        (folder / name).unlink(missing_ok=True)
    for layer in layers:
        layer_path(folder, layer).unlink(missing_ok=True)


class _Progress:
    """How far the job is, with its rate and the time left, told at most a few times a second."""

    def __init__(self, plan: Plan, done: set[int], noun: str, report: Report) -> None:
        self.plan, self.noun, self.report = plan, noun, report
        self.shards = len(done)
        rows = np.concatenate([np.empty(0, np.int64), *(plan.rows(shard) for shard in done)])
        self.items, self.cost = len(rows), int(plan.costs[rows].sum())
        self.before = (self.items, self.cost)
        self.total = int(plan.costs.sum())
        self.start = self.told = 0.0

    def hear(self, answer: Mapping[str, Any]) -> None:
        """Take in one answer of a worker."""
        now = time.monotonic()
        if "done" in answer:
            self.shards += 1
            return
        if not self.start:  # the first batch holds the start of the process: it sets the clock
            self.start = now
            self.before = (self.items + answer["items"], self.cost + answer["cost"])
        self.items += answer["items"]
        self.cost += answer["cost"]
        if now - self.told >= EVERY:
            self.told = now
            self.say(self._words(now - self.start))

    def say(self, words: str) -> None:
        """Report with these words."""
        self.report(min(self.items, len(self.plan.order)), len(self.plan.order), words)

    def _words(self, seconds: float) -> str:
        items, cost = self.items - self.before[0], self.cost - self.before[1]
        if seconds <= 0 or cost <= 0:
            return f"embedding the {self.noun}"
        left = (self.total - self.cost) * seconds / cost
        return f"{items / seconds:,.1f} {self.noun} a second, about {in_words(left)} left"


def in_words(seconds: float) -> str:
    """A length of time, roughly.

    >>> in_words(42), in_words(200), in_words(9000)
    ('42 s', '3 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
