"""The built-in twin of the real experiment: checkpoints pre-trained over the See Also of docstrings, which we ship.

Their weights are stored in half precision. Beside them lies the recipe, with the versions of the packages whose
docstrings were read.

    python -m analysis.twin [CACHE]      trains assets/studies/see_also.toml, in a temporary cache if none is named
"""

import json
import shutil
import sys
from pathlib import Path

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.pretraining import made_in, pretraining_recipe
from analysis.run import STARTER
from analysis.starter import say, ship
from analysis.store import Store
from analysis.study_file import read_study
from models.checkpoints import halve
from models.place import Place

STUDY = STARTER.parent / "studies" / "see_also.toml"
SHIPPED = STUDY.with_suffix("")
BESIDE = ("config.json", "tokenizer.json", "tokenizer_config.json")


def build(target: Path, cache: Path) -> list[Path]:
    """Train what is missing and write each checkpoint into the folder of its weight; these folders."""
    pipeline = Pipeline(read_study(STUDY), Place(STUDY.parent), Store(cache))
    shutil.rmtree(target, ignore_errors=True)
    folders = []
    for name, made in made_in(pipeline).items():
        pipeline.make(Ask("pretraining", name), say)
        source = pipeline.store.folder(pretraining_recipe(pipeline, Ask("pretraining", name)))
        folder = target / f"{made.weight:g}"
        folder.mkdir(parents=True)
        for file in BESIDE:
            shutil.copyfile(source / file, folder / file)
        halve(source / "model.safetensors", folder / "model.safetensors")
        card = json.loads((source / "recipe.json").read_text(encoding="utf-8"))
        said = {"stored": "float16", "samples": len(pipeline.dataset()), "read": pipeline.dataset().notes[0]}
        (folder / "recipe.json").write_text(json.dumps(card | said, indent=1) + "\n", encoding="utf-8")
        folders.append(folder)
    return folders


if __name__ == "__main__":
    ship(lambda target, cache: len(build(target, cache)), SHIPPED, "checkpoints", sys.argv[1:])
