"""The sections of a study that make something: checkpoints pre-trained, anchors fitted, a benefit measured."""

from dataclasses import dataclass
from typing import Literal

from analysis.study_checks import check_seeds


@dataclass(frozen=True, kw_only=True)
class PretrainingSpec:
    """[[pretraining]]: checkpoints to make."""

    name: str
    start: str = "random"
    architecture: str = ""
    objective: str = "structure"
    graph: str = ""
    loss: Literal["contrastive", "multi_similarity"] = "contrastive"
    weight: tuple[float, ...] = (0.1,)
    steps: int = 500
    seeds: tuple[int, ...] = (0, 1, 2)

    def __post_init__(self) -> None:
        """Check what needs no file."""
        check_seeds(self.seeds, f"[[pretraining]] {self.name!r}")


@dataclass(frozen=True, kw_only=True)
class CorpusSpec:
    """[[corpus]]: running text for language models."""

    name: str
    path: str = ""
    source: Literal["", "sampled", "pydocs"] = ""
    window: int = 256
    tokens: int = 100_000


@dataclass(frozen=True, kw_only=True)
class AnchorsSpec:
    """[anchors]: bulk rules and fits of the anchor vector."""

    rules: tuple[str, ...] = ("top:100", "none")
    fits: tuple[str, ...] = ("plain", "intercept")


@dataclass(frozen=True, kw_only=True)
class BenefitSpec:
    """[benefit]: what synthetic pre-training brings."""

    methods: tuple[str, ...] = ("random", "statistics", "set", "natural")
    seeds: tuple[int, ...] = (0, 1, 2)
    size: str = "tiny"

    def __post_init__(self) -> None:
        """Check what needs no file."""
        check_seeds(self.seeds, "[benefit]")
