"""Settings of a synthetic task for a small vocabulary: tokens 27 to the last, special ones among the sentinels."""

from models.pretraining.synthetic.brackets import BracketSettings
from models.pretraining.synthetic.generator import Generator, Settings
from models.pretraining.synthetic.lime import LimeSettings
from models.pretraining.synthetic.nonsense import NonsenseSettings
from models.pretraining.synthetic.simple import SimpleSettings
from models.pretraining.text_tokens import FIRST_PIECE


def small_settings(generator: Generator, *, vocabulary: int = 1_024, longest: int = 48) -> Settings:
    """The paper's settings where they fit, lengths and alphabet as a network of this vocabulary reads them."""
    first, last = FIRST_PIECE, vocabulary - 1
    if issubclass(generator.settings, LimeSettings):
        return LimeSettings(
            first=first,
            last=last,
            longest=160,
            colon=3,
            separator=4,
            upper_name=5,
            opening=6,
            lower_name=7,
            math_name=8,
            closing=9,
        )
    if issubclass(generator.settings, NonsenseSettings):
        return NonsenseSettings(first=first, last=last, words=vocabulary // 4)
    if issubclass(generator.settings, BracketSettings):
        return BracketSettings(first=first, last=last)
    return SimpleSettings(
        first=first,
        last=last,
        longest=longest,
        name=(),
        after_name=3,
        between_words=4,
        between_arguments=5,
        nothing=6,
        digits=tuple(range(7, 17)),
        yes=(17,),
        no=(18,),
    )
