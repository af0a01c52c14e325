"""An ask: one value somebody wants of a study, in words that fit a job file and a URL."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Kind = Literal[
    "dataset",
    "space",
    "neighbors",
    "projection",
    "regions",
    "analysis",
    "comparison",
    "transferability",
    "task",
    "task_card",
    "metrics",
    "graph",
    "graph_card",
    "graph_alignment",
    "corpus",
    "anchors",
    "pretraining",
    "weights",
    "benefit",
]

ALIGNMENTS = {"procrustes": "rotated onto", "start": "started from", "joint": "fitted with"}
"""Ways to bring a drawing near that of another space, and how they are said before that space's name."""


@dataclass(frozen=True)
class Ask:
    """What is wanted: the samples, a space's vectors, its kNN graph, a projection of it, the names of that projection's
    regions, an answer about the space, a comparison of two spaces, an estimate of what fine-tuning would gain, what a
    space scores on a task, what naming a task's commonest class would score, metrics made elsewhere, a graph over the
    samples, what that graph is like (by a label column), how a space agrees with it, a corpus in the tokens of a
    checkpoint, the checkpoint's anchors on it, a checkpoint that a [[pretraining]] makes, what the weights of a
    checkpoint (`subject`) are like, or what synthetic pre-training brings.

    `name`: the projection, the analysis, the one measure of a comparison or estimator (none: those of the study), the
    method of a task, the source of metrics, the graph that is asked about by itself, or the
    checkpoint to make. `subject`: the space. `other`:
    the label column, the space it is compared with or aligned to, the task, the path of metrics, or the graph that a
    space may agree with. `params`: those that differ from the plug-in's own
    (for a projection also `dimensions` and `alignment`, one of ALIGNMENTS).
    """

    kind: Kind
    name: str = ""
    subject: str = ""
    other: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spaces(self) -> tuple[str, ...]:
        """The spaces it is about: two of a comparison or an aligned drawing, one of most, none of the samples."""
        if self.kind in ("corpus", "anchors", "weights"):
            return ()
        both = (self.subject, self.other) if self.kind == "comparison" or self.alignment else (self.subject,)
        return tuple(name for name in both if name)

    @property
    def alignment(self) -> str:
        """How a drawing, or that of its regions, is brought near the other space's; empty where it is not."""
        return str(self.params.get("alignment", "")) if self.kind in ("projection", "regions") else ""

    @property
    def alone(self) -> "Ask":
        """The same drawing of its space aligned to nothing."""
        kept = {name: value for name, value in self.params.items() if name != "alignment"}
        if kept.get("dimensions") == 2:
            del kept["dimensions"]
        return replace(self, other="", params=kept)

    @property
    def reference(self) -> "Ask":
        """The drawing that an aligned one is brought near; of a joint fit, the other half of it."""
        if self.alignment == "joint":
            return replace(self, subject=self.other, other=self.subject)
        return replace(self.alone, subject=self.other)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"params": dict(self.params)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Ask":
        """The ask of such plain values."""
        return cls(**content)

    def __str__(self) -> str:
        what = {"dataset": "samples", "space": "vectors", "neighbors": "neighbours"}.get(self.kind, self.name)
        what = f"regions of {what}" if self.kind == "regions" else what
        if self.kind == "comparison":
            return f"{what or 'comparison'} of {self.subject} with {self.other}"
        if self.kind == "pretraining":
            return f"pre-training of {self.name}"
        if self.kind == "task":
            return f"{what} of {self.subject} on {self.other}"
        if self.kind == "task_card":
            return f"what the commonest class gives on {self.other}"
        if self.kind == "metrics":
            return f"metrics of {self.name} {self.other}"
        if self.kind == "graph_alignment":
            return f"agreement of {self.subject} with {self.other}"
        if self.kind in ("corpus", "anchors"):
            return f"{self.kind} of {self.subject} on {self.other}"
        if self.kind in ("graph", "graph_card"):
            return f"{'graph' if self.kind == 'graph' else 'card of graph'} {self.name}" + (
                f" by {self.other}" if self.other else ""
            )
        what = what or self.kind
        of = f" of {self.subject}" if self.subject else ""
        if self.alignment:
            return f"{what}{of} {ALIGNMENTS.get(self.alignment, self.alignment)} {self.other}"
        return f"{what}{of}" + (f" by {self.other}" if self.other else "")
