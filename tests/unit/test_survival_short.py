"""The short forms of the survival table: `python -m benchmarks.survival` runs the long ones.

Killed processes go on in `test_jobs` and `test_models_embedding`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.survival import damage, paths, planted

ROOT = Path(__file__).resolve().parents[2]


def test_fuzzed_bytes_are_refused_in_a_sentence_or_read() -> None:
    command = [sys.executable, "-m", "benchmarks.survival", "fuzz", "--short"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-1000:]
    assert done.stdout.count("20 of 20") == 16


@pytest.mark.parametrize("row", [damage, paths, planted], ids=lambda row: row.__name__.rpartition(".")[2])
def test_a_row_of_the_table_finds_nothing(row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for line in row.rows(short=True):
        assert line.findings == () and line.well == line.tried > 0, line.line()
