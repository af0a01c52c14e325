"""The starter layer: what the built-in study's first screen needs, shipped read-only under `assets/starter`.

It holds ids, labels, neighbours, coordinates and numbers, keyed like everything else. The texts belong to the
packages they document and stay there; vectors are left out, and the first job that needs them makes them.

    python -m analysis.starter [CACHE]      computes the built-in study, in a temporary cache if none is named
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.run import STARTER
from analysis.samples import pack_dataset
from analysis.store import Store
from analysis.study_file import read_study
from models.place import Place

STUDY = STARTER.parent / "studies" / "pydocs.toml"


def build(target: Path, cache: Path) -> int:
    """Make everything the built-in study wants and copy what may be shipped; how many artifacts."""
    pipeline = Pipeline(read_study(STUDY), Place(STUDY.parent), Store(cache))
    asks = wanted(pipeline)
    for ask in asks:
        pipeline.make(ask, say)
    shutil.rmtree(target, ignore_errors=True)
    shipped = Store(target)
    content, arrays, tables = pack_dataset(pipeline.dataset(items=True), with_texts=False)
    shipped.put(pipeline.dataset_recipe, content=content, arrays=arrays, tables=tables)
    count = 1
    for ask in asks:
        if ask.kind != "space":
            count += _copy(pipeline, ask, target)
    return count


def _copy(pipeline: Pipeline, ask: Ask, target: Path) -> bool:
    recipe = pipeline.recipe(ask)
    assert recipe is not None
    artifact = pipeline.store.get(recipe)
    assert artifact is not None
    goal = target / artifact.folder.relative_to(pipeline.store.root)
    if goal.exists():
        return False
    shutil.copytree(artifact.folder, goal)
    return True


def say(done: int, total: int, message: str) -> None:
    """Progress on one line of the terminal."""
    sys.stderr.write(f"\r\033[K{message[:120]}")


def ship(build: Callable[[Path, Path], int], target: Path, what: str, arguments: list[str]) -> None:
    """Build what is shipped in `target`, in the cache that is given or a temporary one; say how much it is."""
    with tempfile.TemporaryDirectory() as folder:
        made = build(target, Path(arguments[0]) if arguments else Path(folder))
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    sys.stderr.write(f"\r\033[K{made} {what}, {size / 1e6:.1f} MB in {target.name}\n")


if __name__ == "__main__":
    ship(build, STARTER, "artifacts", sys.argv[1:])
