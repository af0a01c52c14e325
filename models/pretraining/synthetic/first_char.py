"""The first token of a sequence."""

from models.pretraining.synthetic.samplers import random_tokens
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, unary


def first_token(sequence: Tokens, settings: SimpleSettings) -> Tokens:
    """The first."""
    return sequence[:1]


GENERATOR = unary(
    "first_char",
    "First token",
    "The first token of a sequence.",
    ids=(166, 834, 4_059),
    sample=random_tokens,
    function=first_token,
    paper="first token",
)
