"""The tokens of both sequences, each once, in the order of a CPython set: that of its hash table."""

from models.pretraining.synthetic.samplers import two_sequences
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, binary


def common(sequence: Tokens, other: Tokens, settings: SimpleSettings) -> Tokens:
    """As the paper's code puts them."""
    return list(set(sequence) & set(other))


GENERATOR = binary(
    "intersect",
    "Intersect",
    "The tokens of both sequences, each once, in the order of a CPython set: that of its hash table.",
    ids=(27_806,),
    sample=two_sequences,
    function=common,
)
