"""Synthetic tasks to pre-train on: one generator a file, exported as GENERATOR."""
