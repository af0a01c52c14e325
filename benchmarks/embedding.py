"""MiniLM over real texts of mixed length: our embedding job against sentence-transformers' `encode`, interleaved.

Texts: docstrings of installed scientific packages, each cut after a seeded number of paragraphs. Peer: `encode` with
its defaults (batches of 32, all cores) in a process that has loaded everything. Ours: the whole job (items to disk,
plan, shards, vectors in order) with worker processes that have loaded everything, and once more with their start,
against a fresh process of the peer's. Where there is a GPU both use it. Run:
python -m benchmarks.embedding [--texts 400] [--runs 3]
"""

import argparse
import ast
import importlib.util
import inspect
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from models.embedding import embed
from models.encoder import EncoderRecipe
from models.errors import Failed
from models.lookup import find_model
from models.torch_encoder import device_name
from models.worker_pool import WorkerPool

PACKAGES = ("numpy", "scipy", "sklearn")
RECIPE = EncoderRecipe(family="transformer", model="sentence-transformers/all-MiniLM-L6-v2")
LAST = 6
FRESH_PEER = """
import json, sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1]).encode(json.load(open(sys.argv[2])), show_progress_bar=False)
"""


def docstrings(package: str) -> Iterator[str]:
    """Docstrings of a package's functions and classes, parsed and never imported."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return
    for path in sorted(Path(found.origin).parent.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and (text := ast.get_docstring(node)):
                yield inspect.cleandoc(text)


def mixed_texts(n: int, seed: int = 0) -> list[str]:
    """So many different texts, from a line to pages."""
    rng = np.random.default_rng(seed)
    whole = sorted({text for package in PACKAGES for text in docstrings(package) if len(text) >= 60})
    picked = [whole[int(i)] for i in rng.permutation(len(whole))[:n]]
    return ["\n\n".join(text.split("\n\n")[: int(rng.integers(1, 9))]) for text in picked]


def seconds(work: Callable[[], object]) -> float:
    """How long one run takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours(texts: list[str], pool: WorkerPool | None) -> Any:
    """One whole job in a new folder; its vectors."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        files = embed(RECIPE, texts, layers=[LAST], folder=path, report=lambda *_: None, pool=pool)
        return np.load(files[LAST], allow_pickle=False)


def main() -> None:
    """Measure and print one line of Markdown per comparison."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=400)
    options.add_argument("--runs", type=int, default=3)
    chosen = options.parse_args()
    from sentence_transformers import SentenceTransformer

    texts = mixed_texts(chosen.texts)
    folder = find_model(RECIPE.model, RECIPE.place).path
    peer = SentenceTransformer(str(folder))
    lengths = [min(len(tokens), 256) for tokens in peer.tokenizer(texts)["input_ids"]]
    reference = peer.encode(texts, show_progress_bar=False)
    times: dict[str, list[float]] = {"peer": [], "ours": [], "fresh peer": [], "fresh ours": []}
    with tempfile.TemporaryDirectory() as scratch, WorkerPool(2) as pool:
        listing = Path(scratch) / "texts.json"
        listing.write_text(json.dumps(texts), encoding="utf-8")
        vectors = ours(texts, pool)  # brings the workers up, as `encode` above brought up the peer
        command = [sys.executable, "-W", "ignore", "-c", FRESH_PEER, str(folder), str(listing)]
        for _ in range(chosen.runs):
            times["peer"].append(seconds(lambda: peer.encode(texts, show_progress_bar=False)))
            times["ours"].append(seconds(lambda: ours(texts, pool)))
            times["fresh peer"].append(seconds(lambda: subprocess.run(command, check=True, capture_output=True)))
            times["fresh ours"].append(seconds(lambda: ours(texts, None)))
    cosine = float((vectors * reference).sum(axis=1).min())
    if cosine < 0.9999 and device_name() == "cpu":
        raise Failed(f"the vectors are not the peer's: least cosine {cosine:.6f}")
    print(
        f"MiniLM on {device_name()}, {len(texts)} texts of {np.mean(lengths):.0f} tokens on average "
        f"({np.percentile(lengths, 10):.0f} to {np.percentile(lengths, 90):.0f}), medians of {chosen.runs} interleaved"
        f" runs, least cosine {cosine:.6f}\n"
    )
    print("| what | sentence-transformers, texts/s | ours, texts/s | ratio | reach |\n| --- | --- | --- | --- | --- |")
    for title, theirs, mine, reach in (
        ("everything loaded", "peer", "ours", 1.6 if device_name() == "cpu" else 1.3),
        ("with imports and weights", "fresh peer", "fresh ours", None),
    ):
        slow, fast = median(times[theirs]), median(times[mine])
        print(f"| {title} | {len(texts) / slow:.1f} | {len(texts) / fast:.1f} | {slow / fast:.2f} | {reach or '–'} |")


if __name__ == "__main__":
    main()
