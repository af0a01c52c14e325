"""The tokens of the first sequence alone, each once, in the order of a CPython set: that of its hash table."""

from models.pretraining.synthetic.samplers import two_sequences
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, binary


def first_alone(sequence: Tokens, other: Tokens, settings: SimpleSettings) -> Tokens:
    """As the paper's code puts them."""
    return list(set(sequence) - set(other))


GENERATOR = binary(
    "set_1_minus_2",
    "Set 1 minus set 2",
    "The tokens of the first sequence alone, each once, in the order of a CPython set: that of its hash table.",
    ids=(356, 834, 536, 834, 14_078, 834, 357),
    sample=two_sequences,
    function=first_alone,
    paper="set1_minus_set2",
)
