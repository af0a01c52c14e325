"""An embedding job as its folder knows it: what to encode with what, written so that another process reads the same."""

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from models.discovery import discover
from models.encoder import EncoderRecipe, Family, Modality
from models.errors import BadInput, nearest
from models.place import Place

FILE = "job.json"
LIBRARIES = ("torch", "transformers", "tokenizers", "numpy")  # whose arithmetic the vectors' last bits are


def family_called(name: str) -> Family:
    """A family by name."""
    known = discover("models.families", "FAMILY")
    if name not in known:
        raise BadInput(f"no family {name!r}{nearest(name, known)}")
    found: Family = known[name]
    return found


def recipe_to_json(recipe: EncoderRecipe) -> dict[str, Any]:
    """A recipe as plain values that another process reads the same."""
    place: Place = recipe.place
    roots = None if place.roots is None else [str(root.absolute()) for root in place.roots]
    return asdict(recipe) | {"place": {"base": str(place.base.absolute()), "roots": roots}}


def recipe_from_json(content: dict[str, Any]) -> EncoderRecipe:
    """The recipe of such plain values."""
    place = content["place"]
    roots = None if place["roots"] is None else tuple(map(Path, place["roots"]))
    return EncoderRecipe(**{**content, "place": Place(Path(place["base"]), roots)})


@dataclass(frozen=True, kw_only=True)
class EmbeddingJob:
    """`made_of`: everything that decides the vectors' bits; a folder whose job differs in it starts anew."""

    recipe: EncoderRecipe
    layers: tuple[int, ...]
    made_of: dict[str, Any]

    @cached_property
    def family(self) -> Family:
        """The recipe's family."""
        return family_called(self.recipe.family)

    @property
    def modality(self) -> Modality:
        """What the items are."""
        return self.family.modality

    def save(self, folder: Path) -> None:
        """Write the job into its folder, whole or not at all."""
        content = {"recipe": recipe_to_json(self.recipe), "layers": list(self.layers), "made_of": self.made_of}
        draft = folder / f"{FILE}.draft"
        draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
        draft.replace(folder / FILE)

    @classmethod
    def read(cls, folder: Path) -> "EmbeddingJob":
        """The job of a folder."""
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        recipe = recipe_from_json(content["recipe"])
        return cls(recipe=recipe, layers=tuple(content["layers"]), made_of=content["made_of"])

    def is_the_one_in(self, folder: Path) -> bool:
        """Whether the folder holds this very job's work."""
        try:
            before = json.loads((folder / FILE).read_text(encoding="utf-8"))["made_of"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        same: bool = before == json.loads(json.dumps(self.made_of))
        return same


def library_versions() -> dict[str, str]:
    """Versions of the libraries that do the arithmetic, without importing them."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found
