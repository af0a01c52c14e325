"""The tokens of either sequence, each once, in the order of a CPython set: that of its hash table."""

from models.pretraining.synthetic.samplers import two_sequences
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, binary


def union(sequence: Tokens, other: Tokens, settings: SimpleSettings) -> Tokens:
    """As the paper's code puts them."""
    return list(set(sequence) | set(other))


GENERATOR = binary(
    "union",
    "Union",
    "The tokens of either sequence, each once, in the order of a CPython set: that of its hash table.",
    ids=(7_021,),
    sample=two_sequences,
    function=union,
)
