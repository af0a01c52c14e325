"""The last token of a sequence."""

from models.pretraining.synthetic.samplers import random_tokens
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, unary


def last_token(sequence: Tokens, settings: SimpleSettings) -> Tokens:
    """The last."""
    return sequence[-1:]


GENERATOR = unary(
    "last_char",
    "Last token",
    "The last token of a sequence.",
    ids=(336, 834, 4_059),
    sample=random_tokens,
    function=last_token,
    paper="last token",
)
