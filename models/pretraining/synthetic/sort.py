"""A sequence in a given order of its tokens; a token that the order has twice stands at its last place."""

from models.pretraining.synthetic.samplers import ordered
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, binary


def in_order(sequence: Tokens, order: Tokens, settings: SimpleSettings) -> Tokens:
    """Sorted by the place of each token."""
    rank = {token: at for at, token in enumerate(order)}
    return sorted(sequence, key=rank.__getitem__)


GENERATOR = binary(
    "sort",
    "Sort",
    "A sequence in a given order of its tokens; a token that the order has twice stands at its last place.",
    ids=(1_843,),
    sample=ordered,
    function=in_order,
)
