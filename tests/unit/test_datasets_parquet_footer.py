"""The sizes in a Parquet footer: those that Arrow reads, and damage in a sentence."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from analysis.datasets import parquet_footer
from analysis.datasets.parquet_footer import chunks_of
from models.errors import BadInput

ROOT = Path(__file__).resolve().parents[2]
TABLE = pa.table(
    {
        "a": np.arange(900),
        "b": [str(i) for i in range(900)],
        "c": [[1.0, 2.0]] * 900,
        "d": [{"x": 1, "y": "q"}] * 900,
        "e": [True, False] * 450,
        "m": pa.array([[("k", 1)]] * 900, pa.map_(pa.string(), pa.int32())),
    }
)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"row_group_size": 70},
        {"compression": "zstd", "use_dictionary": False},
        {"write_statistics": False},
        {"version": "1.0"},
        {"data_page_version": "2.0"},
        {"store_schema": False},
        {"write_page_index": True},
    ],
)
def test_types_names_values_and_sizes_are_those_that_arrow_reads(tmp_path: Path, how: dict[str, Any]) -> None:
    file = tmp_path / "t.parquet"
    parquet.write_table(TABLE, file, **how)
    footer = parquet.read_metadata(file)
    expected = [
        [
            (one.physical_type, one.path_in_schema, one.num_values, one.total_uncompressed_size)
            for one in (footer.row_group(group).column(at) for at in range(footer.num_columns))
        ]
        for group in range(footer.num_row_groups)
    ]
    found = [[(one.kind, one.name, one.values, one.unpacked) for one in group] for group in chunks_of(file)]
    assert found == expected


def test_a_damaged_footer_is_refused_wherever_it_is_cut_or_changed(tmp_path: Path) -> None:
    file, whole = tmp_path / "t.parquet", tmp_path / "whole.parquet"
    parquet.write_table(TABLE, whole)
    data = whole.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    refused = 0
    for at in range(0, length, 7):
        file.write_bytes(data[: len(data) - 8 - length + at] + b"\xff" * 9 + data[len(data) - 8 - length + at + 9 :])
        try:
            chunks_of(file)
        except BadInput as error:
            refused += "damaged (its footer); copy it again" in str(error)
    assert refused > length // 7 // 4
    for cut in (data[:-1], data[-8:], b"", data[:-8] + b"\xff\xff\xff\x7fPAR1"):
        file.write_bytes(cut)
        with pytest.raises(BadInput, match="cut off or damaged"):
            chunks_of(file)
    deep = b"\x49\x1c" + b"\x1c" * 60 + b"\0" * 60
    file.write_bytes(deep + len(deep).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(BadInput, match="cut off or damaged"):
        chunks_of(file)


@pytest.mark.parametrize(
    "footer",
    [b"\x16\x7e" + b"\x06\x02\x02" + b"\0", b"\x16\x7e" + b"\x06\x82\x80\x08\x02" + b"\0"],
    ids=["twice", "past sixteen bits"],
)
def test_a_field_that_arrow_would_read_otherwise_is_refused(tmp_path: Path, footer: bytes) -> None:
    """A field that is said twice, or whose number is another's once it is cut to sixteen bits."""
    (tmp_path / "t.parquet").write_bytes(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(BadInput, match="cut off or damaged"):
        chunks_of(tmp_path / "t.parquet")


def test_a_footer_that_would_take_minutes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet.write_table(TABLE, tmp_path / "t.parquet")
    monkeypatch.setattr(parquet_footer, "LARGEST", 100)
    with pytest.raises(BadInput, match="at most 100 are taken here, so write fewer columns or row groups"):
        chunks_of(tmp_path / "t.parquet")


def test_statistics_that_do_not_fit_no_longer_end_the_process() -> None:
    """Input 2,147 of the fuzzing: Arrow threw what nobody caught over a histogram of another length."""
    command = [sys.executable, "-m", "benchmarks.survival.fuzz", "Parquet", "2147"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "| fuzzed Parquet | 1 of 1 |" in done.stdout
