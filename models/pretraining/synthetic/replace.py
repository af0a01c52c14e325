"""A sequence with one token instead of another everywhere."""

from models.pretraining.synthetic.samplers import replaced
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, binary


def with_another(sequence: Tokens, pair: Tokens, settings: SimpleSettings) -> Tokens:
    """Every key becomes the value."""
    key, value = pair
    return [value if token == key else token for token in sequence]


GENERATOR = binary(
    "replace",
    "Replace",
    "A sequence with one token instead of another everywhere.",
    ids=(3_601,),
    sample=replaced,
    function=with_another,
)
