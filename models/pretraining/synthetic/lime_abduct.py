"""LIME, abduct: the substitution, from the pattern and its result."""

from models.pretraining.synthetic.lime import lime

GENERATOR = lime("lime_abduct", "LIME: abduct", "The substitution, from the pattern and its result.", ("abduct",))
