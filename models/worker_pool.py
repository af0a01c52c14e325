"""Worker processes that share the parts of a folder's work; kept warm between jobs by whoever keeps the pool."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from models.engine import ONE_THREAD, QUIET, OnAnswer, WorkerGone
from models.errors import BadInput, Failed

ROOT = Path(__file__).resolve().parents[1]  # where `models` is imported from
EMBEDDING = "models.shard_maker:ShardMaker"


class _Worker:
    """One process, and the thread that passes its answers on; None is its last one."""

    def __init__(self, answers: "queue.Queue[tuple[_Worker, dict[str, Any] | None]]") -> None:
        path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
        environment = os.environ | ONE_THREAD | QUIET | {"PYTHONPATH": path}
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the worker)
        self.process = subprocess.Popen(
            # -P: never import from the current folder, which is the user's
            [sys.executable, "-P", "-W", "ignore", "-m", "models.embedding_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        self.folder: Path | None = None
        self.thread = threading.Thread(target=self._listen, args=(answers,), daemon=True)
        self.thread.start()

    def _listen(self, answers: "queue.Queue[tuple[_Worker, dict[str, Any] | None]]") -> None:
        assert self.process.stdout is not None
        with suppress(ValueError):  # half a line: it was killed while it spoke, and the end below says so
            for line in self.process.stdout:
                answers.put((self, json.loads(line)))
        answers.put((self, None))

    def order(self, **order: Any) -> None:
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it is gone, which its thread reports
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()

    def take(self, folder: Path, shard: int, work: str = EMBEDDING) -> None:
        if self.folder != folder:
            self.order(job=str(folder), work=work)
            self.folder = folder
        self.order(shard=shard)

    def epitaph(self) -> str:
        """How it ended, after it did."""
        code = self.process.wait()
        if code < 0:
            why = ", often for want of memory" if code == -9 else ""
            return f"the embedding worker was killed (signal {-code}{why})"
        self.errors.seek(0)
        said = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        return f"the embedding worker ended with code {code}" + (f" ({said[-1]})" if said else "")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.thread.join()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            if stream is not None:
                with suppress(BrokenPipeError):  # of an order it did not live to read
                    stream.close()


class WorkerPool:
    """Up to `count` processes, started when there is work and ended with the `with` block."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._workers: list[_Worker] = []
        self._answers: queue.Queue[tuple[_Worker, dict[str, Any] | None]] = queue.Queue()

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every worker, at once; a shard in hand is lost."""
        for worker in self._workers:
            worker.close()
        self._workers, self._answers = [], queue.Queue()

    def run(self, folder: Path, shards: Sequence[int], on_answer: OnAnswer, *, work: str = EMBEDDING) -> None:
        """Make these shards of a folder's job; `on_answer` hears of every batch and shard.

        After an error no more shards are given out, those in hand are finished, and then it is raised: WorkerGone,
        or what the worker met.
        """
        try:
            error = self._run(folder, list(shards)[::-1], on_answer, work)
        except BaseException:  # an interrupt: whoever asked does not wait for the shards in hand
            self.close()
            raise
        for worker in self._workers:
            worker.folder = None  # the next job may come in the same folder
        if error is not None:
            raise error

    def _run(self, folder: Path, waiting: list[int], on_answer: OnAnswer, work: str) -> Exception | None:
        while len(self._workers) < min(self.count, len(waiting)):
            self._workers.append(_Worker(self._answers))
        busy = self._workers[: len(waiting)]
        for worker in busy:
            worker.take(folder, waiting.pop(), work)
        error: Exception | None = None
        while busy:
            worker, answer = self._answers.get()
            if answer is None:
                error = error or WorkerGone(worker.epitaph())
                self._workers.remove(worker)
                worker.close()
                busy = [other for other in busy if other is not worker]
            elif "error" in answer:
                error = error or _as_raised(answer)
                busy.remove(worker)
            elif "done" in answer and waiting and error is None:
                on_answer(answer)
                worker.take(folder, waiting.pop(), work)
            else:
                on_answer(answer)
                if "done" in answer:
                    busy.remove(worker)
        return error


def _as_raised(answer: Mapping[str, Any]) -> Exception:
    """The error a worker met, with its own traceback as the cause."""
    kinds: dict[str, type[Exception]] = {"BadInput": BadInput, "Failed": Failed}
    kind = kinds.get(answer["error"])
    error = kind(answer["message"]) if kind else WorkerGone(f"the embedding worker broke ({answer['message']})")
    error.__cause__ = RuntimeError(answer["trace"])
    return error
