"""The spaces of a study: their names, the encoders behind them, and the keys of their vectors.

A checkpoint with `layers = "last"` makes one space of its own name, any other choice one space per layer, called
`checkpoint@layer`. Names, cards and keys are known from configuration files alone, before any weight is loaded.
A checkpoint with a `transform` is derived from the same without one, its base, whose key is all that its own needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis import derived
from analysis.dataset import Dataset
from analysis.made import MadeCheckpoint, checkpoints_of
from analysis.made_keys import as_start, keyed, made_card
from analysis.recipe import Recipe
from analysis.registry import families
from analysis.store import Store
from analysis.study import CheckpointSpec, Study
from analysis.vector_files import aligned_vectors, fingerprint_of_vectors
from models.encoder import Card, EncoderRecipe, Family
from models.errors import BadInput
from models.place import Place
from models.pretraining.objective import objective_called


@dataclass(frozen=True)
class SpaceOf:
    """A space by name: which layer of which checkpoint."""

    name: str
    checkpoint: CheckpointSpec
    card: Card
    layer: int


def family_of(spec: CheckpointSpec) -> Family:
    """The family of a checkpoint."""
    known = families()
    if spec.family not in known:
        raise BadInput(
            f"checkpoint {spec.name!r} is of family {spec.family!r}, which cannot embed yet; there are: "
            f"{', '.join(known)}."
        )
    return known[spec.family]


def encoder_recipe(spec: CheckpointSpec, place: Place) -> EncoderRecipe:
    """What `models` needs to know of a checkpoint."""
    if isinstance(spec, MadeCheckpoint):
        place = Place(Path(spec.model))  # it lies among our results, where no study's paths lead
    return EncoderRecipe(
        family=spec.family,
        model="" if spec.family == "vectors" else spec.model,
        place=place,
        architecture=spec.architecture,
        pooling=spec.pooling,
        normalize=spec.normalize,
        prefix=spec.prefix,
        max_length=spec.max_length,
        dtype=spec.dtype,
        init=spec.init,
        init_seed=spec.init_seed,
        init_from=spec.init_from,
        grouping=spec.grouping,
        mode=spec.mode,
        tokenizer=spec.tokenizer,
    )


def card_of(spec: CheckpointSpec, place: Place) -> Card:
    """The card of a checkpoint; BadInput names the checkpoint that cannot be used."""
    if isinstance(spec, MadeCheckpoint):
        return made_card(spec, None if spec.start is None else card_of(spec.start, place))
    try:
        return family_of(spec).describe(encoder_recipe(spec, place))
    except BadInput as error:
        raise BadInput(f"checkpoint {spec.name!r}: {error}") from None


def spaces_of(study: Study, place: Place, store: Store | None = None) -> tuple[SpaceOf, ...]:
    """Every space of the study, in its order; with a store, those of checkpoints that we make have their keys."""
    found: list[SpaceOf] = []
    for spec, card in _checkpoints(study, place, store):
        if spec.layers == "last":
            found.append(SpaceOf(spec.name, spec, card, card.layers - 1))
            continue
        layers = range(card.layers) if spec.layers == "all" else spec.layers
        for layer in layers:
            if not 0 <= layer < card.layers:
                raise BadInput(
                    f"checkpoint {spec.name!r} has layers 0 to {card.layers - 1}, not {layer}; change `layers`."
                )
            found.append(SpaceOf(f"{spec.name}@{layer}", spec, card, layer))
    return tuple(found)


def _checkpoints(study: Study, place: Place, store: Store | None) -> Iterator[tuple[CheckpointSpec, Card]]:
    """Every checkpoint with its card, those that we make as what they start from is read."""
    specs: dict[str, CheckpointSpec] = {}
    cards: dict[str, Card] = {}
    for named in checkpoints_of(study):
        spec = _with_source(named, study)
        if isinstance(spec, MadeCheckpoint):
            start = None
            if spec.start is not None:
                spec = replace(spec, start=specs.get(spec.start.name, spec.start))
                start = _card_of_start(spec, place)
                spec = as_start(spec, start)
            if store is not None:
                spec = keyed(spec, start, study, place, store, cards)
        specs[spec.name], cards[spec.name] = spec, card_of(spec, place)
        yield spec, cards[spec.name]


def _card_of_start(spec: MadeCheckpoint, place: Place) -> Card:
    assert spec.start is not None
    causal = objective_called(spec.section.objective).causal
    if spec.start.family not in (("causal_lm",) if causal else ("transformer", "masked_lm")):
        tells = "does not tell what comes next" if causal else "tells no hidden tokens"
        way = "language model of family causal_lm" if causal else "transformer that reads texts both ways"
        raise BadInput(
            f"[[pretraining]] {spec.section.name!r} starts from {spec.start.name!r}, whose family {spec.start.family!r}"
            f" {tells}; start from a {way}."
        )
    card = card_of(spec.start, place)
    if card.spans and not spec.section.sequences:
        raise BadInput(
            f"[[pretraining]] {spec.section.name!r} starts from {spec.start.name!r}, a T5, which has no masked-LM head;"
            " start from a transformer such as BERT, or train an encoder-decoder (objective 'span')."
        )
    return card


def _with_source(spec: CheckpointSpec, study: Study) -> CheckpointSpec:
    """With the model of the checkpoint that its statistics come from instead of that checkpoint's name."""
    if not spec.init_from:
        return spec
    source = next(one for one in study.checkpoint if one.name == spec.init_from)
    return replace(spec, init_from=source.model)


def base_of(space: SpaceOf) -> SpaceOf:
    """The space that a derived one is made of, under the derived one's name; any other space itself."""
    return replace(space, checkpoint=replace(space.checkpoint, transform="none"))


def same_encoder(a: CheckpointSpec, b: CheckpointSpec, place: Place) -> bool:
    """Whether two checkpoints embed with the same model in the same way, whatever is made of the vectors after."""
    return a.model == b.model and encoder_recipe(a, place) == encoder_recipe(b, place)


def items_of(spec: CheckpointSpec, dataset: Dataset, place: Place) -> Any:
    """What the encoder of a checkpoint reads: of the dataset, or of a file of vectors of its own."""
    if spec.family == "vectors" and spec.model:
        return aligned_vectors(spec, dataset, place)
    return dataset.items(family_of(spec).modality)


def space_recipe(space: SpaceOf, dataset: Dataset, place: Place) -> Recipe:
    """Recipe of a space's vectors: all that decides them, and nothing else."""
    if space.checkpoint.transform != "none":
        base = space_recipe(base_of(space), dataset, place)
        return Recipe("space", derived.VERSION, {"transform": space.checkpoint.transform}, {"space": base.key})
    spec, family = space.checkpoint, family_of(space.checkpoint)
    params = {"family": family.name, "layer": space.layer, **space.card.identity}
    if spec.family == "vectors" and spec.model:
        inputs = {"ids": dataset.ids_key, "file": fingerprint_of_vectors(spec, place)}
    else:
        inputs = {"items": dataset.item_key(family.modality)}
    return Recipe("space", family.version, params, inputs)
