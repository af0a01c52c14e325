"""Worker processes on this machine: one of one thread per core, or one where there is a GPU."""

from collections.abc import Sequence
from pathlib import Path

from models.engine import OnAnswer
from models.errors import BadInput
from models.torch_encoder import cores, device_name
from models.worker_pool import WorkerPool


class LocalEngine:
    """`pool`: warm workers to use instead of its own."""

    name = "local"

    def __init__(self, *, address: str = "", workers: int = 0, pool: WorkerPool | None = None) -> None:
        if address:
            raise BadInput(f"address of [engine] is {address!r}, but the local engine has none; set name = 'ray'.")
        self._count, self._pool = workers, pool
        self._own: WorkerPool | None = None

    def check(self) -> None:
        """Nothing is needed."""

    def device(self) -> str:
        """That of this machine."""
        return device_name()

    def workers(self) -> int:
        """As many as were asked for."""
        return self._pool.count if self._pool else self._count or cores()

    def run(self, work: str, folder: Path, parts: Sequence[int], on_answer: OnAnswer) -> None:
        """Make these parts in the pool."""
        self._own = self._own or (None if self._pool else WorkerPool(self.workers()))
        pool = self._pool or self._own
        assert pool is not None
        pool.run(folder.absolute(), parts, on_answer, work=work)

    def close(self) -> None:
        """End its own workers."""
        if self._own is not None:
            self._own.close()
            self._own = None


ENGINE = LocalEngine
