"""LIME, induct: the pattern, from its result and the substitution."""

from models.pretraining.synthetic.lime import lime

GENERATOR = lime("lime_induct", "LIME: induct", "The pattern, from its result and the substitution.", ("induct",))
