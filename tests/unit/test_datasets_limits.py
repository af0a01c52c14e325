"""What a stranger may upload: bytes on disk and unpacked, rows, dimensions, pixels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from analysis.dataset import Dataset
from analysis.datasets.limits import Limits, check_dataset, check_file
from models.errors import BadInput

LIMITS = Limits(bytes=100_000, rows=1000, dimensions=10, pixels=1000)


def test_files_are_measured_unpacked_too(tmp_path: Path) -> None:
    (tmp_path / "small.csv").write_text("a,b\n1,2\n")
    check_file(tmp_path / "small.csv", LIMITS)
    np.savez_compressed(tmp_path / "bomb.npz", x=np.zeros((100_000, 10)))
    parquet.write_table(pa.table({"x": ["a" * 1000] * 999}), tmp_path / "bomb.parquet", use_dictionary=False)
    parquet.write_table(pa.table({"x": [1] * 1001}), tmp_path / "long.parquet")
    (tmp_path / "large.csv").write_text("a" * 100_001)
    for name, words in (
        ("bomb.npz", "unpacked has 8,000,"),
        ("bomb.parquet", "unpacked has"),
        ("long.parquet", "has 1,001 rows; at most 1,000"),
        ("large.csv", "has 100,001 bytes; at most 100,000"),
    ):
        with pytest.raises(BadInput, match=words):
            check_file(tmp_path / name, LIMITS)


def test_samples_are_measured() -> None:
    image = np.zeros((20, 20, 3), dtype=np.uint8)
    data = Dataset(
        name="d",
        ids=("a", "b"),
        frame=pd.DataFrame(index=range(2)),
        images=[image, image],
        vectors=np.zeros((2, 10), dtype=np.float32),
    )
    check_dataset(data, LIMITS)
    for limits, words in (
        (replace(LIMITS, rows=1), "2 rows"),
        (replace(LIMITS, dimensions=9), "10 dimensions"),
        (replace(LIMITS, pixels=799), "800 pixels"),
    ):
        with pytest.raises(BadInput, match=words):
            check_dataset(data, limits)
