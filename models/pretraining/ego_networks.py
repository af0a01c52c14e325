"""Structure-inducing pre-training of graphs: a sample is a node with its neighbourhood, its ego-network.

    L = (1 - weight) L_M + weight L_SI

L_M is attribute masking (Hu et al., 2020): a share of the nodes of an ego-network lose their attributes, and a head
tells from the states around them which they had (binary cross entropy). L_SI is contrastive over links between ego-
networks. The encoder is a graph isomorphism network (Xu et al., 2019), h <- MLP((1 + eps) h + sum of the neighbors'
h), and a sample's vector is the mean of its nodes' states. Plain torch; no library of graph networks is needed.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.pretraining.links import Links
from models.pretraining.small import Course, Settings, rate_at
from models.pretraining.structure import collapsed, contrastive

if TYPE_CHECKING:
    import torch

Rows = npt.NDArray[np.int64]
MOST = 20  # neighbours of a node that are in its ego-network, drawn where it has more
WIDTH, LAYERS = 64, 2


@dataclass(frozen=True, eq=False)
class EgoNetworks:
    """The ego-networks of a graph: `members[i]` is node i and its neighbours, `pairs[i]` (m, 2) the links among them.

    Places in `pairs` count within the members; each link stands both ways.
    """

    members: Sequence[Rows]
    pairs: Sequence[Rows]

    @staticmethod
    def of(links: Links, *, seed: int) -> "EgoNetworks":
        """Those of every node, in order."""
        rng = np.random.default_rng([seed, 83])
        members, pairs = [], []
        for node in range(links.n):
            near = links.indices[links.starts[node] : links.starts[node + 1]]
            if len(near) > MOST:
                near = np.sort(rng.choice(near, MOST, replace=False))
            mine = np.append(node, near)
            sides = np.meshgrid(mine, mine, indexing="ij")
            joined = links.linked(*(side.ravel() for side in sides)).reshape(len(mine), -1)
            np.fill_diagonal(joined, False)
            members.append(mine)
            pairs.append(np.argwhere(joined))
        return EgoNetworks(members, pairs)

    def batch(self, rows: Rows) -> "Together":
        """Some of them side by side as one graph without links between them."""
        sizes = np.array([len(self.members[row]) for row in rows])
        begins = np.cumsum(sizes) - sizes
        joined = [self.pairs[row] + begin for row, begin in zip(rows, begins, strict=True)]
        nodes = np.concatenate([self.members[row] for row in rows])
        return Together(nodes, np.repeat(np.arange(len(rows)), sizes), np.concatenate(joined).reshape(-1, 2))


@dataclass(frozen=True, eq=False)
class Together:
    """A batch: the node at each place (p,), which sample each place is of (p,), and links between places (m, 2)."""

    nodes: Rows
    samples: Rows
    pairs: Rows


def network(attributes: int, *, width: int = WIDTH, layers: int = LAYERS, seed: int) -> Any:
    """The encoder with its head and its mask, drawn from the seed."""
    from torch import nn, zeros

    from models.initialization import seeded

    def block() -> nn.Module:
        return nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))

    with seeded(seed):
        model = nn.Module()
        model.read = nn.Linear(attributes, width)
        model.blocks = nn.ModuleList([block() for _ in range(layers)])
        model.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(layers)])
        model.eps = nn.Parameter(zeros(layers))
        model.mask = nn.Parameter(zeros(width))
        model.head = nn.Linear(width, attributes)
    return model


def states(
    model: Any, attributes: "torch.Tensor", batch: Together, hidden: "torch.Tensor | None" = None
) -> "torch.Tensor":
    """States of every place, (p, width); where `hidden`, the attributes are not read."""
    import torch

    different, place = np.unique(batch.nodes, return_inverse=True)  # a node is often in several ego-networks
    found = model.read(attributes[torch.from_numpy(different)])[torch.from_numpy(place)]
    if hidden is not None:
        found = torch.where(hidden[:, None], model.mask, found)
    a, b = torch.from_numpy(batch.pairs.T)
    for eps, block, norm in zip(model.eps, model.blocks, model.norms, strict=True):
        around = torch.zeros_like(found).index_add_(0, a, found[b])
        found = norm(block((1 + eps) * found + around))
    out: torch.Tensor = found
    return out


def pooled(found: "torch.Tensor", batch: Together) -> "torch.Tensor":
    """The mean state of each sample's places, (samples, width)."""
    import torch

    samples = torch.from_numpy(batch.samples)
    count = int(batch.samples[-1]) + 1
    total = found.new_zeros(count, found.shape[1]).index_add_(0, samples, found)
    return total / torch.bincount(samples, minlength=count)[:, None]


def pretrain(
    model: Any, attributes: npt.NDArray[np.float32], egos: EgoNetworks, links: Links, settings: Settings
) -> Course:
    """Train the model in place; `links`: which samples are linked, those that are learnt from alone."""
    import torch

    start = time.perf_counter()
    rng, generator = np.random.default_rng(settings.seed), torch.Generator().manual_seed(settings.seed)
    every = torch.from_numpy(attributes)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_at(step, settings))
    able, found = np.flatnonzero(links.able), list[tuple[float, float]]()
    for _ in range(settings.steps):
        rows = rng.choice(able, size=min(settings.batch, len(able)), replace=False)
        masked, structure = _losses(model, every, egos, links, rows, settings, rng, generator)
        loss = masked if structure is None else (1 - settings.weight) * masked + settings.weight * structure
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()
        schedule.step()
        found.append((float(masked.detach()), np.nan if structure is None else float(structure.detach())))
    said = np.array(found).reshape(-1, 2)
    flat = settings.weight > 0 and collapsed(list(said[:, 1]), settings.far)
    return Course(said[:, 0], np.full(len(said), np.nan), said[:, 1], flat, time.perf_counter() - start)


def embedded(model: Any, attributes: npt.NDArray[np.float32], egos: EgoNetworks) -> npt.NDArray[np.float32]:
    """The vector of every ego-network, nothing hidden, (n, width)."""
    import torch

    every, parts = torch.from_numpy(attributes), []
    with torch.inference_mode():
        for at in range(0, len(egos.members), 256):
            batch = egos.batch(np.arange(at, min(at + 256, len(egos.members))))
            parts.append(pooled(states(model, every, batch), batch).numpy())
    return np.concatenate(parts)


def _losses(
    model: Any,
    every: "torch.Tensor",
    egos: EgoNetworks,
    links: Links,
    rows: Rows,
    settings: Settings,
    rng: np.random.Generator,
    generator: "torch.Generator",
) -> tuple[Any, Any]:
    """Attribute-masking loss of a batch of anchors, and structure loss (None without weight)."""
    import torch
    from torch.nn import functional

    anchors = egos.batch(rows)
    hidden = torch.rand(len(anchors.nodes), generator=generator) < settings.share
    hidden[0] |= not bool(hidden.any())
    read = states(model, every, anchors, hidden)
    truth = (every[torch.from_numpy(anchors.nodes)[hidden]] > 0).float()
    masked = functional.binary_cross_entropy_with_logits(model.head(read[hidden]), truth)
    if settings.weight == 0:
        return masked, None
    others = egos.batch(np.concatenate([links.partners(rows, rng), links.strangers(rows, rng)]))
    linked = torch.arange(2 * len(rows)) < len(rows)
    twice = pooled(read, anchors).repeat(2, 1)
    whole = pooled(states(model, every, others), others)
    return masked, contrastive(twice, whole, linked, near=settings.near, far=settings.far)
