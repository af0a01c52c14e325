"""The log that a run of Weights & Biases leaves: read without its library, from a real run where that is installed."""

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from analysis.imports.wandb import METRIC_SOURCE
from analysis.readings import Readings
from analysis.study import MetricsSpec
from models.errors import BadInput
from models.place import Place

STEPS = 900


def read(folder: Path) -> Readings:
    return METRIC_SOURCE.read(MetricsSpec(source="wandb", path="wandb"), Place(folder))


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def step(row: dict[str, Any]) -> bytes:
    """A Record with a step of the history; odd keys nested, as newer versions write them."""
    items = [
        field(1 if i % 2 else 2, name.encode()) + field(16, json.dumps(value).encode())
        for i, (name, value) in enumerate(row.items())
    ]
    return varint(8) + varint(7) + field(2, b"".join(field(1, item) for item in items))


def log(records: list[bytes]) -> bytes:
    """LevelDB's log, cut into blocks."""
    out = bytearray(b":W&B" + struct.pack("<HB", 0xBEE1, 0))
    for record in records:
        first = True
        while first or record:
            room = 32768 - len(out) % 32768
            if room < 7:
                out += bytes(room)
                room = 32768
            chunk, record = record[: room - 7], record[room - 7 :]
            kind = (1 if first else 4) if not record else (2 if first else 3)
            out += struct.pack("<IHB", zlib.crc32(bytes([kind]) + chunk), len(chunk), kind) + chunk
            first = False
    return bytes(out)


def write(folder: Path, data: bytes) -> Path:
    file = folder / "wandb/run-20260101_000000-abc/run-abc.wandb"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def history() -> list[bytes]:
    return [step({"f1": i / STEPS, "note": "n" * 90, "_step": i, "_timestamp": 1.7e9 + i}) for i in range(STEPS)]


def test_a_log_over_many_blocks_gives_every_step(tmp_path: Path) -> None:
    records = [field(17, b"the run itself"), step({"long": "x" * 70_000}), *history()]
    write(tmp_path, log(records))
    found = read(tmp_path)
    assert found.notes == () and set(found.frame["run"]) == {"abc"} and set(found.frame["metric"]) == {"f1"}
    assert found.frame["step"].tolist() == list(range(STEPS))
    assert found.frame["value"].tolist() == [i / STEPS for i in range(STEPS)]


def test_a_log_that_is_torn_or_damaged_keeps_what_is_before(tmp_path: Path) -> None:
    whole = log(history())
    write(tmp_path, whole[: len(whole) // 2])
    found = read(tmp_path)
    assert found.frame["step"].tolist() == list(range(len(found.frame))) and len(found.frame) > 100
    assert f"stops in the middle of a record; the {len(found.frame)} steps before" in found.notes[0]
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    write(tmp_path, bytes(damaged))
    assert "is damaged" in read(tmp_path).notes[0]
    write(tmp_path, b"something else")
    with pytest.raises(BadInput, match="is no log of a run"):
        read(tmp_path)


def test_a_real_run_is_read(tmp_path: Path) -> None:
    pytest.importorskip("wandb", reason="no wandb, whose real run this test reads")
    script = (
        "import math, wandb\n"
        f"run = wandb.init(project='p', id='abc', mode='offline', dir={str(tmp_path)!r})\n"
        "for i in range(3): run.log({'f1': i / 4, 'eval': {'mcc': math.nan}})\n"
        "run.finish()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=tmp_path, timeout=120)
    frame = read(tmp_path).frame
    assert frame[["run", "metric", "step"]].drop_duplicates().to_numpy().tolist() == [
        ["abc", name, step] for name in ("eval.mcc", "f1") for step in range(3)
    ]
    assert frame["value"].tolist()[3:] == [0, 0.25, 0.5] and set(frame["why"][:3]) == {"NaN where it was logged"}
