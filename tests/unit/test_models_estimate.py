"""What an embedding job will take: tokens counted on a sample, time and disk that grow with the items, memory not."""

import pytest

from models.encoder import EncoderRecipe
from models.estimate import estimate


def test_an_estimate_counts_tokens_on_a_sample_and_grows_with_the_items() -> None:
    recipe = EncoderRecipe(family="transformer", model="all-MiniLM-L6-v2")
    few, many = (estimate(recipe, ["the cat sat"] * n, [6], workers=2) for n in (100, 100_000))
    assert (few.n_tokens, many.n_tokens) == (500, 500_000)  # [CLS] the cat sat [SEP]
    assert many.seconds > few.seconds and many.disk == pytest.approx(100_000 * 384 * 4 / 1e6)
    assert many.megabytes == few.megabytes  # memory does not grow with the items
    assert "min" in str(many) and "MB of memory" in str(many)
