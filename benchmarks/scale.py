"""Seconds and peak memory of every step at 10 thousand, 100 thousand and 1 million samples × 384, and how they grow.

Samples: 300 groups of uneven size and width in 24 dimensions, laid into 384 with noise in all of them, written a block
at a time to a `.npy` file that is memory-mapped; a second space is the first with more noise, and a graph links each
sample with three of its group. Each cell is a process of its own that makes one value of the study, all that it needs
being there already: its time holds the reading of that, its memory is the most the system ever counted for it (mapped
pages of files among it). A cell that was measured is kept in `benchmarks/results/scale.json` and not measured again;
one that failed is. The exponent is the slope of log seconds over log samples. Run:
python -m benchmarks.scale [--sizes 10000 100000 1000000] [--half] [--folder DIR] [--only GLOB] [--again]
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.comparison.distances import MOST
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.registry import analyses, comparisons
from analysis.run import default_cache, open_study
from analysis.scales import FromGraph, OnSample, scale_of_basis

SIZES = (10_000, 100_000, 1_000_000)
D, HIDDEN, GROUPS, BLOCK, LINKS = 384, 24, 300, 1 << 16, 3
RESULTS = Path(__file__).parent / "results" / "scale.json"
TITLE = "# Seconds and peak memory by the number of samples × 384, two cores, each step in a process of its own"
BUDGET = 16  # GiB that no step may need at a million
STUDY = """
name = "scale"
[dataset]
source = "vectors"
path = "vectors.npy"
metadata = "groups.csv"
labels = ["group"]
[[checkpoint]]
name = "clusters"
family = "vectors"
[[checkpoint]]
name = "noisy"
family = "vectors"
model = "noisy.npy"
[[graph]]
name = "links"
path = "links.csv"
"""
Cells = dict[str, dict[str, dict[str, Any]]]  # step -> samples -> what was measured


def write_world(folder: Path, n: int, *, half: bool) -> Path:
    """The study's files, written once; its path."""
    study = folder / "study.toml"
    if study.is_file():
        return study
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(n)
    group = rng.choice(GROUPS, n, p=rng.dirichlet(np.full(GROUPS, 5.0)))
    middle, width = rng.normal(size=(GROUPS, HIDDEN)), rng.uniform(0.3, 1.0, GROUPS)
    laid = (rng.normal(size=(HIDDEN, D)) / HIDDEN**0.5).astype(np.float32)
    kind = np.float16 if half else np.float32
    files = [
        np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=kind, shape=(n, D))
        for name in ("vectors", "noisy")
    ]
    for start in range(0, n, BLOCK):
        rows = slice(start, min(start + BLOCK, n))
        own = group[rows]
        hidden = middle[own] + width[own, None] * rng.normal(size=(len(own), HIDDEN))
        made = hidden.astype(np.float32) @ laid
        for file in files:
            made = made + 0.25 * rng.standard_normal(made.shape, dtype=np.float32)
            file[rows] = made
    for file in files:
        file.flush()
    pd.DataFrame({"group": [f"g{one}" for one in group]}).to_csv(folder / "groups.csv", index=False)
    order = np.argsort(group, kind="stable")
    ends = [np.column_stack([order[:-step], order[step:]]) for step in range(1, LINKS + 1)]
    ends = [pair[group[pair[:, 0]] == group[pair[:, 1]]] for pair in ends]
    pd.DataFrame(np.concatenate(ends), columns=["source", "target"]).to_csv(folder / "links.csv", index=False)
    study.write_text(STUDY, encoding="utf-8")
    return study


def asks_of(pipeline: Pipeline) -> Iterator[tuple[str, Ask]]:
    """Every step with the name it is told by, in the order of making."""
    yield "samples", Ask("dataset")
    for ask in wanted(pipeline):
        second = ask.subject == "noisy" and ask.kind not in ("space", "neighbors")
        if second or ask.kind in ("regions", "transferability", "task"):
            continue
        if ask.kind == "comparison":
            for measure in comparisons():
                yield f"comparison: {measure}", Ask("comparison", measure, ask.subject, ask.other)
        else:
            yield str(ask) if ask.kind != "analysis" else f"{ask.name}", ask


