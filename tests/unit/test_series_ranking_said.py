"""What is said of rankings: the choice of most estimators among what was trained, and the controls ahead of it."""

import numpy as np
import pandas as pd

from analysis.series.ranking import Ranking, sentence


def ranking(estimator: str, *order: str, shares: tuple[float, ...] = ()) -> Ranking:
    known = [*shares, *[np.nan] * (len(order) - len(shares))]
    rows = pd.DataFrame({"checkpoint": order, "space": order, "probability_best": known})
    rows["value"] = np.arange(len(order), 0, -1.0)
    return Ranking("topic", estimator, rows, rows, (), 0.0)


def test_the_choice_of_most_estimators_is_told_with_the_probability_of_the_first():
    found = [ranking("h_score", "A", "B", "C", shares=(0.8, 0.2)), ranking("logme", "B", "A"), ranking("gbc", "A", "B")]
    assert sentence(found, frozenset()) == (
        "To fine-tune on topic, 2 of 3 estimators would take A (H-score gives it a probability of 0.80 to be the best"
        " of all)."
    )


def test_controls_are_no_choice_but_told_where_they_are_ahead():
    found = [ranking("h_score", "twin", "A", "B", "words"), ranking("logme", "A", "twin", "words", "B")]
    said = sentence(found, frozenset({"twin", "words"}))
    assert said.startswith("To fine-tune on topic, 2 of 2 estimators would take A.")
    assert said.endswith(" 1 of 2 estimators put twin above it, though it learnt nothing.")


def test_one_trained_checkpoint_is_no_choice():
    said = sentence([ranking("h_score", "words", "A")], frozenset({"words"}), "sort")
    assert said == (
        "To fine-tune on sort, A is the only checkpoint here that was trained. 1 of 1 estimators put words above it,"
        " though it learnt nothing."
    )


def test_controls_alone_are_ranked_among_themselves():
    said = sentence([ranking("h_score", "twin", "words")], frozenset({"twin", "words"}))
    assert said == "To fine-tune on topic, 1 of 1 estimators would take twin."
