"""TensorBoard's event files: written by tensorboardX, read without it."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from analysis.imports.records import crc32c, masked
from analysis.imports.tensorboard import METRIC_SOURCE
from analysis.readings import Readings
from analysis.study import MetricsSpec
from models.errors import BadInput
from models.place import Place


def read(folder: Path, path: str = "runs") -> Readings:
    return METRIC_SOURCE.read(MetricsSpec(source="tensorboard", path=path), Place(folder))


def written(folder: Path, rows: int = 30) -> Path:
    """A real event file: scalars of single and double precision among histograms, texts and curves."""
    writers = pytest.importorskip("tensorboardX", reason="no tensorboardX, which writes event files")
    rng = np.random.default_rng(0)
    with writers.SummaryWriter(str(folder), write_to_disk=True) as writer:
        for step in range(rows):
            writer.add_scalar("eval/f1", step / rows, step * 10, walltime=1_700_000_000 + step)
            writer.add_scalar("loss", 1 / 3, step)
            writer.add_histogram("weights", rng.normal(size=100), step)
            writer.add_text("note", "loss 3", step)
        writer.add_pr_curve("pr", rng.integers(0, 2, 50), rng.random(50), 0)
        writer.add_scalars("both", {"a": 1.0, "b": 2.0}, 7)
    return next(file for file in folder.iterdir() if ".tfevents." in file.name)


def test_a_real_event_file_gives_its_scalars_with_step_and_time(tmp_path: Path) -> None:
    written(tmp_path / "runs/first")
    found = read(tmp_path)
    frame = found.frame[found.frame["run"] == "first"]
    assert set(frame["metric"]) == {"eval/f1", "loss"} and found.notes == ()
    f1 = frame[frame["metric"] == "eval/f1"]
    assert f1["step"].tolist() == [10 * i for i in range(30)]
    assert f1["value"].tolist() == pytest.approx([i / 30 for i in range(30)], rel=1e-6)
    assert str(f1["when"].iloc[1]) == "2023-11-14 22:13:21+00:00"
    others = found.frame[found.frame["run"] != "first"]  # add_scalars writes a run of its own a line
    assert others[["run", "metric", "step", "value"]].to_numpy().tolist() == [
        ["first/both/a", "both", 7.0, 1.0],
        ["first/both/b", "both", 7.0, 2.0],
    ]


def test_the_file_itself_and_its_folder_give_the_same(tmp_path: Path) -> None:
    file = written(tmp_path / "runs", rows=5)
    alone = read(tmp_path, f"runs/{file.name}").frame
    whole = read(tmp_path).frame.query("run == 'runs'").reset_index(drop=True)
    assert alone.equals(whole)


def test_a_file_torn_in_the_middle_of_a_record_keeps_what_is_before(tmp_path: Path) -> None:
    file = written(tmp_path / "runs")
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2 + 3])
    found = read(tmp_path, f"runs/{file.name}")
    kept = found.frame[found.frame["metric"] == "loss"]
    assert 5 < len(kept) < 25 and kept["step"].tolist() == list(range(len(kept)))
    assert f"stops in the middle of a record; the {len(found.frame)} values before that were read" in found.notes[0]


def test_a_value_whose_checksum_is_wrong_is_left_out_and_said(tmp_path: Path) -> None:
    file = tmp_path / "runs/events.out.tfevents.1"
    file.parent.mkdir()
    good, bad = framed(event("f1", simple(0.5), 1)), bytearray(framed(event("f1", simple(0.75), 2)))
    bad[-6] ^= 1
    file.write_bytes(good + bytes(bad) + framed(event("f1", simple(0.25), 3)))
    found = read(tmp_path)
    assert found.frame[["step", "value"]].to_numpy().tolist() == [[1, 0.5], [3, 0.25]]
    assert "1 records whose checksum is wrong" in found.notes[0]


def test_after_a_damaged_length_nothing_is_guessed(tmp_path: Path) -> None:
    file = tmp_path / "runs/events.out.tfevents.1"
    file.parent.mkdir()
    bad = bytearray(framed(event("f1", simple(0.75), 2)))
    bad[0] ^= 4
    file.write_bytes(framed(event("f1", simple(0.5), 1)) + bytes(bad) + framed(event("f1", simple(0.25), 3)))
    found = read(tmp_path)
    assert found.frame["value"].tolist() == [0.5] and "is damaged; the 1 values before" in found.notes[0]


@pytest.mark.parametrize(
    ("tensor", "value"),
    [
        (b"\x08\x01" + b"\x22\x04" + struct.pack("<f", 0.5), 0.5),  # dtype, tensor_content
        (b"\x08\x02" + b"\x22\x08" + struct.pack("<d", 1 / 3), 1 / 3),
        (b"\x08\x01\x12\x00" + b"\x2a\x04" + struct.pack("<f", 0.5), 0.5),  # float_val, packed
        (b"\x08\x01" + b"\x2d" + struct.pack("<f", 0.5), 0.5),  # float_val, not packed
        (b"\x08\x02" + b"\x31" + struct.pack("<d", 1 / 3), 1 / 3),
        (b"\x08\x09" + b"\x50\x07", 7.0),  # int64_val
        (b"\x08\x03" + b"\x3a\x0a" + b"\xff" * 9 + b"\x01", -1.0),  # int_val, packed, with a sign
        (b"\x08\x13" + b"\x22\x02" + struct.pack("<e", 0.5), 0.5),  # half
        (b"\x08\x0e" + b"\x22\x02" + struct.pack("<f", 0.5)[2:], 0.5),  # bfloat16
        (b"\x08\x01" + b"\x12\x04\x12\x02\x08\x02" + b"\x22\x08" + struct.pack("<2f", 1, 2), None),  # a vector
        (b"\x08\x07" + b"\x42\x02hi", None),  # a text
    ],
)
def test_a_tensor_of_one_number_is_a_scalar(tmp_path: Path, tensor: bytes, value: float | None) -> None:
    file = tmp_path / "runs/events.out.tfevents.1"
    file.parent.mkdir()
    message = b"\x42" + bytes([len(tensor)]) + tensor
    file.write_bytes(framed(event("x", message, -4)) + framed(event("other", simple(1.0), 0)))
    found = read(tmp_path).frame.set_index("metric")
    assert ("x" in found.index) == (value is not None)
    if value is not None:
        assert found.loc["x", "value"] == value and found.loc["x", "step"] == -4


@pytest.mark.parametrize("kind", ["float", "double", "int", "int64"])
def test_a_tensor_written_by_the_library_of_protocol_buffers_is_read(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("tensorboardX", reason="no tensorboardX, which knows the messages")
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.proto.summary_pb2 import Summary
    from tensorboardX.proto.tensor_pb2 import TensorProto

    dtype = {"float": 1, "double": 2, "int": 3, "int64": 9}[kind]
    tensor = TensorProto(dtype=dtype, **{f"{kind}_val": [-3]})
    value = Summary.Value(tag="f1", tensor=tensor, node_name="n")
    record = Event(wall_time=1.7e9, step=1 << 40, summary=Summary(value=[value])).SerializeToString()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/events.out.tfevents.1").write_bytes(framed(record))
    frame = read(tmp_path).frame
    assert frame[["run", "metric", "step", "value"]].to_numpy().tolist() == [["runs", "f1", 2.0**40, -3.0]]


def test_the_checksum_is_that_of_the_standard() -> None:
    assert crc32c(b"123456789") == 0xE3069283 and crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert zlib.crc32(b"123456789") != crc32c(b"123456789") and masked(b"") == 0xA282EAD8


def test_random_damage_ends_in_a_sentence_or_in_values(tmp_path: Path) -> None:
    file = tmp_path / "runs/events.out.tfevents.1"
    file.parent.mkdir()
    whole = b"".join(framed(event("f1", simple(step / 8), step)) for step in range(20))
    rng = np.random.default_rng(3)
    for _ in range(60):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), 3):
            data[at] = rng.integers(0, 256)
        file.write_bytes(bytes(data[: rng.integers(1, len(data))]))
        try:
            found = read(tmp_path).frame
        except BadInput as error:
            assert "holds no metric" in str(error)
        else:
            assert np.array_equal(found["value"], found["step"] / 8)  # nothing wrong gets through


def test_a_folder_without_event_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    with pytest.raises(BadInput, match=r"tensorboard 'runs' holds no event file \(events.out.tfevents.\*\)"):
        read(tmp_path)


def simple(value: float) -> bytes:
    return b"\x15" + struct.pack("<f", value)


def event(tag: str, value: bytes, step: int) -> bytes:
    """An Event with one Summary.Value."""
    inside = b"\x0a" + bytes([len(tag)]) + tag.encode() + value
    summary = b"\x0a" + bytes([len(inside)]) + inside
    return b"\x09" + struct.pack("<d", 1e9) + b"\x10" + varint(step) + b"\x2a" + bytes([len(summary)]) + summary


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def framed(record: bytes) -> bytes:
    head = struct.pack("<Q", len(record))
    return head + struct.pack("<I", masked(head)) + record + struct.pack("<I", masked(record))
