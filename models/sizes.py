"""How large a network its settings ask for: what no machine could hold is refused before torch tries to build it."""

from collections.abc import Mapping
from typing import Any

from models.errors import BadInput
from models.memory import machine_memory

MOST_LAYERS = 10_000
MOST_WEIGHTS = 10**13  # a hundred times the largest encoders
LARGEST = 10**99  # that a sentence writes out
BYTES = 4  # of a weight while it is loaded, whatever its dtype afterwards
TABLES = ("vocab_size", "type_vocab_size", "max_position_embeddings", "n_positions")  # a row of weights for each


def weights_asked_for(config: Mapping[str, Any], *, layers: int, width: int, inner: int) -> int:
    """Weights of a transformer, roughly: 4 w^2 + 2 w i in each block of width w and inner width i, and its tables."""
    rows = sum(size for name in TABLES if isinstance(size := config.get(name), int) and size > 0)
    return layers * (4 * width * width + 2 * width * inner) + rows * width


def check_size(weights: int, layers: int, name: str) -> None:
    """Refuse what no machine holds; `name` is the model's."""
    for count, most, what in ((layers, MOST_LAYERS, "layers"), (weights, MOST_WEIGHTS, "weights")):
        if count > most:
            raise BadInput(
                f"config.json of model {name!r} asks for {min(count, LARGEST):.1e} {what}; at most {most:,} are taken,"
                " so copy the right one there."
            )


def check_memory(weights: float, name: str) -> None:
    """Refuse a model whose weights alone are larger than this machine's memory."""
    if weights * BYTES > machine_memory():
        raise BadInput(
            f"model {name!r} has about {weights:,.0f} weights, {weights * BYTES / 1e6:,.0f} MB of memory, and this"
            f" machine has {machine_memory() / 1e6:,.0f} MB; take a smaller model or a larger machine."
        )
