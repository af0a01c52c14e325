"""What the long forms of the survival table count and see: leftovers of a trial, formulas, how a crowd is judged."""

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.survival import browsers, fuzz, kills, leftovers, lines
from benchmarks.survival.names import FORMULAS, formulas_in


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "SOON", 0.3)


def test_a_process_that_a_trial_left_is_found_by_its_environment(tmp_path: Path) -> None:
    environment = os.environ | {leftovers.TRIAL: str(tmp_path)}
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environment)
    try:
        assert leftovers.left(tmp_path).startswith("a process is left: ") and child.pid in leftovers.of_trial(tmp_path)
    finally:
        child.communicate(b"\n")
    assert leftovers.left(tmp_path) == ""


def test_a_lock_that_is_held_and_work_that_is_half_done_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "jobs" / "key"
    folder.mkdir(parents=True)
    with (folder / "alive").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert leftovers.left(tmp_path) == "a lock is held: alive"
    assert leftovers.left(tmp_path) == ""
    (tmp_path / "cache" / "partial" / "embedding").mkdir(parents=True)
    assert leftovers.left(tmp_path) == "half work is left: ['embedding']"


def test_trials_are_counted_over_all_calls_and_the_victim_with_the_fewest_is_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trial(world: object, victim: str, number: int, how: object) -> dict[str, object]:
        found = "the vectors are others" if (victim, number) == ("the dashboard", 1) else ""
        return {"victim": victim, "trial": number, "found": found, "moments": 1, "seconds": 2.0, "day": "2026-01-01"}

    monkeypatch.setattr(kills, "RECORD", tmp_path / "kills.jsonl")
    monkeypatch.setattr(kills, "World", lambda folder: None)
    monkeypatch.setattr(kills, "_browser", lambda: None)
    monkeypatch.setattr(kills, "_trial", trial)
    assert [line.tried for line in kills.rows(trials=3)] == [1, 1, 1, 0]
    lines = kills.rows(trials=5)
    assert [(line.tried, line.well) for line in lines] == [(2, 2), (2, 2), (2, 2), (2, 1)]
    assert lines[3].findings == ("the dashboard, trial 1: the vectors are others",) and lines[0].seconds == 4
    kept = [json.loads(line) for line in (tmp_path / "kills.jsonl").read_text().splitlines()]
    assert [one["trial"] for one in kept] == [0, 0, 0, 0, 1, 1, 1, 1]
    assert sum(line.tried for line in kills.rows()) == kills.LONG
    assert len((tmp_path / "kills.jsonl").read_text().splitlines()) == kills.LONG


def test_a_crowd_is_held_to_the_lone_users_median_and_to_flat_memory() -> None:
    lone = browsers.Tally(clicks=[1.0, 1.0, 9.0])
    flat = [(float(i), 100.0 + (i % 2)) for i in range(120)]
    crowd = browsers.Tally(clicks=[1.9, 2.0, 2.0], others=[0.1], memory=flat, busy=[(1.0, 5.0), (101.0, 55.0)])
    broke, click, memory = browsers.judged(lone, crowd, 120.0, "")
    assert (broke.tried, broke.well, click.well, memory.well) == (4, 4, 1, 1) and "2.0 times" in click.note
    assert "the server had 0.50 of" in click.note
    grown = [(t, held + t) for t, held in flat]
    slow = browsers.Tally(clicks=[2.1], wrong=["a script broke: x"], memory=grown)
    lines = browsers.judged(lone, slow, 120.0, "")
    assert [line.well for line in lines] == [0, 0, 0] and "+60.0 MB a minute" in lines[2].note


def test_formulas_are_found_as_a_spreadsheet_reads_them_and_numbers_are_none() -> None:
    assert formulas_in(b'a,-1.5,"x\r\n=1"\r\n"\t=1+1",\'=1,+2e5\r\n') == ["\t=1+1"]
    cells = ",".join('"' + text.replace('"', '""') + '"' for text in FORMULAS if not text.startswith("'"))
    assert len(formulas_in(cells.encode())) == len(FORMULAS) - 1


def test_turns_of_a_reader_are_kept_and_added_up_over_all_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(name: str, inputs: int, start: int) -> fuzz.Tally:
        found = {"crashed at 7": f"input {start}"} if name == "npz" and start else {}
        return fuzz.Tally(refused=5, read=14, slowest=start / 10, peak=1024, findings=found, bad=len(found), tried=20)

    monkeypatch.setattr(fuzz, "RECORD", tmp_path / "fuzz.jsonl")
    monkeypatch.setattr(fuzz, "preload", lambda: None)
    monkeypatch.setattr(fuzz, "readers", lambda: {"CSV": None, "npz": None})
    monkeypatch.setattr(fuzz, "fuzz", opened)
    monkeypatch.setattr(fuzz, "LONG", 40)
    monkeypatch.setattr(fuzz, "TURN", 20)
    assert [line.tried for line in fuzz.rows(minutes=0)] == [0, 0] and not (tmp_path / "fuzz.jsonl").exists()
    lines.append(tmp_path / "fuzz.jsonl", {"reader": "npz", "start": 20, **asdict(opened("npz", 20, 20))})
    found = fuzz.rows()
    assert [(line.tried, line.well) for line in found] == [(40, 40), (40, 39)]
    assert (
        found[1].findings == ("npz: input 20",) and "10 refused in a sentence, 28 read; slowest 2.0 s" in found[0].note
    )
    with (tmp_path / "fuzz.jsonl").open("a") as file:
        file.write('{"reader": "half of a li')
    kept = [(one["reader"], one["start"]) for one in lines.read(tmp_path / "fuzz.jsonl")]
    assert kept == [("npz", 20), ("CSV", 0), ("npz", 0), ("CSV", 20)]
