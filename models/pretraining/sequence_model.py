"""Encoder-decoders (T5, Raffel et al., 2020) of any size, with new weights, trained ones, or some from statistics."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.checkpoints import read_tensors
from models.errors import BadInput, nearest
from models.initial_weights import initialize
from models.initialization import seeded
from models.loading import load_state
from models.weight_groups import Scheme

PAD, END, UNKNOWN = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A T5 of version 1.0: ReLU, one table of embeddings for reading and writing. The defaults train on one core."""

    vocabulary: int = 1_024
    width: int = 64
    heads: int = 4
    head_width: int = 16
    feed_forward: int = 256
    layers: int = 2
    buckets: int = 32
    distance: int = 64
    dropout: float = 0.1


SMALL = Shape(vocabulary=32_128, width=512, heads=8, head_width=64, feed_forward=2_048, layers=6, distance=128)


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where a network begins: `checkpoint`, a file of weights; from its statistics alone where there is a scheme."""

    checkpoint: Path | None = None
    scheme: Scheme | None = None


def network_of(shape: Shape, *, seed: int, start: Start | None = None) -> Any:
    """A network as `start` says; what a scheme leaves alone, and all without a start, is drawn from the seed."""
    from transformers import T5Config, T5ForConditionalGeneration

    start = start or Start()
    config = T5Config(
        vocab_size=shape.vocabulary,
        d_model=shape.width,
        num_heads=shape.heads,
        d_kv=shape.head_width,
        d_ff=shape.feed_forward,
        num_layers=shape.layers,
        relative_attention_num_buckets=shape.buckets,
        relative_attention_max_distance=shape.distance,
        dropout_rate=shape.dropout,
        pad_token_id=PAD,
        eos_token_id=END,
        decoder_start_token_id=PAD,
    )
    with seeded(seed):
        network = T5ForConditionalGeneration(config)
    tensors = read_tensors(start.checkpoint) if start.checkpoint else None
    if start.scheme is not None:
        initialize(network, start.scheme, tensors, seed)
    elif tensors is not None and start.checkpoint is not None:
        own = {name: tensors[name] for name, _ in network.named_parameters() if name in tensors}
        shared = {
            name: own["shared.weight"] for name in network.state_dict() if name not in own and "shared.weight" in own
        }
        load_state(network, own | shared, repr(start.checkpoint.name))
    return network


SIZES: Mapping[str, Shape] = {
    "t5-tiny": Shape(),
    "t5-mini": Shape(vocabulary=4_096, width=128, head_width=32, feed_forward=512, layers=4),
    "t5-small": SMALL,
}


def shape_called(name: str) -> Shape:
    """The shape of a size; BadInput for another name."""
    if name not in SIZES:
        raise BadInput(f"no architecture {name!r} of an encoder-decoder{nearest(name, SIZES)}")
    return SIZES[name]


def work_of(shape: Shape) -> float:
    """Floating-point operations per token that is read: of the encoder."""
    attention = 4 * shape.width * shape.heads * shape.head_width
    return 2.0 * shape.layers * (attention + 2 * shape.width * shape.feed_forward)
