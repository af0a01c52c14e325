"""Small valid files of the binary formats, several forms of each: what the fuzzed ones are made from."""

import io
import json
import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.survival.readers import FRAME, MATRIX


def arrow_files(kind: str) -> list[bytes]:
    """Parquet, or Arrow as file and as stream: plain, packed, with dictionaries, lists and nothing."""
    import pyarrow as pa
    from pyarrow import feather, ipc, parquet

    plain = pa.Table.from_pandas(FRAME, preserve_index=False)
    folded = plain.set_column(2, "label", plain.column("label").dictionary_encode())
    nested = plain.append_column("v", pa.array(MATRIX.tolist())).append_column("n", pa.nulls(len(FRAME)))
    found = []
    for data in (plain, folded, nested):
        for packing in ("none", "zstd", "snappy") if kind == "parquet" else ("uncompressed", "lz4", "zstd"):
            out = io.BytesIO()
            if kind == "parquet":
                parquet.write_table(data, out, compression=packing)
            else:
                feather.write_feather(data, out, compression=packing)
            found.append(out.getvalue())
        if kind == "arrow":
            out = io.BytesIO()
            with ipc.new_stream(out, data.schema) as writer:
                writer.write_table(data)
            found.append(out.getvalue())
    return found


def saved(*arrays: npt.NDArray[Any]) -> list[bytes]:
    """Arrays as `.npy`."""
    found = []
    for array in arrays:
        out = io.BytesIO()
        np.save(out, array, allow_pickle=False)
        found.append(out.getvalue())
    return found


def npz() -> list[bytes]:
    """Vectors with ids, images with labels, and graphs of each form."""
    import scipy.sparse as sparse

    matrix = sparse.random(6, 6, 0.3, format="csr", random_state=0)
    pictures = np.random.default_rng(0).integers(0, 255, (6, 8, 8, 3), np.uint8)
    found = []
    for arrays in (
        {"v": MATRIX, "ids": np.array(list("abcdef"))},
        {"images": pictures, "labels": np.arange(6) % 2},
        {"edges": np.array([[0, 1], [2, 3]]), "ids": np.array([f"s{i}" for i in range(6)])},
        {"m": matrix.toarray()},
    ):
        for save in (np.savez, np.savez_compressed):
            out = io.BytesIO()
            save(out, **arrays)  # type: ignore[arg-type]
            found.append(out.getvalue())
    for form in (matrix, matrix.tocsc(), matrix.tocoo()):
        out = io.BytesIO()
        sparse.save_npz(out, form)
        found.append(out.getvalue())
    return found


def tensors() -> list[bytes]:
    """Safetensors of one matrix and of several types."""
    from safetensors.numpy import save

    several = {"a": MATRIX, "b": MATRIX.astype(np.float16), "c": np.arange(3), "d": np.zeros((0, 2), np.float32)}
    return [save({"v": MATRIX}), save(several, {"format": "pt"})]


def torch_files() -> list[bytes]:
    """State dicts, zipped and of the legacy form, bare and wrapped as training scripts do."""
    import torch

    state = {"module.a.weight": torch.zeros(3, 2), "a.bias": torch.ones(3, dtype=torch.float16)}
    found = []
    for content in (state, {"state_dict": state, "epoch": 3, "args": ["x", (1, 2.5)]}):
        for zipped in (True, False):
            out = io.BytesIO()
            torch.save(content, out, _use_new_zipfile_serialization=zipped)
            found.append(out.getvalue())
    return found


def images() -> list[bytes]:
    """Pictures of every format and several modes."""
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 255, (24, 17, 3), np.uint8)
    plain = Image.fromarray(pixels)
    found = []
    for form in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM"):
        out = io.BytesIO()
        plain.save(out, form)
        found.append(out.getvalue())
    for mode, form, options in (
        ("RGBA", "PNG", {}),
        ("P", "PNG", {}),
        ("1", "TIFF", {"compression": "group4"}),
        ("L", "JPEG", {"progressive": True}),
        ("RGB", "TIFF", {"compression": "tiff_lzw"}),
        ("RGB", "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("L", "TIFF", {"compression": "jpeg"}),
    ):
        out = io.BytesIO()
        plain.convert(mode).save(out, form, **options)
        found.append(out.getvalue())
    turned = Image.Exif()
    turned[0x0112] = 6
    out = io.BytesIO()
    plain.save(out, "JPEG", exif=turned)
    return [*found, out.getvalue()]


def states() -> list[bytes]:
    """States of Hugging Face's Trainer."""
    log = [{"step": 10 * i, "epoch": i / 3, "loss": 1 / (i + 1), "eval_f1": i / 9} for i in range(5)]
    whole = {"global_step": 40, "max_steps": 60, "log_history": log, "best_metric": None}
    return [json.dumps(whole).encode(), json.dumps(whole, indent=1).encode()]


def events() -> list[bytes]:
    """Event files of scalars: as `simple_value`, and as tensors listed or packed."""
    from analysis.imports.records import masked

    def field(number: int, kind: int, content: bytes) -> bytes:
        return bytes([number << 3 | kind]) + (bytes([len(content)]) if kind == 2 else b"") + content

    tensor = field(1, 0, b"\x01") + field(2, 2, b"") + field(5, 2, struct.pack("<f", 0.25))
    packed = field(1, 0, b"\x02") + field(2, 2, b"") + field(4, 2, struct.pack("<d", 0.75))
    out = b""
    for step, value in enumerate((field(2, 5, struct.pack("<f", 0.5)), field(8, 2, tensor), field(8, 2, packed)) * 2):
        summary = field(1, 2, field(1, 2, b"eval/f1") + value)
        record = field(1, 1, struct.pack("<d", 1.7e9)) + field(2, 0, bytes([step])) + field(5, 2, summary)
        size = struct.pack("<Q", len(record))
        out += size + struct.pack("<I", masked(size)) + record + struct.pack("<I", masked(record))
    return [out]
