"""An ask: one value somebody wants of a study, in words that fit a job file and a URL."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["dataset", "space", "neighbors", "projection", "regions", "analysis", "comparison", "task"]


@dataclass(frozen=True)
class Ask:
    """What is wanted: the samples, a space's vectors, its kNN graph, a projection of it, the names of that projection's
    regions, an answer about the space, a comparison of two spaces, or what a space scores on a task.

    `name`: the projection, the analysis, the one measure of a comparison (none: those of the study), or the method of
    a task. `subject`: the space. `other`: the label column, the space it is compared with, or the task.
    `params`: those that differ from the plug-in's own (for a projection also `dimensions`).
    """

    kind: Kind
    name: str = ""
    subject: str = ""
    other: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spaces(self) -> tuple[str, ...]:
        """The spaces it is about: two of a comparison, one of most, none of the samples."""
        both = (self.subject, self.other) if self.kind == "comparison" else (self.subject,)
        return tuple(name for name in both if name)

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
        if self.kind == "task":
            return f"{what} of {self.subject} on {self.other}"
        of = f" of {self.subject}" if self.subject else ""
        return f"{what}{of}" + (f" by {self.other}" if self.other else "")
