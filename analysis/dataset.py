"""Samples: unique ids, what the encoders read (texts, images, numbers, vectors), and a frame of everything else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.labels import Labels, labels_of
from analysis.recipe import hash_of, hash_of_array
from models.encoder import Items, Modality
from models.errors import BadInput

Image = npt.NDArray[np.uint8]
MODALITIES: tuple[Modality, ...] = ("text", "image", "numeric", "vector")


@dataclass(frozen=True, eq=False)
class Dataset:
    """The samples of a study.

    `frame`: one row per sample in the order of `ids`, with the label and metadata columns (no ids, no items).
    `labels`: names of the columns of `frame` that are labels. `notes`: sentences for the card (repeats,
    what was left out). `edges`: named (m, 2) int32 arrays of row pairs that came with the samples (See Also).
    """

    name: str
    ids: tuple[str, ...]
    frame: pd.DataFrame
    labels: tuple[str, ...] = ()
    texts: Sequence[str] | None = None
    images: Sequence[Image] | None = None  # each uint8 (height, width, 3)
    numeric: npt.NDArray[np.float32] | None = None  # (n, p)
    numeric_names: tuple[str, ...] = ()
    vectors: npt.NDArray[np.float32] | None = None  # (n, d)
    edges: dict[str, npt.NDArray[np.int32]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    item_keys: Mapping[str, str] = field(default_factory=dict)  # known from the store; else hashed when asked for

    def __post_init__(self) -> None:
        """Refuse samples that cannot be told apart or that have holes."""
        n = len(self.ids)
        if n < 2:
            raise BadInput(f"dataset {self.name!r} has {n} sample{'s' * (n != 1)}; a space needs at least 2.")
        different = len(set(self.ids))
        if different < n:
            seen: set[str] = set()
            twice = next(i for i in self.ids if i in seen or seen.add(i))  # type: ignore[func-returns-value]
            raise BadInput(
                f"dataset {self.name!r} has {n - different} repeated ids (first: {twice!r});"
                " make them unique, or leave out `id` to use row numbers."
            )
        for what in ("frame", "texts", "images", "numeric", "vectors"):
            part = getattr(self, what)
            if part is not None and len(part) != n:
                raise BadInput(f"dataset {self.name!r} has {n} ids but {len(part)} rows of {what}.")

    def __len__(self) -> int:
        """How many samples."""
        return len(self.ids)

    def items(self, modality: Modality) -> Items:
        """What an encoder of this modality reads; BadInput where the samples have none of it."""
        items = self._found[modality]
        if items is None:
            have = [name for name, part in self._found.items() if part is not None]
            raise BadInput(
                f"dataset {self.name!r} has no {modality} for this checkpoint (it has: "
                f"{', '.join(have) or 'nothing'}); name the column in [dataset]."
            )
        return items

    def item_key(self, modality: Modality) -> str:
        """Key of the ids with what an encoder reads of them: labels may change without touching it."""
        if modality not in self.item_keys and modality not in self._hashed_items:
            self.items(modality)  # says what is missing
        return self.item_keys.get(modality) or self._hashed_items[modality]

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """What encoders can read here, whether or not it is in memory."""
        return tuple(m for m in MODALITIES if m in self.item_keys or self._found[m] is not None)

    @cached_property
    def ids_key(self) -> str:
        """Key of the ids in their order."""
        return hash_of(*self.ids)

    @cached_property
    def _found(self) -> dict[Modality, Items | None]:
        return {"text": self.texts, "image": self.images, "numeric": self.numeric, "vector": self.vectors}

    @cached_property
    def _hashed_items(self) -> dict[str, str]:
        ids = self.ids_key
        keys: dict[str, str] = {}
        if self.texts is not None:
            keys["text"] = hash_of(ids, "text", *self.texts)
        if self.images is not None:
            keys["image"] = hash_of(ids, "image", *(hash_of_array(image) for image in self.images))
        if self.numeric is not None:
            keys["numeric"] = hash_of(ids, "numeric", hash_of_array(self.numeric))
        if self.vectors is not None:
            keys["vector"] = hash_of(ids, "vector", hash_of_array(self.vectors))
        return keys

    def labels_in(self, column: str) -> Labels:
        """One label column, read by the rule for kinds, once."""
        if column not in self._labels_read:
            self._labels_read[column] = labels_of(column, self.frame[column])
        return self._labels_read[column]

    @cached_property
    def _labels_read(self) -> dict[str, Labels]:
        return {}
