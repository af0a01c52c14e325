"""Links of a GraphML file: nodes are named by their `id`, or by the attribute that `columns` names.

The file is read as a stream. A document type, an entity or anything else that could reach outside or grow is refused
before it is followed. An edge has a direction as its own `directed` says, else as its graph's `edgedefault` does. A
file whose edges have none is an undirected graph; else `directed` of [[graph]] decides, and an edge without a direction
is two links of a directed graph.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.parsers import expat

import numpy as np

from analysis.dataset import Dataset
from analysis.datasets.content import check_readable
from analysis.datasets.fingerprints import hash_of_file
from analysis.graph import Links
from analysis.graph_plugin import GraphSource
from analysis.graphs.graphml_reader import Reader
from analysis.graphs.named import links_of_names
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place

CHUNK = 1 << 20  # bytes read at a time


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    said = "|".join((*spec.columns, spec.weight))
    return {"file": hash_of_file(place.resolve(spec.path, f"the file of graph {spec.name!r}")), "read": said}


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    path = place.resolve(spec.path, f"the file of graph {spec.name!r}")
    check_readable(path)
    reader = Reader(path.name, "".join(spec.columns[:1]), spec.weight)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    refuse: Any = reader.refuse
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except LookupError as error:  # of a codec
        raise BadInput(
            f"{path.name!r} is written in an encoding that is not read ({str(error)[:80]}); save it as UTF-8."
        ) from error
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(
            f"{path.name!r} is not well-formed XML ({str(error)[:80]}); save it as GraphML again."
        ) from error
    sources = [reader.names.get(source, source) for source, _ in reader.edges]
    targets = [reader.names.get(target, target) for _, target in reader.edges]
    directed = False if reader.edges and all(reader.two_way) else None
    weights = None
    if spec.weight:
        weights = np.array([_weight(reader, edge) for edge in range(len(reader.edges))], np.float64)
    if spec.directed and directed is None:
        back = np.flatnonzero(reader.two_way)
        sources, targets = sources + [targets[edge] for edge in back], targets + [sources[edge] for edge in back]
        weights = None if weights is None else np.concatenate([weights, weights[back]])
    return links_of_names(dataset, sources, targets, weights=weights, directed=directed)


def _weight(reader: Reader, edge: int) -> float:
    said = reader.weights.get(edge, "")
    try:
        found = float(said)
    except ValueError:
        found = float("nan")
    if not np.isfinite(found):
        raise BadInput(f"edge {edge + 1} of {reader.file!r} has the weight {said[:40]!r}; weights are numbers.")
    return found


GRAPH = GraphSource(name="graphml", title="GraphML", version=2, fingerprint=fingerprint, read=read)
