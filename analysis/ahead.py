"""Many small scores at once: asks that need nothing of one another, made by processes of one thread each.

What a score takes is mostly Python between small products, which threads of one process cannot share out. A worker has
whole spaces, so that none of them is read or linked twice; what it makes lies in the store, where whoever asks next
finds it. What a worker could not make is left for the one who asks, to be made, or to fail, in its turn.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from analysis import cores
from analysis.ask import Ask
from analysis.described import described, pipeline_of
from analysis.pipeline import Pipeline
from analysis.progress import Progress, silent
from analysis.registry import task_methods
from analysis.task_data import has_files, spec_called
from analysis.transfer_asks import own_task
from models.errors import BadInput, Failed

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1") | {
    "PYTHONPATH": str(ROOT)
}
FEWEST = 16  # asks for which starting processes pays
SMALLEST, LARGEST = 500, 50_000  # samples: below, a score takes less than a start; above, its products use all cores


class Ahead:
    """What is left of a run; `before` an ask makes it, and those like it, where that pays."""

    def __init__(self, pipeline: Pipeline, asks: Sequence[Ask]) -> None:
        self._pipeline, self._asks = pipeline, [ask for ask in asks if is_small(pipeline, ask)]

    def before(self, ask: Ask, progress: Progress = silent) -> None:
        """Make this ask and all that are like it, if it is one of them; once."""
        if ask in self._asks:
            asks, self._asks = self._asks, []
            made_ahead(self._pipeline, asks, progress)


def is_small(pipeline: Pipeline, ask: Ask) -> bool:
    """Whether an ask is a score, or the estimates, of the study's own samples that trains no encoder."""
    if ask.kind == "transferability":
        return own_task(pipeline.study, ask.other) is None
    if ask.kind != "task" or ask.name not in task_methods() or task_methods()[ask.name].trains:
        return False
    return not has_files(spec_called(pipeline, ask.other))


def made_ahead(pipeline: Pipeline, asks: Sequence[Ask], progress: Progress = silent) -> int:
    """Make those that are missing and whose vectors are there, on every core; how many were made. Never fails."""
    count = cores.cores()
    dataset = pipeline.find_dataset()
    if count < 2 or dataset is None or not SMALLEST <= len(dataset) <= LARGEST:
        return 0
    there = {name for name in {ask.subject for ask in asks} if _has_vectors(pipeline, name)}
    missing = [ask for ask in asks if ask.subject in there and pipeline.find(ask) is None]
    names = list(dict.fromkeys(ask.subject for ask in missing))
    if len(missing) < FEWEST or len(names) < count:
        return 0
    parts = [[ask for ask in missing if names.index(ask.subject) % count == core] for core in range(count)]
    done = 0
    for done, said in enumerate(_answers(pipeline, parts), start=1):
        progress(done, len(missing), said)
    return done


def _has_vectors(pipeline: Pipeline, name: str) -> bool:
    try:
        return pipeline.find(Ask("space", subject=name)) is not None
    except BadInput:
        return False


def _answers(pipeline: Pipeline, parts: Sequence[Sequence[Ask]]) -> Iterator[str]:
    """Each ask in words as it is made, by one process a part."""
    lines: SimpleQueue[str] = SimpleQueue()
    with ExitStack() as open_ones:
        for part in parts:
            job = json.dumps(described(pipeline) | {"asks": [ask.to_json() for ask in part]})
            worker = open_ones.enter_context(_started())
            open_ones.callback(worker.kill)  # before its pipes are closed and its end is waited for
            reader = threading.Thread(target=_read, args=(worker, job, lines), daemon=True)
            reader.start()
        left = len(parts)
        while left:
            line = lines.get()
            if line:
                yield line
            left -= not line


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-W", "ignore", "-m", "analysis.ahead"],
        cwd=ROOT,
        env=dict(os.environ) | ONE_THREAD,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,  # so that nothing is left to be written to one that ended
    )


def _read(worker: "subprocess.Popen[bytes]", job: str, lines: "SimpleQueue[str]") -> None:
    """Tell a worker its job, and hand on what it says; its input stays open, for its end is that of this process."""
    assert worker.stdin is not None and worker.stdout is not None
    try:
        worker.stdin.write(job.encode() + b"\n")
        for line in worker.stdout:
            lines.put(line.decode().strip())
    except (BrokenPipeError, ValueError):
        pass  # it ended, or all was made: what is missing is made in its turn
    lines.put("")


# A worker's side


def main() -> None:
    """Make what the first line of standard input asks for, each said on a line of its own; end with its end."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cores.MOST = 1
    pipeline = pipeline_of(job)
    pipeline.dataset()
    for ask in map(Ask.from_json, job["asks"]):
        try:
            pipeline.make(ask)
        except (BadInput, Failed, OSError, MemoryError, ArithmeticError, ValueError, RuntimeError):
            continue  # whoever asks for it next is told why
        sys.stdout.write(f"{ask}\n")
        sys.stdout.flush()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
