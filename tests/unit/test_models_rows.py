"""Encoders without weights: columns, vectors, words."""

import numpy as np
import pytest

from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.errors import BadInput

TEXTS = ["the cat sat on the mat", "a dog and a cat", "the dog ran", "cats and dogs ran on"]


def test_columns_are_standardized_with_the_populations_deviation() -> None:
    rng = np.random.default_rng(0)
    columns = (rng.normal(5, 3, (50, 4)) * [1, 1e-3, 1e5, 1]).astype(np.float32)
    encoder = family_called("numeric").load(EncoderRecipe(family="numeric"), columns)
    rows = encoder.encode(columns, [0])[0]
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(rows.std(axis=0), 1, rtol=1e-5)  # numpy's default is the population's
    np.testing.assert_allclose(encoder.encode(columns[:1], [0])[0], rows[:1], rtol=1e-6)


def test_constant_columns_become_zero_and_are_noted() -> None:
    columns = np.array([[1.1, 0.1, 3], [2.2, 0.1, 3], [3.3, 0.1, 3]], dtype=np.float32)
    encoder = family_called("numeric").load(EncoderRecipe(family="numeric"), columns)
    assert not encoder.encode(columns, [0])[0][:, 1:].any()
    assert encoder.notes == ("2 of 3 columns are constant and count as 0",)


def test_vectors_come_out_as_they_went_in_or_with_length_one() -> None:
    rows = np.array([[3, 4], [0, 0], [1e-30, 0]], dtype=np.float32)
    assert family_called("vectors").load(EncoderRecipe(family="vectors"), rows).encode(rows, [0])[0] is rows
    unit = family_called("vectors").load(EncoderRecipe(family="vectors", normalize=True), rows).encode(rows, [0])[0]
    np.testing.assert_allclose(unit, [[0.6, 0.8], [0, 0], [1, 0]], rtol=1e-6)


def test_tfidf_without_reduction_keeps_the_cosines_of_its_definition() -> None:
    """With as many components as there are texts the SVD only rotates; weights by the formula, by hand."""
    encoder = family_called("tfidf").load(EncoderRecipe(family="tfidf"), TEXTS)
    rows = encoder.encode(TEXTS, [0])[0].astype(np.float64)
    assert rows.shape == (4, 4)
    words = sorted({word for text in TEXTS for word in text.split() if len(word) > 1})
    counts = np.array([[text.split().count(word) for word in words] for text in TEXTS], dtype=float)
    weights = counts * (np.log((1 + len(TEXTS)) / (1 + (counts > 0).sum(axis=0))) + 1)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    np.testing.assert_allclose(rows @ rows.T, weights @ weights.T, atol=1e-5)


def test_tfidf_is_reproducible_and_reads_new_texts_by_the_samples_words() -> None:
    texts = [f"{word} {other} common" for word in "abcdefgh" * 3 for other in ("xx", "yy", "zz", word * 3)]
    first, again = (family_called("tfidf").load(EncoderRecipe(family="tfidf"), texts) for _ in range(2))
    np.testing.assert_array_equal(first.encode(texts, [0])[0], again.encode(texts, [0])[0])
    np.testing.assert_allclose(first.encode(texts[:1], [0])[0], first.encode(texts, [0])[0][:1], atol=1e-6)
    assert not first.encode(["entirely new"], [0])[0].any()


def test_texts_without_words_are_noted_and_only_such_texts_are_refused() -> None:
    encoder = family_called("tfidf").load(EncoderRecipe(family="tfidf"), [*TEXTS, "!", "?"])
    assert encoder.notes == ("2 of 6 texts have no word and become 0",)
    for text in ("same", "same words"):
        equal = family_called("tfidf").load(EncoderRecipe(family="tfidf"), [text] * 3)
        np.testing.assert_allclose(np.abs(equal.encode([text], [0])[0]).max(), 1, rtol=1e-5)
    with pytest.raises(BadInput, match="nothing to count"):
        family_called("tfidf").load(EncoderRecipe(family="tfidf"), ["!", "?"])
