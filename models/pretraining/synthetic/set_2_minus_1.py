"""The tokens of the second sequence alone, each once, in the order of a CPython set: that of its hash table."""

from models.pretraining.synthetic.samplers import two_sequences
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, binary


def second_alone(sequence: Tokens, other: Tokens, settings: SimpleSettings) -> Tokens:
    """As the paper's code puts them."""
    return list(set(other) - set(sequence))


GENERATOR = binary(
    "set_2_minus_1",
    "Set 2 minus set 1",
    "The tokens of the second sequence alone, each once, in the order of a CPython set: that of its hash table.",
    ids=(356, 834, 357, 834, 14_078, 834, 536),
    sample=two_sequences,
    function=second_alone,
    paper="set2_minus_set1",
)
