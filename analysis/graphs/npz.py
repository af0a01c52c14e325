"""An adjacency matrix in an `.npz`: as scipy.sparse saves it (CSR, CSC, COO), whole, or as a list of row pairs.

Row i is sample i, or the sample that an array `ids` names, or, where the samples are numbered and some of the rows,
sample "i". Entries that are not zero are links; of an undirected graph, either of the two entries is enough. Weights
are the entries. Nothing that could run is read.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.dataset import Dataset
from analysis.datasets.content import content_of
from analysis.datasets.fingerprints import hash_of_file
from analysis.datasets.vector_file import Member, load_member, members_of
from analysis.graph import Ends, Links, codes_of
from analysis.graph_plugin import GraphSource
from analysis.graphs.matrix_entries import entries_of
from analysis.graphs.named import FEW, rows_of_names
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    return {"file": hash_of_file(place.resolve(spec.path, f"the matrix of graph {spec.name!r}"))}


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    path = place.resolve(spec.path, f"the matrix of graph {spec.name!r}")
    if content_of(path) != "npz":
        raise BadInput(f"{path.name!r} is no .npz; save the matrix with scipy.sparse.save_npz.")
    members = members_of(path)
    pairs, weights, nodes = entries_of(path, members)
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= nodes):
        raise BadInput(f"{path.name!r} links row {pairs.max()} of {nodes:,}; it is damaged, so save it again.")
    if not spec.directed:  # the two entries of one link are no repeat
        first = np.unique(codes_of(pairs, max(nodes, 1), directed=False), return_index=True)[1]
        pairs, weights = pairs[first], None if weights is None else weights[first]
    place_of, names = _places(path, members, dataset, nodes)
    ends = place_of[pairs]
    known = (ends >= 0).all(axis=1)
    lost = np.unique(pairs[~known][ends[~known] < 0])[:FEW]
    kept = None if weights is None else weights[known]
    return Links(ends[known], kept, int((~known).sum()), tuple(names(row) for row in lost))


def _places(path: Path, members: Mapping[str, Member], dataset: Dataset, nodes: int) -> tuple[Ends, Any]:
    """The sample of each row of the matrix, -1 for none, and what a row is called."""
    if "ids" in members:
        ids = [str(name) for name in load_member(path, "ids").ravel().tolist()]
        if len(ids) < nodes:
            raise BadInput(f"'ids' of {path.name!r} names {len(ids):,} of {nodes:,} rows; name each.")
        return rows_of_names(dataset, ids), lambda row: ids[row]
    n, listed = len(dataset), "edges" in members
    numbered = all(one.isascii() and one.isdigit() for one in dataset.ids)
    if not numbered and (nodes == n or (listed and nodes < n)):
        return np.arange(nodes), str
    if numbered:
        return rows_of_names(dataset, [str(row) for row in range(nodes)]), str
    raise BadInput(
        f"{path.name!r} is a graph of {nodes:,} rows for {n:,} samples; add an array `ids`, or give one of as many."
    )


GRAPH = GraphSource(name="npz", title="Adjacency matrix", version=1, fingerprint=fingerprint, read=read)
