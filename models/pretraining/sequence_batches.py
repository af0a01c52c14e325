"""Records as padded batches, those of like length together, so that little of a batch is padding.

Sixteen batches' records at a time are sorted by length, cut into batches and shuffled. Step and seed decide a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.pretraining.sequence_model import END, PAD
from models.pretraining.sequence_source import Source
from models.pretraining.synthetic.generator import Record

if TYPE_CHECKING:
    import torch

TOGETHER = 16
NO_LABEL = -100  # what transformers leaves out of the loss


@dataclass(frozen=True)
class Cut:
    """The longest input and output, with their ends; longer ones are cut off."""

    input: int = 96
    output: int = 48


class Batches:
    """The batch of each step of a training."""

    def __init__(self, source: Source, *, batch: int, cut: Cut, seed: int) -> None:
        self.source, self.batch, self.cut, self.seed = source, batch, cut, seed
        self._pool, self._dealt = -1, list[list[Record]]()

    def at(self, step: int) -> list[Record]:
        """The records of a step."""
        pool, place = divmod(step, TOGETHER)
        if pool != self._pool:
            first, count = pool * TOGETHER * self.batch, TOGETHER * self.batch
            records = [trimmed(self.source.record(number), self.cut) for number in range(first, first + count)]
            order = sorted(range(count), key=lambda row: (len(records[row].input), len(records[row].output)))
            batches = [order[begin : begin + self.batch] for begin in range(0, count, self.batch)]
            dealt = np.random.default_rng((self.seed, pool, 61)).permutation(TOGETHER)
            self._pool, self._dealt = pool, [[records[row] for row in batches[one]] for one in dealt]
        return self._dealt[place]


def trimmed(record: Record, cut: Cut) -> Record:
    """With ends, and no longer than may be."""
    return Record([*record.input[: cut.input - 1], END], [*record.output[: cut.output - 1], END])


def by_length(records: Sequence[Record], batch: int) -> list[list[int]]:
    """Places of records in batches of like length, for asking."""
    order = sorted(range(len(records)), key=lambda row: (len(records[row].input), len(records[row].output)))
    return [order[begin : begin + batch] for begin in range(0, len(order), batch)]


def padded(records: Sequence[Record], device: Any = "cpu") -> "dict[str, torch.Tensor]":
    """Arguments of the network: `input_ids`, `attention_mask` and `labels`."""
    import torch

    inputs, outputs = [one.input for one in records], [one.output for one in records]
    read = np.full((len(records), max(map(len, inputs))), PAD)
    asked = np.full((len(records), max(map(len, outputs))), NO_LABEL)
    for row, (one, other) in enumerate(zip(inputs, outputs, strict=True)):
        read[row, : len(one)] = one
        asked[row, : len(other)] = other
    lengths = np.array([len(one) for one in inputs])
    mask = (np.arange(read.shape[1]) < lengths[:, None]).astype(np.int64)
    arrays = {"input_ids": read, "attention_mask": mask, "labels": asked}
    return {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}
