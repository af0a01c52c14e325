"""Recipes that given checkpoints bring along: the `recipe.json` of one that was pre-trained here and then moved."""

from dataclasses import dataclass
from typing import Any

from analysis.made import MadeCheckpoint
from analysis.pipeline import Pipeline
from analysis.recipe_cards import RecipeCard
from models.checkpoints import legible, read_json
from models.errors import BadInput

RECIPE = "recipe.json"


@dataclass(frozen=True)
class Carried:
    """A checkpoint of the study, the card of how it was made, and its last losses."""

    checkpoint: str
    card: RecipeCard
    outcome: dict[str, Any]


def carried(pipeline: Pipeline) -> list[Carried]:
    """Those of a study's given checkpoints that have one, in order."""
    found = []
    for spec in dict.fromkeys(space.checkpoint for space in pipeline.spaces()):
        if isinstance(spec, MadeCheckpoint) or not spec.model or spec.init != "pretrained":
            continue  # made by the study, or drawn anew
        try:
            file = pipeline.place.resolve(spec.model, "model") / RECIPE
        except BadInput:
            continue  # the name of a model, which is no folder
        said = read_json(file) if file.is_file() else {}
        if isinstance(said.get("card"), dict):
            with legible(spec.name):
                found.append(Carried(spec.name, RecipeCard(**said["card"]), dict(said.get("outcome") or {})))
    return found
