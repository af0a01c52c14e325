"""The states of a language model that reads left to right."""

from models.text_family import TextFamily

FAMILY = TextFamily(name="causal_lm", title="Causal language model")
