"""Fuzzed bytes into every reader: a clear refusal or a right result, never a crash, a hang or the machine's memory.

A worker is forked from a process that has its libraries loaded, and opens one input after the other under an address
space of 2 GiB beyond what those libraries map. It says which input it is at; where it dies, or is at one for over ten
seconds, that input is a finding and another worker goes on behind it. An input is a function of the reader's name and a
number, so each finding can be made again: `python -m benchmarks.survival.fuzz npz 4711`. Every thousand of a reader are
a line of `benchmarks/results/fuzz.jsonl`, where the next call goes on.
"""

import contextlib
import math
import os
import resource
import select
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from analysis.cores import cores
from benchmarks.survival.lines import append, read
from benchmarks.survival.mutations import mutated
from benchmarks.survival.outcome import Outcome
from benchmarks.survival.readers import Reader, readers

RECORD = Path(__file__).resolve().parents[1] / "results" / "fuzz.jsonl"
MEMORY = 2 << 30  # bytes of address space beyond the libraries
SHORT, LONG, TURN = 20, 10_000, 1_000  # inputs
PATIENCE = 10.0  # processor seconds for one input
ASLEEP = 120.0  # seconds on the clock
WELL, STARTED, WRONG = b"w", b"s", b"x"
HEAD = struct.Struct("<cII")  # what is said, the input's number, the bytes that follow


@dataclass
class Tally:
    """What became of the inputs of one reader."""

    refused: int = 0
    read: int = 0
    slowest: float = 0.0
    peak: int = 0  # kilobytes
    findings: dict[str, str] = field(default_factory=dict)  # how it went wrong, once for each place in the code
    bad: int = 0
    tried: int = 0
    seconds: float = 0.0


def fuzz(name: str, inputs: int, start: int = 0) -> Tally:
    """Open so many inputs of a reader."""
    reader, tally, number = readers()[name], Tally(), start
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        while number < start + inputs:
            number = _one_worker(name, reader, Path(folder), number, start + inputs, tally)
    tally.tried += inputs
    tally.seconds += time.monotonic() - began
    return tally


def rows(*, short: bool = False, minutes: float = math.inf) -> list[Outcome]:
    """A line for each reader, of all inputs so far: readers take turns, one a core, until all had theirs or the time is
    over. The short form is not kept.
    """
    preload()
    deadline = time.monotonic() + 60 * minutes
    most, inputs = (SHORT, SHORT) if short else (LONG, TURN)
    record = [] if short else read(RECORD)
    known = {(one["reader"], one["start"]) for one in record}
    turns = [(name, start) for start in range(0, most, inputs) for name in readers() if (name, start) not in known]
    with ProcessPoolExecutor(cores(), mp_context=get_context("fork")) as pool:
        for made in pool.map(partial(_turn, inputs=inputs, deadline=deadline), turns):
            if made is None:
                continue
            record.append(made)
            if not short:
                append(RECORD, made)
                print(made["reader"], made["start"], *made["findings"].values(), sep="\n", file=sys.stderr, flush=True)
    return [_outcome(name, together([one for one in record if one["reader"] == name])) for name in readers()]


def _turn(turn: tuple[str, int], *, inputs: int, deadline: float) -> dict[str, Any] | None:
    """What becomes of some inputs of a reader; None where the time is over."""
    name, start = turn
    if time.monotonic() > deadline:
        return None
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    return {"reader": name, "start": start, **asdict(fuzz(name, inputs, start)), "day": day}


def together(record: list[dict[str, Any]]) -> Tally:
    """The turns of a reader as one."""
    found = Tally()
    for one in record:
        found.findings = {**one["findings"], **found.findings}
        found.slowest, found.peak = max(found.slowest, one["slowest"]), max(found.peak, one["peak"])
        for name in ("refused", "read", "bad", "tried", "seconds"):
            setattr(found, name, getattr(found, name) + one[name])
    return found


def _outcome(name: str, tally: Tally) -> Outcome:
    note = f"{tally.refused:,} refused in a sentence, {tally.read:,} read; slowest {tally.slowest:.1f} s;"
    note += f" peak {tally.peak / 1024:,.0f} MB"
    findings = tuple(f"{name}: {what}" for what in tally.findings.values())
    return Outcome(f"fuzzed {name}", tally.tried, tally.tried - tally.bad, tally.seconds, findings, note)


