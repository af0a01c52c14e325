"""Structure-inducing pre-training of a small encoder: (1 - weight) masked LM + weight contrastive.

McDermott et al., 2023, as their synthetic examples run it: an anchor is read once, with tokens hidden, for both losses;
a linked and an unlinked partner of each are read whole. AdamW, a short warm-up, linear decay, clipped gradients.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.pretraining.links import Links
from models.pretraining.masked import hide, loss_of
from models.pretraining.sentences import CLS, MASK, PAD, Tokens
from models.pretraining.structure import collapsed, contrastive


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to pre-train. `batch`: anchors a step, 0 for all; `decay`: what is left of the rate at the end."""

    weight: float
    steps: int
    seed: int
    batch: int = 16
    rate: float = 1e-3
    warmup: int = 50
    decay: float = 0.05
    weight_decay: float = 0.01
    clip: float = 1.0
    share: float = 0.15
    near: float = 0.0
    far: float = 10.0


@dataclass(frozen=True, eq=False)
class Course:
    """What a run said: at each step the masked-LM loss, the share told right, and the structure loss (NaN without)."""

    masked: npt.NDArray[np.float64]
    right: npt.NDArray[np.float64]
    structure: npt.NDArray[np.float64]
    collapsed: bool
    seconds: float


def pretrain(model: Any, tokens: Tokens, links: Links, settings: Settings) -> Course:
    """Train the model in place."""
    import torch

    start, n = time.perf_counter(), len(tokens.ids)
    batch = min(settings.batch or n, n)
    rng = np.random.default_rng(settings.seed)
    generator = torch.Generator().manual_seed(settings.seed)
    ids = torch.from_numpy(tokens.ids)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_at(step, settings))
    found: list[tuple[float, float, float]] = []
    model.train()
    for _ in range(settings.steps):
        rows = rng.choice(n, size=batch, replace=False)
        masked, right, structure = _losses(model, ids, links, rows, settings, rng, generator)
        loss = masked if structure is None else (1 - settings.weight) * masked + settings.weight * structure
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()
        schedule.step()
        found.append((float(masked.detach()), right, float("nan") if structure is None else float(structure.detach())))
    said = np.array(found).reshape(-1, 3)
    flat = settings.weight > 0 and collapsed(list(said[:, 2]), settings.far)
    return Course(said[:, 0], said[:, 1], said[:, 2], flat, time.perf_counter() - start)


def on_one_core() -> None:
    """Let torch use one core of this process: runs go side by side."""
    import torch

    torch.set_num_threads(1)


def rate_at(step: int, settings: Settings) -> float:
    """The share of the rate at a step: rising over the warm-up, then falling to `decay` in a line."""
    if step < settings.warmup:
        return (step + 1) / settings.warmup
    gone = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    return 1 - (1 - settings.decay) * min(1.0, gone)


def _losses(
    model: Any,
    ids: Any,
    links: Links,
    rows: npt.NDArray[np.int64],
    settings: Settings,
    rng: np.random.Generator,
    generator: Any,
) -> tuple[Any, float, Any]:
    """Masked-LM loss, share told right, and structure loss (None without weight) of a batch of anchors."""
    import torch

    count, anchors = len(rows), ids[rows]
    seen, hidden = hide(
        anchors, (anchors != PAD) & (anchors != CLS), mask=MASK, share=settings.share, generator=generator
    )
    read = seen
    if settings.weight > 0:
        read = torch.cat([seen, ids[links.partners(rows, rng)], ids[links.strangers(rows, rng)]])
    longest = int((read != PAD).sum(dim=1).max())
    read = read[:, :longest]
    states = model.bert(read, attention_mask=(read != PAD).long()).last_hidden_state
    masked, right = loss_of(model.cls, states[:count], anchors[:, :longest], hidden[:, :longest])
    if settings.weight == 0:
        return masked, right, None
    first = states[:, 0]
    linked = torch.arange(2 * count) < count
    twice = first[:count].repeat(2, 1)
    structure = contrastive(twice, first[count:], linked, near=settings.near, far=settings.far)
    return masked, right, structure
