"""Links of a GraphML file: nodes are named by their `id`, or by the attribute that `columns` names.

The file is read as a stream. A document type, an entity or anything else that could reach outside or grow is refused
before it is followed. `edgedefault` and an edge's own `directed` say what the file means: a graph that calls itself
undirected is one; of one that calls itself directed, `directed` of [[graph]] decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

import numpy as np

from analysis.dataset import Dataset
from analysis.datasets.content import check_readable
from analysis.datasets.fingerprints import hash_of_file
from analysis.graph import MOST_LINKS, Links
from analysis.graph_plugin import GraphSource
from analysis.graphs.named import links_of_names
from analysis.study import GraphSpec
from models.errors import BadInput, nearest
from models.place import Place

CHUNK = 1 << 20  # bytes read at a time
DEEPEST = 100  # elements within one another


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    said = "|".join((*spec.columns, spec.weight))
    return {"file": hash_of_file(place.resolve(spec.path, f"the file of graph {spec.name!r}")), "read": said}


@dataclass(eq=False)
class _Reader:
    """What the elements of one file say, as they come."""

    file: str
    wanted: str  # attribute of a node that names it
    weight: str  # attribute of an edge
    keys: dict[tuple[str, str], str] = field(default_factory=dict)  # (node or edge, attribute's name) -> its key
    names: dict[str, str] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    weights: dict[int, str] = field(default_factory=dict)
    undirected: bool = False
    depth: int = 0
    inside: str = ""  # the node or edge that an attribute belongs to
    node: str = ""
    data: str | None = None
    text: list[str] = field(default_factory=list)

    def refuse(self, *_: Any) -> None:
        raise BadInput(f"{self.file!r} declares a document type or an entity, which is not read; save it without.")

    def start(self, tag: str, said: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadInput(f"{self.file!r} is nested more than {DEEPEST} deep; a GraphML file is not.")
        name = tag.rpartition(":")[2]
        if self.depth == 1 and name != "graphml":
            raise BadInput(f"{self.file!r} is XML but no GraphML: it begins with <{name[:40]}>; give a GraphML file.")
        if name == "key":
            self.keys[said.get("for", "all"), said.get("attr.name", "")] = said.get("id", "")
        elif name == "graph":
            self.undirected = said.get("edgedefault") == "undirected"
        elif name == "hyperedge":
            raise BadInput(f"{self.file!r} has hyperedges, which link more than two nodes; write them as edges.")
        elif name == "node":
            self.inside, self.node = "node", self.need(said, "id", "a node")
            self.names[self.node] = self.node
        elif name == "edge":
            if len(self.edges) >= MOST_LINKS:
                raise BadInput(f"{self.file!r} has over {MOST_LINKS:,} edges; give a smaller graph.")
            self.inside = "edge"
            self.edges.append((self.need(said, "source", "an edge"), self.need(said, "target", "an edge")))
        elif name == "data":
            self.data, self.text = said.get("key", ""), []

    def need(self, said: Mapping[str, str], attribute: str, what: str) -> str:
        if attribute not in said:
            raise BadInput(f"{self.file!r} has {what} without {attribute!r}; mend the file.")
        return said[attribute].strip()

    def characters(self, text: str) -> None:
        if self.data is not None:
            self.text.append(text)

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag.rpartition(":")[2] != "data" or self.data is None:
            return
        said = "".join(self.text).strip()
        if self.inside == "node" and self.wanted and self.data == self.key_of("node", self.wanted):
            self.names[self.node] = said
        elif self.inside == "edge" and self.weight and self.data == self.key_of("edge", self.weight):
            self.weights[len(self.edges) - 1] = said
        self.data = None

    def key_of(self, kind: str, attribute: str) -> str:
        for at in ((kind, attribute), ("all", attribute)):
            if at in self.keys:
                return self.keys[at]
        known = [name for of, name in self.keys if of in (kind, "all")]
        raise BadInput(
            f"no attribute {attribute!r} of a {kind} in {self.file!r}{nearest(attribute, known or ['none'])}"
        )


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    path = place.resolve(spec.path, f"the file of graph {spec.name!r}")
    check_readable(path)
    reader = _Reader(path.name, "".join(spec.columns[:1]), spec.weight)
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
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(
            f"{path.name!r} is not well-formed XML ({str(error)[:80]}); save it as GraphML again."
        ) from error
    sources = [reader.names.get(source, source) for source, _ in reader.edges]
    targets = [reader.names.get(target, target) for _, target in reader.edges]
    directed = False if reader.undirected else None
    weights = None
    if spec.weight:
        weights = np.array([_weight(reader, edge) for edge in range(len(reader.edges))], np.float64)
    return links_of_names(dataset, sources, targets, weights=weights, directed=directed)


def _weight(reader: _Reader, edge: int) -> float:
    said = reader.weights.get(edge, "")
    try:
        found = float(said)
    except ValueError:
        found = float("nan")
    if not np.isfinite(found):
        raise BadInput(f"edge {edge + 1} of {reader.file!r} has the weight {said[:40]!r}; weights are numbers.")
    return found


GRAPH = GraphSource(name="graphml", title="GraphML", version=1, fingerprint=fingerprint, read=read)
