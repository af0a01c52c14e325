"""The Overview's sentence follows from the numbers, and says no more than they do."""

from types import SimpleNamespace

import numpy as np
import pytest

from analysis.labels import Labels
from analysis.number import Number
from analysis.series.pair import twins_of
from ui.findings import Alarm, Finding, lead_sentence, references_of

PACKAGE = Labels("package", "categorical", ("numpy", "scipy"), np.array([0, 1], np.int32), np.empty(0))
YEAR = Labels("year", "numeric", (), np.empty(0, np.int32), np.array([1.0, 2.0]))


def space(
    name: str,
    *,
    model: str = "m",
    init: str = "pretrained",
    layer: int = 6,
    family: str = "transformer",
    transform: str = "none",
):
    checkpoint = SimpleNamespace(model=model, architecture="", init=init, family=family, transform=transform)
    return SimpleNamespace(name=name, checkpoint=checkpoint, layer=layer)


def found(agreement: Number | None, rank: Number | None = None) -> list[Finding]:
    return [
        Finding("label_agreement", "knn accuracy@15", "", agreement),
        Finding("spectrum", "effective rank", "", rank),
    ]


ACCURACY = Number(value=0.94, null_mean=0.21, null_low=0.19, null_high=0.23)


def test_all_that_is_known_is_said_in_one_breath():
    numbers = {"MiniLM": found(ACCURACY, Number(value=60.4)), "R": found(Number(value=0.55)), "T": found(None)}
    others = {"R": "with random weights", "T": "in T (word counts alone)"}
    alarms = [Alarm("warning", "14 vectors repeat an earlier one exactly."), Alarm("note", "3 outlier dimensions.")]
    assert lead_sentence(space("MiniLM"), others, numbers, alarms, PACKAGE, 384) == (
        "In MiniLM, the commonest package among a sample's 15 nearest neighbours is its own for 94 % of samples."
        " For comparison: 55 % with random weights, 21 % by chance."
        " MiniLM uses about 60 of its 384 directions. 1 warning: 14 vectors repeat an earlier one exactly."
    )


def test_a_share_within_chance_is_not_praised():
    within = Number(value=0.2, null_mean=0.21, null_low=0.19, null_high=0.23)
    words = lead_sentence(space("x"), {}, {"x": found(within)}, None, PACKAGE, 0)
    assert words == (
        "In x, the commonest package among a sample's 15 nearest neighbours is its own for 20 % of samples, which is"
        " not above chance. For comparison: 21 % by chance."
    )


@pytest.mark.parametrize(("low", "high", "goes"), [(-0.1, 0.1, "goes with"), (-0.1, 0.9, "does not go with")])
def test_a_numeric_label_goes_with_its_neighbours_only_beyond_chance(low, high, goes):
    rho = Number(value=0.6, null_mean=0.0, null_low=low, null_high=high)
    assert f"a sample's year {goes} its neighbours' mean" in lead_sentence(
        space("x"), {}, {"x": found(rho)}, None, YEAR, 0
    )


def test_a_question_without_an_answer_gives_its_reason():
    none = Number(value=None, why="Label 'package' has one class, so there is nothing to tell apart.")
    assert "has one class" in lead_sentence(space("x"), {}, {"x": found(none)}, [], PACKAGE, 0)


def test_without_any_number_nothing_is_said():
    assert lead_sentence(space("x"), {}, {"x": found(None)}, None, PACKAGE, 0) == ""


def test_the_twin_is_the_same_layer_of_the_same_model_with_random_weights():
    mine = space("a")
    others = [mine, space("b", init="random", layer=5), space("c", init="random", model="n"), space("d", init="random")]
    assert [one.name for one in twins_of(mine, others)] == ["d"]
    assert twins_of(others[-1], others) == []
    assert twins_of(mine, others[:3]) == []
    centred = space("e", init="random", transform="centered")
    assert twins_of(mine, [mine, centred]) == []
    assert twins_of(space("f", transform="centered"), [*others, centred])[0].name == "e"


def test_a_space_is_compared_with_its_untrained_twin_and_the_floor_but_never_with_itself():
    mine, twin, floor = space("a"), space("b", init="random"), space("c", model="", family="tfidf")
    assert references_of(mine, [mine, twin, floor]) == {"b": "with random weights", "c": "in c (word counts alone)"}
    assert references_of(floor, [mine, twin, floor]) == {}
