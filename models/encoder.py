"""What an encoder is: items in, one vector per item and layer out.

A *family* knows one kind of encoder. `describe` reads configuration files alone and is cheap; `load` brings
the weights into memory. The recipe holds all that decides the vectors, so it can be hashed before any work.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from models.place import Place

Modality = Literal["text", "image", "numeric", "vector"]
Pooling = Literal["mean", "cls", "max", "last"]
Initialization = Literal["pretrained", "random", "statistics", "shuffled"]
Vectors = npt.NDArray[np.float32]
# texts: str; images: uint8 (height, width, 3); numeric and vector: rows of a float32 matrix
Items = Sequence[Any] | npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class EncoderRecipe:
    """All that decides the vectors of a checkpoint, as asked for; None means the model's own setting.

    `place`: where relative paths start and what they may reach; no part of what decides the vectors. `init_from`: the
    model whose weights give the statistics, where that is another; `grouping` and `mode`: see `weight_groups`.
    """

    family: str
    model: str = ""
    place: Place = field(default_factory=lambda: Place(Path()), compare=False)
    architecture: str = ""
    pooling: Pooling | None = None
    normalize: bool | None = None
    prefix: str = ""
    max_length: int = 256
    dtype: Literal["float32", "float16", "bfloat16"] = "float32"
    init: Initialization = "pretrained"
    init_seed: int = 0
    init_from: str = ""
    grouping: str = ""
    mode: str = ""
    tokenizer: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a checkpoint is, read without loading it.

    `layers`: how many spaces it offers; 0 is the embedding layer's output, `layers - 1` the last.
    `width`: of the last layer; 0 where it depends on the samples.
    `identity`: everything beyond the recipe that decides the vectors (weights' sha256, tokenizer's sha256,
    resolved pooling, normalisation, length): goes into the key of each space.
    `work`: floating-point operations per unit of `Encoder.cost`; 0 where they do not matter.
    `asked`: weights that the configuration asks for, roughly; 0 where nothing is built from one.
    `spans`: whether it is a T5, whose training hides spans and which has no token that hides one token.
    """

    title: str
    weights_sha256: str
    layers: int
    width: int
    parameters: int | None
    pooling: str
    normalize: bool
    identity: dict[str, str | int | bool]
    reference: str = ""
    work: float = 0.0
    asked: int = 0
    spans: bool = False


class Encoder(Protocol):
    """A loaded encoder. Same items, same vectors, whatever else stands in the batch, to float32 rounding.

    `notes`: sentences on what fitting to the items made of them (constant columns). `batch`: the cost that one
    call of `encode` may have.
    """

    notes: tuple[str, ...]

    @property
    def batch(self) -> int:
        """Cost of one batch."""
        ...

    def cost(self, items: Items) -> npt.NDArray[np.int64]:
        """Relative work of each item (tokens, pixels), (n,): items are sorted and batched by it."""
        ...

    def encode(self, items: Items, layers: Sequence[int]) -> list[Vectors]:
        """Embed one batch: for each asked layer an (n, width) float32 matrix."""
        ...


class Family(Protocol):
    """One kind of encoder; a file in `models/families` exports one as FAMILY.

    `whole`: it is fitted on all items (TF-IDF, standardised columns), so it runs at once, unsharded.
    """

    name: str
    title: str
    version: int
    modality: Modality
    whole: bool

    def describe(self, recipe: EncoderRecipe) -> Card:
        """Read the card from configuration files; BadInput when the checkpoint cannot be used."""
        ...

    def load(self, recipe: EncoderRecipe, items: Items | None = None) -> Encoder:
        """Get ready to encode: a `whole` family fits on `items`; others may read weights at the first `encode`."""
        ...
