"""How bad input is turned away: in one sentence, and where a file would unpack to too much, without unpacking it."""

import resource
from collections.abc import Callable

import pytest

from models.errors import BadInput

LITTLE = 100_000  # kilobytes


def refusal(ask: Callable[[], object]) -> str:
    """The one sentence of a refusal."""
    with pytest.raises(BadInput) as caught:
        ask()
    sentence = str(caught.value)
    assert "\n" not in sentence and len(sentence) < 300
    return sentence


def light_refusal(ask: Callable[[], object]) -> str:
    """The sentence of a refusal that takes no memory to speak of."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sentence = refusal(ask)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < LITTLE
    return sentence
