"""LIME, mixed: induction, deduction and abduction, each as often as another."""

from models.pretraining.synthetic.lime import MODES, lime

GENERATOR = lime("lime", "LIME: mixed", "One of pattern, substitution and result, from the two others.", MODES)
