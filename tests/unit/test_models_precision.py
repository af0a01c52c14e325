"""Half precision: taken only where the machine gains by it and every cosine to float32 stays."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import distance

from models import precision
from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.place import Place
from models.precision import choose_precision, closeness, least_cosine, precision_said
from tests.tiny_models import WORDS, write_model

RNG = np.random.default_rng(3)
TEXTS = [" ".join(RNG.choice(WORDS, RNG.integers(1, 30))) for _ in range(12)]


def test_half_precision_is_taken_only_where_it_keeps_the_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "tiny", "bert")
    recipe = EncoderRecipe(family="transformer", model="tiny", place=Place(tmp_path))
    encoder, note = family_called("transformer").load(recipe), tmp_path / "precision.txt"
    choose_precision(encoder, TEXTS, [2], work=1e15, note=note)
    assert encoder.autocast == precision_said(note) == ""  # too narrow to gain by it on a CPU
    monkeypatch.setattr(precision, "gains", lambda _: True)
    monkeypatch.setitem(precision.CLOSE, "cpu", 0.99)
    for work, taken in ((1e9, ""), (1e15, "bfloat16")):  # of a small job the comparison would take the longest
        note.unlink()
        choose_precision(encoder, TEXTS, [2], work=work, note=note)
        assert encoder.autocast == taken
    assert re.fullmatch(r"bfloat16 products \(least cosine to float32 0\.99\d{4} on 12 samples\)", precision_said(note))
    monkeypatch.setitem(precision.CLOSE, "cpu", 1.0)
    choose_precision(encoder, TEXTS, [2], work=1e15, note=note)
    assert encoder.autocast == "bfloat16"  # a resumed job goes on as it began
    note.unlink()
    choose_precision(encoder, TEXTS, [2], work=1e15, note=note)
    assert encoder.autocast == ""


def test_a_common_part_hides_no_loss_of_precision() -> None:
    exact = RNG.normal(size=(20, 8))
    quick = exact + RNG.normal(scale=0.1, size=exact.shape)
    assert least_cosine(exact + 100, quick + 100) > 0.9999
    mean = exact.mean(axis=0)
    assert closeness(exact + 100, quick + 100) == pytest.approx(
        min(1 - distance.cosine(a, b) for a, b in zip(exact - mean, quick - mean, strict=True))
    )
    assert closeness(exact[:4] + 100, quick[:4] + 100) > 0.9999  # of four the mean says little
    assert least_cosine(exact, np.full_like(exact, np.nan)) == -1 and least_cosine(exact * 0, exact * 0) == 1


@pytest.mark.parametrize("damage", ["", "bfloat16", "float8 0.9 3", "\0\0"])
def test_a_damaged_note_is_made_anew_and_says_nothing(tmp_path: Path, damage: str) -> None:
    write_model(tmp_path / "tiny", "bert")
    recipe = EncoderRecipe(family="transformer", model="tiny", place=Place(tmp_path))
    encoder, note = family_called("transformer").load(recipe), tmp_path / "precision.txt"
    note.write_text(damage)
    assert precision_said(note) == ""
    choose_precision(encoder, TEXTS, [2], work=1e15, note=note)
    assert note.read_text() == " 1.000000 12" and encoder.autocast == ""
