"""Files that were damaged at random are read or refused in a sentence; nothing else ever happens."""

from collections.abc import Callable
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyarrow import feather, ipc, parquet
from safetensors.numpy import save

from analysis.datasets import images, table, vectors
from analysis.datasets.image_file import read_image
from analysis.datasets.limits import Limits, check_file
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place

TABLE = pa.table({"id": list("abcdefgh"), "text": ['é, "q"\n'] * 8, "v": [[1.0, 2.0]] * 8})
TABLE = TABLE.append_column("kind", pa.array(["x", "y"] * 4).dictionary_encode())
LIMITS = Limits(bytes=1 << 20, rows=1000, dimensions=100, pixels=10_000)
MATRIX = np.arange(12, dtype=np.float32).reshape(4, 3)


def written(write: Callable[[BytesIO], object]) -> bytes:
    out = BytesIO()
    write(out)
    return out.getvalue()


def stream(out: BytesIO) -> None:
    with ipc.new_stream(out, TABLE.schema) as writer:
        writer.write_table(TABLE)


@cache
def whole(kind: str) -> bytes:
    texts = TABLE.drop(["v"]).to_pandas()
    if kind in PICTURES:
        return written(lambda out: Image.fromarray(np.zeros((9, 9, 3), dtype=np.uint8)).save(out, kind))
    return {
        "csv": lambda: texts.to_csv(index=False).encode(),
        "jsonl": lambda: TABLE.to_pandas().to_json(orient="records", lines=True).encode(),
        "parquet": lambda: written(partial(parquet.write_table, TABLE)),
        "feather": lambda: written(lambda out: feather.write_feather(TABLE, out, compression="uncompressed")),
        "packed feather": lambda: written(lambda out: feather.write_feather(TABLE, out, compression="zstd")),
        "stream": lambda: written(stream),
        "npy": lambda: written(lambda out: np.save(out, MATRIX)),
        "npz": lambda: written(lambda out: np.savez_compressed(out, MATRIX)),
        "safetensors": lambda: save({"v": MATRIX}),
        "words": lambda: b"".join(b"w%d 1.5 -2e3 0\n" % i for i in range(9)),
        "arrays": lambda: written(lambda out: np.savez(out, x=np.zeros((3, 2, 2, 3), np.uint8), y=np.arange(3))),
    }[kind]()


def read(kind: str, path: Path) -> None:
    place = Place(path.parent)
    check_file(path, LIMITS)
    if kind in PICTURES:
        read_image(path.read_bytes(), "x")
    elif kind in ("npy", "npz", "safetensors", "words"):
        vectors.DATASET.load(DatasetSpec(source="vectors", path=path.name), place, 0)
        vectors.DATASET.preview(DatasetSpec(source="vectors", path=path.name), place)
    elif kind == "arrays":
        images.DATASET.preview(DatasetSpec(source="images", path=path.name), place)
        images.DATASET.load(DatasetSpec(source="images", path=path.name, labels=("y",)), place, 0)
    else:
        table.DATASET.load(DatasetSpec(path=path.name, id="id", text="text"), place, 0)
        table.DATASET.preview(DatasetSpec(path=path.name), place)


TABLES = ["csv", "jsonl", "parquet", "feather", "packed feather", "stream"]
ARRAYS = ["npy", "npz", "safetensors", "words", "arrays"]
PICTURES = ["PNG", "JPEG", "GIF", "WEBP", "TIFF"]
KINDS = [*TABLES, *ARRAYS, *PICTURES]
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=4)), min_size=1, max_size=4)


@pytest.mark.parametrize("kind", KINDS)
@given(changes=CHANGES)
@settings(max_examples=60, deadline=None)
def test_damage_is_refused_in_a_sentence(kind: str, changes: list[tuple[float, int, bytes]]) -> None:
    data = whole(kind)
    for where, removed, added in changes:
        start = int(where * len(data))
        data = data[:start] + added + data[start + removed :]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(data)
        try:
            read(kind, path)
        except BadInput as refusal:
            assert len(str(refusal)) > 20


@pytest.mark.parametrize("kind", KINDS)
def test_undamaged_files_are_read(kind: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(whole(kind))
    read(kind, tmp_path / "f")
