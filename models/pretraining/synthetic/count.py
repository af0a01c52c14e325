"""How often a sequence holds a token."""

from models.pretraining.synthetic.samplers import counted
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, binary


def count(sequence: Tokens, asked: Tokens, settings: SimpleSettings) -> Tokens:
    """Its number."""
    return settings.numeral(sequence.count(asked[0]))


GENERATOR = binary(
    "count",
    "Count",
    "How often a sequence holds a token.",
    ids=(3_476,),
    sample=counted,
    function=count,
)
