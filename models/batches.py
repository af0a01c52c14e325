"""Which items are encoded together, decided once for the whole job and never by where it was interrupted.

Items sorted by cost, dearest first, so that a batch needs little padding and the last ones are short; batches
filled up to a budget of padded cost; shards of consecutive batches, each of about a second of work. A
batch's composition decides its vectors to the last bit, so a plan is part of what a resumed job must find again.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

OPERATIONS_PER_SHARD = {"cpu": 5e10, "cuda": 5e12}
MOST_SHARDS = 4096
MOST_ITEMS = 1 << 16  # in one shard, where items cost next to nothing


@dataclass(frozen=True, eq=False)
class Plan:
    """The order of items (n,), where each batch starts in it (b + 1,), and each shard in the batches (s + 1,)."""

    order: npt.NDArray[np.int64]
    batches: npt.NDArray[np.int64]
    shards: npt.NDArray[np.int64]
    costs: npt.NDArray[np.int64]  # of each item, in the items' own order

    def rows(self, shard: int) -> npt.NDArray[np.int64]:
        """The items of a shard, in the order they are encoded."""
        first, last = self.shards[shard], self.shards[shard + 1]
        return self.order[self.batches[first] : self.batches[last]]

    def batches_of(self, shard: int) -> list[npt.NDArray[np.int64]]:
        """The items of each batch of a shard."""
        bounds = self.batches[self.shards[shard] : self.shards[shard + 1] + 1]
        return [self.order[start:end] for start, end in pairwise(bounds)]

    def __len__(self) -> int:
        """How many shards."""
        return len(self.shards) - 1

    def save(self, path: Path) -> None:
        """Write all four arrays to an .npz file."""
        with path.open("wb") as file:
            np.savez(file, order=self.order, batches=self.batches, shards=self.shards, costs=self.costs)

    @classmethod
    def read(cls, path: Path) -> "Plan":
        """Read a plan that was saved."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(arrays["order"], arrays["batches"], arrays["shards"], arrays["costs"])


def plan_batches(costs: npt.NDArray[np.int64], *, budget: int, work: float, device: str) -> Plan:
    """Plan a job: `budget` is the padded cost of a batch, `work` the operations per unit of cost."""
    order = np.argsort(-costs, kind="stable").astype(np.int64)
    batches = _starts(costs[order], budget)
    sizes = np.diff(batches)
    padded = costs[order][batches[:-1]] * sizes  # the first item of a batch is its dearest
    target = max(OPERATIONS_PER_SHARD[device] / max(work, 1.0), padded.sum() / MOST_SHARDS, 1.0)
    shards, cost, items = [0], 0, 0
    for batch in range(len(sizes)):
        if cost >= target or items + sizes[batch] > max(MOST_ITEMS, sizes[batch]):
            shards.append(batch)
            cost = items = 0
        cost += int(padded[batch])
        items += int(sizes[batch])
    return Plan(order, batches, np.array([*shards, len(sizes)], dtype=np.int64), costs)


def _starts(costs: npt.NDArray[np.int64], budget: int) -> npt.NDArray[np.int64]:
    """Where batches start, and the end: each as many items as fit the budget at its first item's cost, at least 1."""
    starts, position = [0], 0
    while position < len(costs):
        position = min(position + max(1, budget // int(costs[position])), len(costs))
        starts.append(position)
    return np.array(starts, dtype=np.int64)
