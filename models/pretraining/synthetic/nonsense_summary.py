"""Nonsense summaries of documents of random words: three of sixteen elementary tasks each."""

from models.pretraining.synthetic.generator import Generator
from models.pretraining.synthetic.nonsense import NonsenseSettings, draw, words_of

GENERATOR = Generator(
    name="nonsense_summary",
    title="Nonsense summary",
    version=1,
    describe="What three of sixteen tasks on keywords make of a document of random words.",
    settings=NonsenseSettings,
    draw=draw,
    words=words_of,
)
