"""Docstrings are linked where one names the other in its See Also section; for samples of source `pydocs`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis.dataset import Dataset
from analysis.graph import Links
from analysis.graph_plugin import GraphSource
from analysis.recipe import hash_of_array
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    return {"links": hash_of_array(_edges(spec, dataset))}


def _edges(spec: GraphSpec, dataset: Dataset) -> Any:
    if "see_also" not in dataset.edges:
        raise BadInput(
            f'graph {spec.name!r} is of source "see_also", which samples of source "pydocs" have; these are of'
            f" {dataset.name!r}, so give another source."
        )
    return dataset.edges["see_also"]


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    return Links(np.asarray(_edges(spec, dataset), np.int64))


GRAPH = GraphSource(name="see_also", title="See Also", version=1, fingerprint=fingerprint, read=read)
