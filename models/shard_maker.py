"""Makes the shards of a job one by one; used in a worker process and, for a small job, in the caller's own.

Always on one thread: how threads split a sum changes its last bits, and two processes of one thread each are
faster than one of two.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.batches import Plan
from models.embedding_job import EmbeddingJob, library_versions
from models.encoder import Vectors
from models.errors import Failed
from models.item_files import ItemFiles, take
from models.precision import choose_precision, sample_of
from models.shards import write_shard
from models.torch_encoder import TorchEncoder, device_name

PLAN, PRECISION = "plan.npz", "precision.txt"


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread within the block."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def encoder_of(job: EmbeddingJob) -> TorchEncoder:
    """The encoder of a job; the families that are not fitted on their items at once are all torch modules."""
    encoder = job.family.load(job.recipe)
    if not isinstance(encoder, TorchEncoder):
        raise TypeError(f"family {job.family.name!r} is neither whole nor a torch module")
    return encoder


def check_alike(job: EmbeddingJob) -> None:
    """Refuse a machine whose bits would differ from those of the job's other shards."""
    here = {"device": device_name(), "libraries": library_versions()}
    for name, has in here.items():
        if name in job.made_of and job.made_of[name] != has:
            raise Failed(
                f"a worker on {socket.gethostname()} has {name} {has}, the job {job.made_of[name]}; give all machines"
                " the same, or the vectors would not be those of one machine."
            )


class ShardMaker:
    """The encoder, items and plan of a job's folder."""

    draft = ".draft"

    def __init__(self, folder: Path) -> None:
        self.folder, self.job = folder, EmbeddingJob.read(folder)
        check_alike(self.job)
        self.plan = Plan.read(folder / PLAN)
        self.items = ItemFiles(folder, self.job.modality)
        self.encoder = encoder_of(self.job)
        with one_thread():
            some, work = take(self.items, sample_of(self.plan)), float(self.plan.costs.sum()) * self.encoder.work
            choose_precision(self.encoder, some, self.job.layers, work=work, note=folder / PRECISION)

    def make(self, shard: int, on_batch: Callable[[int, int], None]) -> None:
        """Encode and write one shard; `on_batch` hears how many items and how much cost each batch was."""
        batches = self.plan.batches_of(shard)
        parts: list[list[Vectors]] = [[] for _ in self.job.layers]
        with one_thread():
            for rows in batches:
                for part, vectors in zip(parts, self._encode(rows), strict=True):
                    part.append(vectors)
                on_batch(len(rows), int(self.plan.costs[rows].sum()))
        write_shard(self.folder, shard, self.job.layers, [np.concatenate(part) for part in parts], self.draft)

    def _encode(self, rows: npt.NDArray[np.int64]) -> list[Vectors]:
        vectors = halving(lambda some: self.encoder.encode(take(self.items, some), self.job.layers), rows)
        for layer, matrix in zip(self.job.layers, vectors, strict=True):
            wrong = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
            if len(wrong):
                raise Failed(
                    f"model {self.job.recipe.model!r} gives values that are not finite in layer {layer} for sample"
                    f" {int(rows[wrong[0]])} (counted from 0); try dtype = 'float32', or leave that sample out."
                )
        return vectors


def halving(encode: Callable[[npt.NDArray[np.int64]], list[Vectors]], rows: npt.NDArray[np.int64]) -> list[Vectors]:
    """Encode rows together, or in halves of halves where memory does not suffice."""
    try:
        return encode(rows)
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
    if len(rows) == 1:
        raise Failed("there is not enough memory for a single sample; use a smaller max_length, dtype or model.")
    _give_memory_back()
    middle = len(rows) // 2
    halves = [halving(encode, rows[:middle]), halving(encode, rows[middle:])]
    return [np.concatenate(parts) for parts in zip(*halves, strict=True)]


def _is_out_of_memory(error: BaseException) -> bool:
    names = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, MemoryError) or any(name in str(error) for name in names)


def _give_memory_back() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
