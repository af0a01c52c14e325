"""Sentence encoders and any other transformer for text."""

from models.text_family import TextFamily

FAMILY = TextFamily(name="transformer", title="Text transformer")
