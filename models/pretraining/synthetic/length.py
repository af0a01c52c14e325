"""How many tokens a sequence has."""

from models.pretraining.synthetic.samplers import random_tokens
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, unary


def length(sequence: Tokens, settings: SimpleSettings) -> Tokens:
    """Their number."""
    return settings.numeral(len(sequence))


GENERATOR = unary(
    "length",
    "Length",
    "How many tokens a sequence has.",
    ids=(2_475,),
    sample=random_tokens,
    function=length,
)
