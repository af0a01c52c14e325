"""Whether a sequence holds another in one piece."""

from models.pretraining.synthetic.samplers import place, searched
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, binary


def found(sequence: Tokens, query: Tokens, settings: SimpleSettings) -> Tokens:
    """Yes or no."""
    return list(settings.yes if place(query, sequence) >= 0 else settings.no)


GENERATOR = binary(
    "search",
    "Search",
    "Whether a sequence holds another in one piece.",
    ids=(960,),
    sample=searched,
    function=found,
)