def preload() -> None:
    """Load what readers need before workers are forked; none of it starts a thread that a fork would lose."""
    import PIL.Image
    import pyarrow.csv
    import pyarrow.feather
    import pyarrow.parquet
    import safetensors.torch
    import scipy.sparse
    import torch

    from analysis.registry import graph_sources, metric_sources, sources

    torch.set_num_threads(1)
    pyarrow.set_cpu_count(1)
    PIL.Image.init()
    assert all((graph_sources(), metric_sources(), sources(), scipy.sparse, safetensors.torch, pyarrow.csv))
    assert pyarrow.feather and pyarrow.parquet


def _one_worker(name: str, reader: Reader, folder: Path, start: int, end: int, tally: Tally) -> int:
    """Fork a worker for the inputs from `start` on; the number to go on from."""
    out, into = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(out)
        try:
            _work(name, reader, folder, start, end, into)
        except BaseException:
            traceback.print_exc(file=sys.stderr)
            os._exit(1)
        finally:
            os._exit(0)
    os.close(into)
    number, began, opened, used = start, time.monotonic(), False, 0.0
    with os.fdopen(out, "rb", buffering=0) as pipe:
        while True:
            if not select.select([pipe], [], [], 1)[0]:
                worked, waited = _seconds_of(child) - used, time.monotonic() - began
                if not opened or (worked < PATIENCE and waited < ASLEEP):
                    continue
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return _bad(tally, number, "hung", f"input {number} was at it for over {PATIENCE:.0f} s")
            head = _exactly(pipe, HEAD.size)
            if len(head) < HEAD.size:
                break
            kind, number, length = HEAD.unpack(head)
            said = _exactly(pipe, length)
            if kind == STARTED:
                began, opened, used = time.monotonic(), True, _seconds_of(child)
                continue
            tally.slowest = max(tally.slowest, _seconds_of(child) - used)
            if kind == WELL:
                tally.read, tally.refused = tally.read + (said == b"read"), tally.refused + (said == b"refused")
                number, opened = number + 1, False
            else:
                where, _, sentence = said.decode("utf-8", "replace").partition("\n")
                number, opened = _bad(tally, number, where, f"input {number}: {sentence}"), False
    _, status, used = os.wait4(child, 0)
    tally.peak = max(tally.peak, used.ru_maxrss)
    if number < end and not opened:
        raise RuntimeError(f"the worker for {name} died before input {number}: {(folder / 'said').read_text()[-800:]}")
    return _bad(tally, number, f"{status}", f"input {number} ended the process (status {status})") if opened else end


def _seconds_of(process: int) -> float:
    """Processor seconds of a process: on a busy machine the clock says little."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _exactly(pipe: "object", length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = pipe.read(length - len(data))  # type: ignore[attr-defined]
        if not part:
            break
        data += part
    return data


def _bad(tally: Tally, number: int, where: str, sentence: str) -> int:
    tally.bad += 1
    tally.findings.setdefault(where, sentence)
    return number + 1


def _work(name: str, reader: Reader, folder: Path, start: int, end: int, into: int) -> None:
    """The worker: open the inputs and say what became of each."""
    from models.errors import BadInput, Failed

    said_to = Path(folder / "said").open("w")  # noqa: SIM115
    os.dup2(said_to.fileno(), 1)
    os.dup2(said_to.fileno(), 2)  # libraries write there what they think of the bytes
    warnings.simplefilter("ignore")
    seeds = reader.seeds()
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()  # libraries, mostly
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path = folder / reader.name
    for number in range(start, end):
        data, valid = mutated(seeds, reader.words, reader.repack, reader=name, number=number)
        path.write_bytes(data)
        _say(into, STARTED, number)
        try:
            reader.open(path)
        except (BadInput, Failed) as error:
            said = str(error)
            if valid or "\n" in said or len(said) > 1000 or not said:
                _say(into, WRONG, number, f"sentence\n{'valid, yet refused: ' if valid else ''}{said[:300]!r}")
            else:
                _say(into, WELL, number, "refused")
        except BaseException as error:
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "survival" not in frame.filename]
            where = f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else repr(error)
            ours = [frame for frame in frames if "site-packages" not in frame.filename and "<" not in frame.filename]
            line = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
            _say(into, WRONG, number, f"{where}\n{type(error).__name__} {str(error)[:150]!r} in {line}")
        else:
            _say(into, WELL, number, "read")
    with contextlib.suppress(OSError):
        path.unlink()


def _say(into: int, kind: bytes, number: int, words: str = "") -> None:
    said = words.encode("utf-8", "replace")
    os.write(into, HEAD.pack(kind, number, len(said)) + said)


if __name__ == "__main__":
    preload()
    sys.stdout.write(
        "\n".join([(said := _outcome(sys.argv[1], fuzz(sys.argv[1], 1, int(sys.argv[2])))).line(), *said.findings])
    )
