"""What the elements of a GraphML file say, as a parser comes by them; what could do harm is refused on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.graph import MOST_LINKS
from models.errors import BadInput, nearest

DEEPEST = 100  # elements within one another
DIRECTED = {"true": True, "1": True, "false": False, "0": False}


@dataclass(eq=False)
class Reader:
    """What the elements of one file say, as they come."""

    file: str
    wanted: str  # attribute of a node that names it
    weight: str  # attribute of an edge
    keys: dict[tuple[str, str], str] = field(default_factory=dict)  # (node or edge, attribute's name) -> its key
    names: dict[str, str] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    weights: dict[int, str] = field(default_factory=dict)
    two_way: list[bool] = field(default_factory=list)  # of each edge: whether it has no direction
    defaults: list[bool] = field(default_factory=list)  # the same of edges of the graphs one is in
    depth: int = 0
    inside: str = ""  # the node or edge that an attribute belongs to
    node: str = ""
    data: str | None = None
    text: list[str] = field(default_factory=list)

    def refuse(self, *_: Any) -> None:
        """Refuse a document type or an entity."""
        raise BadInput(f"{self.file!r} declares a document type or an entity, which is not read; save it without.")

    def start(self, tag: str, said: dict[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadInput(f"{self.file!r} is nested more than {DEEPEST} deep; a GraphML file is not.")
        name = tag.rpartition(":")[2]
        if self.depth == 1 and name != "graphml":
            raise BadInput(f"{self.file!r} is XML but no GraphML: it begins with <{name[:40]}>; give a GraphML file.")
        if name == "key":
            self.keys[said.get("for", "all"), said.get("attr.name", "")] = said.get("id", "")
        elif name == "graph":
            self.defaults.append(said.get("edgedefault") == "undirected")
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
            self.two_way.append(self.undirected(said.get("directed", "").strip()))
        elif name == "data":
            self.data, self.text = said.get("key", ""), []

    def need(self, said: Mapping[str, str], attribute: str, what: str) -> str:
        """An attribute that an element cannot be without."""
        if attribute not in said:
            raise BadInput(f"{self.file!r} has {what} without {attribute!r}; mend the file.")
        return said[attribute].strip()

    def undirected(self, said: str) -> bool:
        """Whether an edge has no direction: by what it says itself, else by its graph."""
        if said not in ("", *DIRECTED):
            raise BadInput(f"edge {len(self.edges)} of {self.file!r} has directed={said[:40]!r}; say true or false.")
        return not DIRECTED[said] if said else bool(self.defaults and self.defaults[-1])

    def characters(self, text: str) -> None:
        """Text between elements."""
        if self.data is not None:
            self.text.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        self.depth -= 1
        name = tag.rpartition(":")[2]
        if name == "graph":
            self.defaults.pop()
        if name != "data" or self.data is None:
            return
        said = "".join(self.text).strip()
        if self.inside == "node" and self.wanted and self.data == self.key_of("node", self.wanted):
            self.names[self.node] = said
        elif self.inside == "edge" and self.weight and self.data == self.key_of("edge", self.weight):
            self.weights[len(self.edges) - 1] = said
        self.data = None

    def key_of(self, kind: str, attribute: str) -> str:
        """The key of an attribute of nodes or edges; BadInput names the nearest where there is none."""
        for at in ((kind, attribute), ("all", attribute)):
            if at in self.keys:
                return self.keys[at]
        known = [name for of, name in self.keys if of in (kind, "all")]
        raise BadInput(f"no attribute {attribute!r} of {kind}s in {self.file!r}{nearest(attribute, known or ['none'])}")
