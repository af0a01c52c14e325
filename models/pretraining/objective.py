"""What a pre-training objective is: a batch of samples in, a loss out. A file in `objectives/` exports one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.discovery import discover
from models.errors import BadInput, nearest
from models.pretraining.links import Links
from models.pretraining.settings import PreTraining

if TYPE_CHECKING:
    import torch

    from models.pretraining.network import Network
    from models.text_encoder import Tokens

SPAN = "span"


@dataclass(frozen=True, eq=False)
class Batch:
    """Samples to learn from at one step, with what the step draws from; the seed and the step decide both."""

    rows: npt.NDArray[np.int64]
    tokens: "Tokens"  # of all samples
    links: Links
    network: "Network"
    settings: PreTraining
    rng: np.random.Generator
    generator: "torch.Generator"


@dataclass(frozen=True, eq=False)
class Losses:
    """The loss to follow, its parts (NaN: none), the share of tokens told right of those asked, and the tokens read.

    `masked`: of the language model by itself, whether it tells hidden tokens or those that come next.
    """

    total: "torch.Tensor"
    masked: float = float("nan")
    right: float = float("nan")
    structure: float = float("nan")
    tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class Objective:
    """`links`: it reads a graph over the samples. `whole`: it reads all of a text, cut in pieces, not its beginning.

    `sequences`: it trains an encoder-decoder, on records of its own or spans of text, and has no `loss` of a batch.
    `causal`: it trains a model that reads left to right, on one text after another in full windows.
    """

    name: str
    title: str
    version: int
    links: bool
    whole: bool
    loss: Callable[[Batch], Losses]
    sequences: bool = False
    causal: bool = False


def objectives() -> Mapping[str, Objective]:
    """All of them, by name."""
    found: Mapping[str, Objective] = discover("models.pretraining.objectives", "OBJECTIVE")
    return found


def sequence_objectives() -> Mapping[str, Objective]:
    """Those of encoder-decoders, by name: every synthetic task, and `span`, text with corrupted spans."""
    from models.pretraining.synthetic.generator import Generator

    tasks: Mapping[str, Generator] = discover("models.pretraining.synthetic", "GENERATOR")
    named = [(SPAN, "Text with corrupted spans", 1), *((one.name, one.title, one.version) for one in tasks.values())]
    return {
        name: Objective(
            name=name, title=title, version=version, links=False, whole=True, loss=_of_no_batch, sequences=True
        )
        for name, title, version in named
    }


def objective_called(name: str) -> Objective:
    """One of all of them; BadInput for another name."""
    known = {**sequence_objectives(), **objectives()}
    if name not in known:
        raise BadInput(f"objective of [[pretraining]] is {name!r}{nearest(name, known)}")
    return known[name]


def _of_no_batch(batch: Batch) -> Losses:
    raise TypeError(f"objective {batch.settings.objective!r} trains an encoder-decoder; see sequence_job")


def masked_loss(batch: Batch, rows: npt.NDArray[np.int64], *, frozen: bool = False) -> "tuple[Any, Any, float, int]":
    """Masked-LM loss of samples, their pooled vectors as read with tokens hidden, share told right, tokens read.

    `frozen`: only the head learns from it.
    """
    import torch

    from models.pretraining.masked import hide, loss_of

    network = batch.network
    inputs = network.inputs(batch.tokens, rows)
    ids = inputs["input_ids"]
    seen, hidden = hide(
        ids, network.open(inputs), mask=network.mask, share=batch.settings.share, generator=batch.generator
    )
    with torch.set_grad_enabled(not frozen):
        states = network.states(inputs | {"input_ids": seen})
    masked, right = loss_of(network.logits, states, ids, hidden)
    return masked, network.pooled(states, inputs), right, int(inputs["attention_mask"].sum())
