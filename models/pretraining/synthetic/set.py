"""The different tokens of a sequence, in the order in which they first stand there."""

from models.pretraining.synthetic.samplers import bag
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, unary


def different(sequence: Tokens, settings: SimpleSettings) -> Tokens:
    """Each token once, where it stands first."""
    return list(dict.fromkeys(sequence))


GENERATOR = unary(
    "set",
    "Set",
    "The different tokens of a sequence, in the order in which they first stand there.",
    ids=(356,),
    sample=bag,
    function=different,
)
