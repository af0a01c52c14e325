"""The dataset step: read a source once, keep what it gave, know its keys without reading it again.

The starter layer may hold a dataset without its texts (they belong to other projects): ids, labels and keys are
there at once, and the texts are read from their source when something needs them.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.dataset import Dataset
from analysis.packed_images import PackedImages, pack
from analysis.plugin import DatasetSource
from analysis.recipe import Recipe
from analysis.registry import sources
from analysis.store import Artifact, Store
from analysis.study import Study
from analysis.study_file import plain
from models.errors import BadInput, Failed
from models.place import Place


def source_of(study: Study) -> DatasetSource:
    """The plug-in that reads the study's samples."""
    if study.dataset is None:
        raise BadInput('the study has no [dataset]; add one, for example source = "pydocs".')
    return sources()[study.dataset.source]


def dataset_recipe(study: Study, place: Place) -> Recipe:
    """Recipe of the study's samples: what is asked for, the seed of the sample, and the content it is read from."""
    source = source_of(study)
    assert study.dataset is not None
    seed = study.seed if study.dataset.sample else 0
    params = plain(study.dataset) | {"source": source.name, "seed": seed}
    params.pop("path", None)  # the content counts, not where it lies
    params.pop("metadata", None)
    return Recipe("dataset", source.version, params, dict(source.fingerprint(study.dataset, place)))


def find_dataset(recipe: Recipe, store: Store, *, items: bool) -> Dataset | None:
    """The kept dataset; with `items`, only where what the encoders read is there too."""
    artifact = store.get(recipe)
    if artifact is None or (items and artifact.content["items_elsewhere"]):
        return None
    return _unpack(artifact)


def complete_dataset(study: Study, recipe: Recipe, store: Store) -> Dataset | None:
    """A dataset that is kept without its texts, given those of its source, where the source has them at hand.

    Takes well under a second for a built-in sample; None where there is nothing to complete, or where what the
    source has is no longer what the numbers were made from.
    """
    known, source = store.get(recipe), source_of(study)
    if known is None or not known.content["items_elsewhere"] or source.texts is None:
        return None
    start, bare = time.perf_counter(), _unpack(known)
    whole = replace(bare, texts=source.texts(bare.frame), item_keys={})
    return _keep(whole, recipe, store, start) if keys_of(whole) == keys_of(bare) else None


def make_dataset(study: Study, place: Place, recipe: Recipe, store: Store) -> Dataset:
    """Read the source and keep what it gives, whole."""
    assert study.dataset is not None
    start = time.perf_counter()
    dataset = source_of(study).load(study.dataset, place, study.seed)
    known = store.get(recipe)
    if known is not None and known.content["item_keys"] != keys_of(dataset):
        raise Failed(
            f"the samples of {dataset.name!r} are not those that its stored numbers were made from;"
            " delete the cache folder and run again."
        )
    return _keep(dataset, recipe, store, start)


def keys_of(dataset: Dataset) -> dict[str, str]:
    """The item key of each modality the samples have."""
    return {modality: dataset.item_key(modality) for modality in dataset.modalities}


def pack_dataset(
    dataset: Dataset, *, with_texts: bool = True
) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]], dict[str, pd.DataFrame]]:
    """Content, arrays and tables that keep a dataset."""
    content = {
        "name": dataset.name,
        "labels": list(dataset.labels),
        "notes": list(dataset.notes),
        "item_keys": keys_of(dataset),
        "numeric_names": list(dataset.numeric_names),
        "items_elsewhere": not with_texts,
    }
    tables = {"ids": pd.DataFrame({"id": list(dataset.ids)}), "frame": _storable(dataset.frame)}
    if dataset.texts is not None and with_texts:
        tables["texts"] = pd.DataFrame({"text": list(dataset.texts)})
    arrays: dict[str, npt.NDArray[Any]] = {f"edges-{name}": e for name, e in dataset.edges.items()}
    if dataset.images is not None:
        arrays["pixels"], arrays["shapes"] = pack(dataset.images)
    if dataset.numeric is not None:
        arrays["numeric"] = dataset.numeric
    if dataset.vectors is not None:
        arrays["vectors"] = dataset.vectors
    return content, arrays, tables


def _keep(dataset: Dataset, recipe: Recipe, store: Store, start: float) -> Dataset:
    content, arrays, tables = pack_dataset(dataset)
    artifact = store.put(recipe, content=content, arrays=arrays, tables=tables, seconds=time.perf_counter() - start)
    return _unpack(artifact)


def _unpack(artifact: Artifact) -> Dataset:
    content = artifact.content

    def optional(name: str) -> npt.NDArray[Any] | None:
        return artifact.array(name) if artifact.has(f"{name}.npy") else None

    pixels, ids = optional("pixels"), artifact.table("ids")["id"].to_numpy(dtype=object)  # quicker than one by one
    return Dataset(
        name=content["name"],
        ids=tuple(ids),
        frame=artifact.table("frame").reindex(range(len(ids))),
        labels=tuple(content["labels"]),
        texts=list(artifact.table("texts")["text"]) if artifact.has("texts.parquet") else None,
        images=None if pixels is None else PackedImages(pixels, artifact.array("shapes")),
        numeric=optional("numeric"),
        numeric_names=tuple(content["numeric_names"]),
        vectors=optional("vectors"),
        edges={n[6:]: artifact.array(n) for n in artifact.names(".npy") if n.startswith("edges-")},
        notes=tuple(content["notes"]),
        item_keys=content["item_keys"],
    )


def _storable(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns that Parquet can hold: one of mixed types becomes text, nested values JSON."""
    columns: Mapping[str, pd.Series] = {str(name): frame[name] for name in frame.columns}
    return pd.DataFrame(
        {
            name: column.map(_text, na_action="ignore") if column.dtype == object else column
            for name, column in columns.items()
        },
        index=pd.RangeIndex(len(frame)),
    )


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
