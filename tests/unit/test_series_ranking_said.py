"""What is said of rankings: the choice of most estimators among what was trained, and the controls ahead of it."""

import numpy as np
import pandas as pd

from analysis.series.ranking import First, Ranking, agreement, choice_of, first_of, sentence, votes_of


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
    assert said.endswith(" 1 of 2 estimators put twin, a baseline, above it.")


def test_one_trained_checkpoint_is_no_choice():
    said = sentence([ranking("h_score", "words", "A")], frozenset({"words"}), "sort")
    assert said == (
        "To fine-tune on sort, A is the only pre-trained checkpoint here. Above every other, 1 of 1 estimators put a"
        " baseline, words."
    )
    other = sentence([ranking("h_score", "words", "A")], frozenset({"words"}), trained=False)
    assert "A is the only checkpoint here that is no baseline." in other


def test_who_is_first_of_all_and_who_of_those_that_are_no_baseline_are_counted_apart():
    found = [ranking("h_score", "words", "A", "B"), ranking("logme", "words", "B", "A"), ranking("gbc", "A", "B")]
    assert first_of(found) == First("words", 2, 3) and votes_of(found) == [("words", 2), ("A", 1)]
    assert choice_of(found, frozenset({"words"})) == First("A", 2, 3)
    assert choice_of(found[:1], frozenset({"words", "A", "B"})) == First("words", 1, 1)
    assert agreement(found) == "2 of 3 estimators put words first (GBC: A)"
    assert sentence(found, frozenset({"words"})) == (
        "To fine-tune on topic, 2 of 3 estimators would take A of the pre-trained. Above every other, 2 of 3"
        " estimators put a baseline, words."
    )
    assert "take A of those that are no baseline." in sentence(found, frozenset({"words"}), trained=False)


def test_controls_alone_are_ranked_among_themselves():
    said = sentence([ranking("h_score", "twin", "words")], frozenset({"twin", "words"}))
    assert said == "To fine-tune on topic, 1 of 1 estimators would take twin."
