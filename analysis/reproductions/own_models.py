"""Our own two small language models, made anew: `python -m analysis.reproductions.own_models --out DIR`.

One with LayerNorm and one with RMSNorm, causal, trained alike and side by side on the docstrings of every installed
package but those of `pydocs`, which stay unseen and are what their anchors are asked on. Kept along training and stored
in float16, each with config, tokenizer and recipe; no text is kept. What packages are installed decides the text, so
the recipe names them.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from analysis.datasets.pydocs_read import FOLDERS, PACKAGES, read_docs
from models.pretraining.job import MADE, RESULT, STEPS, PretrainingJob, read_curve
from models.pretraining.pool import run_jobs
from models.pretraining.settings import PreTraining
from models.tokens import TOKENIZER_FILES

MODELS = {"layernorm": "gpt-nano", "rmsnorm": "llama-nano"}
KEPT = (0, 30, 100, 300)  # and the last
RECENT = 20  # steps whose mean loss stands for a kept one
COMMAND = "python -m analysis.reproductions.own_models"


def settings(steps: int, seed: int) -> PreTraining:
    """The recipe of both: 16 windows of 128 tokens a step, AdamW, 4 % warm-up, the rate then falling to 0 in a line."""
    return PreTraining(
        objective="clm", steps=steps, seed=seed, lr=3e-3, batch=16, max_length=128, warmup=0.04, decay=0.1
    )


def texts_read() -> tuple[list[str], dict[str, str]]:
    """The docstrings of all installed packages but those of `pydocs`, and these packages' versions."""
    unseen = {FOLDERS.get(name, name) for name in PACKAGES}
    folders, versions = [], {}
    for name, distributions in sorted(packages_distributions().items()):
        if name in unseen or not name.isidentifier():
            continue
        spec = find_spec(name)
        found = None if spec is None else spec.submodule_search_locations
        if not found or spec is None or spec.origin is None:
            continue  # one file, or a folder that several share
        try:
            versions[name] = version(distributions[0])
        except PackageNotFoundError:
            continue
        folders.append(Path(found[0]))
    return [doc.text for doc in read_docs(tuple(folders)).kept], versions


def train(texts: Sequence[str], work: Path, *, steps: int, seed: int) -> dict[str, Path]:
    """Train both, each on a core of its own; one that was killed goes on. Their folders, by name."""
    of = sha256(json.dumps([list(texts), steps, seed]).encode()).hexdigest()
    folders = {name: work / f"{name}-{of[:16]}" for name in MODELS}
    for name, folder in folders.items():
        job = PretrainingJob(
            settings=settings(steps, seed),
            start=None,
            architecture=MODELS[name],
            samples=len(texts),
            made_of=of,
            keep=(*(step for step in KEPT if step < steps), steps),
        )
        job.save(folder, texts, np.empty((0, 2), np.int64))
    run_jobs(folders, workers=len(folders), threads=1, report=_teller(), done=lambda name: None)
    return folders


def pack(folder: Path, out: Path, recipe: dict[str, Any]) -> None:
    """Write what a training kept as float16, tokenizer and recipe beside the steps."""
    from safetensors.numpy import load_file, save_file

    for kept in sorted((folder / STEPS).iterdir()):
        target = out / kept.name
        target.mkdir(parents=True, exist_ok=True)
        tensors = {name: value.astype(np.float16) for name, value in load_file(kept / "model.safetensors").items()}
        save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
        config = json.loads((kept / "config.json").read_text(encoding="utf-8")) | {"dtype": "float16"}
        (target / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for name in TOKENIZER_FILES:
        if (folder / MADE / name).is_file():
            (out / name).write_bytes((folder / MADE / name).read_bytes())
    (out / "recipe.json").write_text(json.dumps(recipe, indent=1) + "\n", encoding="utf-8")


def recipe_of(folder: Path, texts: Sequence[str], versions: dict[str, str], asked: str) -> dict[str, Any]:
    """What made a model, and how its training went."""
    job, curve = PretrainingJob.read(folder), read_curve(folder)
    said = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    losses = {
        step: round(float(np.mean([point["loss"] for point in curve[max(0, step - RECENT) : step]])), 3)
        for step in job.keep
        if step
    }
    hashed = sha256("\0".join(texts).encode()).hexdigest()
    what = f"docstrings of installed packages without {', '.join(PACKAGES)}"
    return {
        "command": asked,
        "architecture": job.architecture,
        "seed": job.settings.seed,
        "settings": {
            name: getattr(job.settings, name)
            for name in ("objective", "steps", "lr", "batch", "max_length", "warmup", "decay", "clip")
        },
        "kept": list(job.keep),
        "tokens_told": said["tokens"],
        "wall_seconds": round(said["seconds"]),
        f"training_loss_of_{RECENT}_steps_before": losses,
        "data": {"what": what, "texts": len(texts), "characters": sum(map(len, texts)), "sha256": hashed},
        "packages": versions,
    }


def _teller() -> Callable[[int, int, str], None]:
    """Say how far it is, once a percent."""
    last = -1

    def tell(done: int, total: int, said: str) -> None:
        nonlocal last
        if (now := 100 * done // max(1, total)) > last:
            last = now
            sys.stderr.write(f"{now:3d} % {said}\n")

    return tell


def main() -> int:
    """Read, train, write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="receives the checkpoints")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where a training that was killed goes on")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    texts, versions = texts_read()
    command = f"{COMMAND} --out assets/language_models --steps {asked.steps} --seed {asked.seed}"
    with tempfile.TemporaryDirectory() as there:
        folders = train(texts, (asked.work or Path(there)).resolve(), steps=asked.steps, seed=asked.seed)
        for name, folder in folders.items():
            pack(folder, asked.out / name, recipe_of(folder, texts, versions, command))
    return 0


if __name__ == "__main__":
    sys.exit(main())
