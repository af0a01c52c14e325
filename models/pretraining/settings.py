"""What a pre-training is asked for; no torch at import.

    L = (1 - weight) L_M + weight L_SI

L_M: masked LM, `share` of the tokens always replaced by the mask. L_SI: `loss` of pooled vectors, of linked and
unlinked samples. Defaults are the paper's (McDermott et al., 2023) where it names any, else those usual for BERT.
"""

from dataclasses import dataclass
from typing import Literal

from models.encoder import Pooling
from models.errors import BadInput

Loss = Literal["contrastive", "multi_similarity"]


@dataclass(frozen=True, kw_only=True)
class PreTraining:
    """One run. `margin`: how far apart the contrastive loss wants unlinked samples; `normalize`: of unit vectors.

    `lora`: rank of what is trained beside the weights, which then stay; 0: the weights themselves.
    """

    objective: str
    steps: int
    seed: int
    lr: float
    weight: float = 0.0
    loss: Loss = "contrastive"
    batch: int = 16
    max_length: int = 128
    pooling: Pooling = "mean"
    normalize: bool = False
    margin: float = 10.0
    share: float = 0.15
    warmup: float = 0.1
    decay: float = 0.01
    clip: float = 1.0
    head_steps: int = 200
    head_lr: float = 1e-3
    lora: int = 0

    def __post_init__(self) -> None:
        """Check what needs no file."""
        for name, least in (("steps", 1), ("batch", 2), ("max_length", 8), ("head_steps", 0)):
            self._must(name, getattr(self, name) >= least, f"{least} or more")
        self._must("lora", 0 <= self.lora <= 1024, "a rank such as 8, or 0 to train all weights")
        self._must("lr", 0 < self.lr < 1, "a number between 0 and 1, such as 5e-5")
        self._must("weight", 0 <= self.weight <= 1, "0 to 1")
        self._must("margin", 0 < self.margin < float("inf"), "a finite number above 0")

    def _must(self, name: str, holds: bool, allowed: str) -> None:
        if not holds:
            raise BadInput(f"{name} of [[pretraining]] is {getattr(self, name)}; give {allowed}.")
