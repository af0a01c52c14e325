"""A maker of shards whose process is killed in the middle of its second shard, once per folder."""

import os
import signal
from collections.abc import Callable

from models.shard_maker import ShardMaker

MARK = "died"


class DyingMaker(ShardMaker):
    """Makes shards as the real one does, and is killed as the kernel does it when memory runs out."""

    made = 0

    def make(self, part: int, on_batch: Callable[[int, int], None]) -> None:
        """Make a shard, or end this process with half of it encoded."""

        def batch_done(items: int, cost: int) -> None:
            on_batch(items, cost)
            if self.made == 1 and not (self.folder / MARK).exists():
                (self.folder / MARK).touch()
                os.kill(os.getpid(), signal.SIGKILL)

        super().make(part, batch_done)
        self.made += 1
