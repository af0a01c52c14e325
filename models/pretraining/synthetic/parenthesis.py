"""The parenthesis language: the same token opens and closes."""

from models.pretraining.synthetic.brackets import brackets

GENERATOR = brackets(
    "parenthesis", "Parenthesis language", "Rightly nested pairs of one token each, to be mended.", same=True
)
