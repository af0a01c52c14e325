"""The nesting language: an opening token and its closing one differ."""

from models.pretraining.synthetic.brackets import brackets

GENERATOR = brackets("nesting", "Nesting language", "Rightly nested brackets of 8,000 kinds, to be mended.", same=False)
