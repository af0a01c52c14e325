"""Every two samples of the same label are linked: a clique a class. Samples without a label stay alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis.dataset import Dataset
from analysis.graph import MOST_LINKS, Links
from analysis.graph_plugin import GraphSource
from analysis.graphs.named import no_column
from analysis.labels import Labels
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    return {"labels": column_of(spec, dataset, spec.label).key}


def column_of(spec: GraphSpec, dataset: Dataset, name: str) -> Labels:
    """A column of classes that a graph names."""
    if name not in dataset.frame.columns:
        raise no_column(spec, "label", name, dataset.frame.columns)
    found = dataset.labels_in(name)
    if found.kind != "categorical":
        raise BadInput(f"label {name!r} of graph {spec.name!r} holds numbers; cliques need classes.")
    return found


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    codes = column_of(spec, dataset, spec.label).codes
    sizes = np.bincount(codes[codes >= 0], minlength=1).astype(np.int64)
    total = int((sizes * (sizes - 1) // 2).sum())
    if total > MOST_LINKS:
        raise BadInput(
            f"cliques of {spec.label!r} would be {total:,} links; at most {MOST_LINKS:,} are made, so take a finer"
            " label, or a `sample` of the dataset."
        )
    members = [np.flatnonzero(codes == code) for code in np.flatnonzero(sizes > 1)]
    pairs = [np.column_stack([rows[i] for i in np.triu_indices(len(rows), 1)]) for rows in members]
    return Links(np.concatenate(pairs).astype(np.int64) if pairs else np.empty((0, 2), np.int64))


GRAPH = GraphSource(name="labels", title="Cliques of a label", version=1, fingerprint=fingerprint, read=read)
