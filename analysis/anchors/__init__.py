"""Anchor vectors of language models, from sufficient statistics."""
