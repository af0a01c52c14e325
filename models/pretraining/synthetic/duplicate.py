"""Each token of a sequence twice."""

from models.pretraining.synthetic.samplers import random_tokens
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, unary


def twice(sequence: Tokens, settings: SimpleSettings) -> Tokens:
    """Each token, and again."""
    return [token for token in sequence for _ in range(2)]


GENERATOR = unary(
    "duplicate",
    "Duplicate",
    "Each token of a sequence twice.",
    ids=(19_197,),
    sample=random_tokens,
    function=twice,
)
