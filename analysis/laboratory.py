"""The sections of a study that make something: checkpoints pre-trained, anchors fitted, a benefit measured."""

from dataclasses import dataclass
from typing import Literal

from analysis.study_checks import check_seeds, must


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
    """[[corpus]]: running text for language models; without `path` and `source` what each model writes itself."""

    name: str
    path: str = ""
    source: Literal["", "sampled", "pydocs"] = ""
    window: int = 256
    tokens: int = 100_000  # 0: all of it

    def __post_init__(self) -> None:
        """Check what needs no file."""
        where = f"[[corpus]] {self.name!r}"
        must(not (self.path and self.source), f"{where} has both `path` and `source`; give one.")
        must(2 <= self.window <= 1 << 17, f"window of {where} is {self.window}; give 2 to {1 << 17:,} tokens.")
        must(self.tokens >= 0, f"tokens of {where} is {self.tokens}; give 0 for all, or a number of tokens.")
        must(self.tokens > 0 or not self.sampled, f"tokens of {where} is 0; say how many to write.")

    @property
    def sampled(self) -> bool:
        """Whether the model writes it."""
        return not self.path and self.source in ("", "sampled")


@dataclass(frozen=True, kw_only=True)
class AnchorsSpec:
    """[anchors]: bulk rules and fits of the anchor vector."""

    rules: tuple[str, ...] = ("top:100", "none")
    fits: tuple[str, ...] = ("plain", "intercept")

    def __post_init__(self) -> None:
        """Check what needs no file."""
        for key in ("rules", "fits"):
            given = getattr(self, key)
            must(bool(given), f"{key} of [anchors] is empty; name some, or leave it out for the usual ones.")
            for one in given:
                must(given.count(one) == 1, f"{key} of [anchors] names {one!r} twice; give each once.")


@dataclass(frozen=True, kw_only=True)
class BenefitSpec:
    """[benefit]: what synthetic pre-training brings."""

    methods: tuple[str, ...] = ("random", "statistics", "set", "natural")
    seeds: tuple[int, ...] = (0, 1, 2)
    size: str = "tiny"

    def __post_init__(self) -> None:
        """Check what needs no file."""
        check_seeds(self.seeds, "[benefit]")
