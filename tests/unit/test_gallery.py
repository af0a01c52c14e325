"""The gallery of synthetic tasks: records in words, and what is said of them."""

import numpy as np

from analysis.gallery import drawn, entropy_figure, length_figure
from analysis.registry import generators
from models.pretraining.synthetic.small import small_settings


def test_what_is_drawn_is_what_the_task_draws_and_said_in_a_sentence() -> None:
    copy = generators()["copy"]
    found = drawn(copy, small_settings(copy), n=40, seed=3, most=5)
    assert len(found.words) == 5 and len(found.table) == 40
    first = found.words.iloc[0]
    assert first["input"] == f"⟨:⟩ {first['output']}"  # the copy of what stands after the name
    assert (found.table["input_tokens"] == found.table["output_tokens"] + 1).all()
    assert found.finding.endswith("0.0% of 40 records repeat an earlier one")
    again = drawn(copy, small_settings(copy), n=40, seed=3, most=5)
    assert again.words.equals(found.words) and not drawn(copy, small_settings(copy), n=40, seed=4).words.equals(
        found.words
    )


def test_a_record_that_comes_again_is_counted() -> None:
    copy = generators()["copy"]
    few = type(small_settings(copy))(first=27, last=28, shortest=4, longest=4, name=())
    found = drawn(copy, few, n=200, seed=0)
    assert found.profile.duplicates == 1 - 16 / 200  # two tokens, four places


def test_the_histograms_hold_every_record_once() -> None:
    nesting = generators()["nesting"]
    found = drawn(nesting, small_settings(nesting), n=60, seed=0)
    assert list(found.words) == ["text"] and found.finding.startswith("Texts of ")
    (line,) = length_figure(found).data
    wide = np.diff(line.x)[0]
    assert np.sum(line.y) * wide == 1.0 or abs(np.sum(line.y) * wide - 1) < 1e-9
    assert [trace.name for trace in entropy_figure(found).data] == ["texts"]
