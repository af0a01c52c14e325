"""The zoo of synthetic pre-training: the networks that `reproduce synthetic` trained and its runs, which we ship.

Weights are stored in half precision. Beside them lies the recipe, with the versions of what was read.

    python -m analysis.zoo CACHE      ships what `python -m analysis reproduce synthetic --cache CACHE` left there
"""

import json
import shutil
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from analysis.benefit_asks import so_far
from analysis.recipe_cards import RecipeCard
from analysis.registry import generators
from analysis.reproductions.induced import spaces_of
from analysis.reproductions.synthetic import NATURAL, TINY, WAYS, Plan, folder_of, made, pretrainings
from analysis.reproductions.synthetic_data import data_kept, data_recipe
from analysis.run import STARTER
from analysis.spreadsheet import write_csv
from analysis.starter import ship
from analysis.store import Store
from models.checkpoints import halve
from models.errors import BadInput

SHIPPED = STARTER.parent / "studies" / "synthetic"


def build(target: Path, cache: Path, plan: Plan = TINY) -> list[Path]:
    """Copy each network that is trained into the folder of its task, and write the table of runs; these folders."""
    from tokenizers import Tokenizer

    from models.pretraining.sequence_job import save_words

    store = Store(cache, ())
    data = data_kept(store)
    low = tuple(name for name in WAYS if name in plan.ways["low"] + plan.later)
    if data is None:
        raise BadInput(f"{str(cache)!r} holds no run of `reproduce synthetic`; give the cache that it was run with.")
    shutil.rmtree(target, ignore_errors=True)
    folders = []
    for run, said in made(pretrainings(plan, low), plan, store):
        if said is None:
            continue
        source, folder = folder_of(run.way, plan, store), target / run.way
        folder.mkdir(parents=True)
        shutil.copyfile(source / "config.json", folder / "config.json")
        halve(source / "model.safetensors", folder / "model.safetensors")
        save_words(Tokenizer.from_str(data.vocabulary), folder)
        recipe = json.loads((source / "recipe.json").read_text(encoding="utf-8"))
        (folder / "recipe.json").write_text(
            json.dumps(recipe | _told(run.way, recipe), indent=1) + "\n", encoding="utf-8"
        )
        folders.append(folder)
    every = replace(plan, ways={"low": low, "full": plan.ways["full"]}, later=())
    table = so_far(every, store)
    write_csv(table, target / "runs.csv")
    write_csv(spaces_of(table, every, store), target / "runs_spaces.csv")
    return folders


def _told(source: str, recipe: dict[str, Any]) -> dict[str, Any]:
    """What a recipe says besides: its card, what came of it, and what it was read from."""
    task = "spans of source code" if source == NATURAL else f"synthetic task: {generators()[source].title.lower()}"
    reached = recipe["reached"]
    card = RecipeCard(
        name=source, within=task, graph="", weight=0.0, reference=f"{reached['step']:,} steps from random weights"
    )
    outcome = {"masked": reached["held_loss"], "right": reached["held_right"], "structure": None, "collapsed": False}
    outcome |= {"tokens": reached["tokens"], "seconds": round(reached["seconds"], 1)}
    read = data_recipe().inputs
    return {"name": source, "card": asdict(card), "outcome": outcome, "stored": "float16", "read": dict(read)}


if __name__ == "__main__":
    ship(lambda target, cache: len(build(target, cache)), SHIPPED, "networks", sys.argv[1:])
