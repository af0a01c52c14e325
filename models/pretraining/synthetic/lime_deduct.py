"""LIME, deduct: the result, from its pattern and the substitution."""

from models.pretraining.synthetic.lime import lime

GENERATOR = lime("lime_deduct", "LIME: deduct", "The result, from its pattern and the substitution.", ("deduct",))
