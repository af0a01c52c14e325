"""The sequence itself."""

from models.pretraining.synthetic.samplers import random_tokens
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, unary


def itself(sequence: Tokens, settings: SimpleSettings) -> Tokens:
    """As it is."""
    return sequence


GENERATOR = unary(
    "copy",
    "Identity",
    "The sequence itself.",
    ids=(2_405,),
    sample=random_tokens,
    function=itself,
    paper="identity",
)
