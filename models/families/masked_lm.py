"""The states of a language model trained to fill gaps, such as BERT's or ESM's for proteins."""

from models.text_family import TextFamily

FAMILY = TextFamily(name="masked_lm", title="Masked language model")
