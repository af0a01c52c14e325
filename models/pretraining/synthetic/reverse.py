"""The sequence from its end to its beginning."""

from models.pretraining.synthetic.samplers import random_tokens
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, unary


def reversed_order(sequence: Tokens, settings: SimpleSettings) -> Tokens:
    """The last token first."""
    return sequence[::-1]


GENERATOR = unary(
    "reverse",
    "Reverse",
    "The sequence from its end to its beginning.",
    ids=(7_211,),
    sample=random_tokens,
    function=reversed_order,
)
