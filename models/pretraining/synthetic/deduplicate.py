"""A sequence with each run of one token collapsed to it."""

from itertools import groupby

from models.pretraining.synthetic.samplers import runs
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, unary


def collapsed(sequence: Tokens, settings: SimpleSettings) -> Tokens:
    """One token a run."""
    return [token for token, _ in groupby(sequence)]


GENERATOR = unary(
    "deduplicate",
    "Deduplicate",
    "A sequence with each run of one token collapsed to it.",
    ids=(20, 26, 413, 26_221),
    sample=runs,
    function=collapsed,
)
