"""The longest of the words of a sequence; the first where several are."""

from models.pretraining.synthetic.samplers import words
from models.pretraining.synthetic.simple import SimpleSettings, Tokens, unary


def longest(sequence: Tokens, settings: SimpleSettings) -> Tokens:
    """The first of maximal length."""
    best: Tokens = []
    word: Tokens = []
    for token in [*sequence, settings.between_words]:
        if token != settings.between_words:
            word.append(token)
            continue
        best, word = word if len(word) > len(best) else best, []
    return best


GENERATOR = unary(
    "longest_word",
    "Longest word",
    "The longest of the words of a sequence; the first where several are.",
    ids=(14_783, 834, 6_051),
    sample=words,
    function=longest,
    paper="longest word",
)
