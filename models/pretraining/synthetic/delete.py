"""A sequence without the first place where it holds another."""

from models.pretraining.synthetic.samplers import deleted, place
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, binary


def without(sequence: Tokens, query: Tokens, settings: SimpleSettings) -> Tokens:
    """What is left."""
    at = place(query, sequence)
    return sequence if at < 0 else sequence[:at] + sequence[at + len(query) :]


GENERATOR = binary(
    "delete",
    "Delete",
    "A sequence without the first place where it holds another.",
    ids=(9_268,),
    sample=deleted,
    function=without,
)