def measure_here(study: Path, step: str) -> dict[str, Any]:
    """Make one value of the study in this process."""
    pipeline = open_study(study, cache=study.parent / "cache")
    if step == "samples":
        ask = Ask("dataset")
    else:
        pipeline.dataset()
        ask = dict(asks_of(pipeline))[step]
    recipe = pipeline.recipe(ask)
    if recipe is not None and pipeline.store.get(recipe) is not None:  # made on the way to another: make it anew
        shutil.rmtree(pipeline.store.folder(recipe))
        pipeline = open_study(study, cache=study.parent / "cache")
    start, busy = time.perf_counter(), time.process_time()
    pipeline.make(ask)
    seconds, worked = time.perf_counter() - start, time.process_time() - busy
    peak = _most_memory()
    found: dict[str, Any] = {"seconds": round(seconds, 3), "cpu_s": round(worked, 3), "peak_mb": round(peak)}
    if ask.kind == "neighbors":
        graph = pipeline.find(ask)
        found |= {"method": graph.method, "recall": graph.recall.value}
    return found


def _most_memory() -> float:
    """MB that the system ever counted for this process alone: `ru_maxrss` begins at what its parent had."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.split("VmHWM:")[1].split()[0]) / 1024


def measure(study: Path, step: str) -> dict[str, Any]:
    """The same in a process of its own; why, where it fails."""
    command = [sys.executable, "-m", "benchmarks.scale", "--one", step, "--study", str(study)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        return {"failed": last[-300:]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def exponent(cells: dict[str, dict[str, Any]]) -> float | None:
    """Slope of log seconds over log samples, where two sizes or more were measured."""
    known = [(int(n), cell["seconds"]) for n, cell in cells.items() if cell.get("seconds")]
    if len(known) < 2:
        return None
    samples, seconds = np.log(np.array(known, dtype=float)).T
    return float(np.polyfit(samples, seconds, 1)[0])


def how(step: str) -> str:
    """How a step scales, as its plug-in declares."""
    measure_name = step.removeprefix("comparison: ")
    if step in analyses() or measure_name in comparisons():
        known = comparisons().get(measure_name)
        scales = analyses()[step].scales if known is None else scale_of_basis(known.basis, MOST)
        if isinstance(scales, OnSample):
            which = f" ({', '.join(scales.numbers)})" if scales.numbers else ""
            return f"{scales.taken:,} samples beyond {scales.exact_up_to:,}{which}"
        return "kNN graph" if isinstance(scales, FromGraph) else "sums"
    return ""


def table(cells: Cells, sizes: list[int]) -> str:
    """Every step: seconds and peak memory by size, and the exponent."""
    heads = [f"{n:,}: s / GiB" for n in sizes]
    lines = [f"| step | {' | '.join(heads)} | exponent | exact by |", "| --- " * (len(sizes) + 3) + "|"]
    for step, row in cells.items():
        slope = exponent(row)
        said = [_cell(row.get(str(n))) for n in sizes]
        shown = "–" if slope is None else f"{slope:.2f}"
        lines.append(f"| {step} | {' | '.join(said)} | {shown} | {how(step)} |")
    return "\n".join(lines)


def _cell(cell: dict[str, Any] | None) -> str:
    if cell is None:
        return "–"
    if "failed" in cell:
        return "failed"
    return f"{cell['seconds']:.1f} / {cell['peak_mb'] / 1024:.2f}"


def main() -> None:
    """Measure what is missing, keep it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--half", action="store_true", help="vectors in half precision on disk")
    parser.add_argument("--folder", type=Path, default=default_cache() / "scale")
    parser.add_argument("--only", default="*", help="steps whose name matches")
    parser.add_argument("--again", action="store_true", help="measure anew what was measured")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--study", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure_here(given.study, given.one)))
        return
    cells: Cells = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for n in given.sizes:
        study = write_world(given.folder / f"{n}{'-half' if given.half else ''}", n, half=given.half)
        pipeline = open_study(study, cache=study.parent / "cache")
        for step, _ in asks_of(pipeline):
            kept = cells.get(step, {}).get(str(n), {"failed": "never measured"})
            if not fnmatchcase(step, given.only) or ("failed" not in kept and not given.again):
                continue
            print(f"{n:,}: {step}", file=sys.stderr, flush=True)
            cells.setdefault(step, {})[str(n)] = measure(study, step)
            RESULTS.write_text(json.dumps(cells, indent=1), encoding="utf-8")
    most = [cell["peak_mb"] / 1024 for row in cells.values() for cell in row.values() if "peak_mb" in cell]
    said = (
        f"Most memory of any step: {max(most, default=0):.1f} GiB; no more than {BUDGET} GiB at 1,000,000 is promised."
    )
    told = f"{table(cells, given.sizes)}\n\n{said}\n"
    RESULTS.with_suffix(".md").write_text(f"{TITLE}\n\n{told}\n`python -m benchmarks.scale`\n", encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()
