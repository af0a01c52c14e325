"""Measure every claim and write `benchmarks/results.md`: `python -m benchmarks [NAME ...]`, or `make bench`.

Each benchmark is a module that prints Markdown. One that fails is named in the results, and the others go on.
"""

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from analysis.store import library_versions

ALL = {
    "first_paint": "First paint",
    "memory": "Memory of the dashboard",
    "embedding": "Embedding",
    "knn_graph": "kNN graph",
    "umap": "UMAP",
    "distances": "All pairs of distances",
    "map": "The map in the browser",
    "kill_and_resume": "Killed and resumed",
    "comparison": "Comparing spaces",
    "probe": "Linear probe",
    "probes": "Scores of many spaces",
    "finetuning": "Fine-tuning",
    "coverage": "Coverage of the intervals",
    "comparison_coverage": "Coverage of the comparisons",
    "transferability": "Estimators of transfer",
    "ranking": "Ranking checkpoints from raw texts",
    "transferability_coverage": "Coverage of the estimators",
    "task_coverage": "Coverage of the scores on tasks",
    "alignment": "A space against a graph",
    "structure": "Structure-inducing pre-training",
    "generators": "Synthetic tasks",
    "sequences": "Training an encoder-decoder",
    "anchor_speed": "Anchor vectors",
}
PARTS = Path(__file__).parent / "results"


def measure(name: str) -> str:
    """Run one benchmark; what it printed, or how it failed."""
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, text=True, check=False)
    minutes = (time.monotonic() - start) / 60
    said = done.stdout.strip() if done.returncode == 0 else f"failed with exit status {done.returncode}"
    return f"{said}\n\n`python -m benchmarks.{name}`, {minutes:.1f} minutes\n"


def main(names: list[str]) -> int:
    """Measure the named benchmarks, or all, and put the table together with what was measured before."""
    PARTS.mkdir(exist_ok=True)
    for name in names or ALL:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        (PARTS / f"{name}.md").write_text(measure(name), encoding="utf-8")
    versions = ", ".join(f"{library} {number}" for library, number in library_versions().items())
    parts = [
        "# Results",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}. Only ratios mean anything.",
    ]
    for name, title in ALL.items():
        if (PARTS / f"{name}.md").is_file():
            parts.append(f"## {title}\n\n{(PARTS / f'{name}.md').read_text(encoding='utf-8')}")
    (PARTS.parent / "results.md").write_text("\n\n".join(parts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
