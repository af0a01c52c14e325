"""Examples in the dashboard's docstrings hold."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["words", "view", "uploads", "samples_view", "change_dialog"])
def test_examples_hold(name):
    results = doctest.testmod(import_module(f"ui.{name}"))
    assert results.attempted and not results.failed
