"""What a figure says is read as recorded from the browser; whatever else arrives is dropped."""

import pytest

from ui.plot import Event, event_from

SELECTED = {"kind": "select", "ids": ["numpy.dot", "numpy.vdot"], "operation": "add", "seen": "k1"}


def test_a_recorded_lasso_names_its_samples():
    assert event_from(SELECTED, "k1") == Event("select", ("numpy.dot", "numpy.vdot"), "add")


def test_a_recorded_click_pins_one_sample():
    assert event_from({"kind": "pin", "ids": ["numpy.dot"], "seen": "k1"}, "k1") == Event("pin", ("numpy.dot",))


def test_a_picture_is_asked_for_in_a_known_format():
    assert event_from({"kind": "save", "format": "svg", "seen": ""}, "") == Event("save", format="svg")


def test_an_event_about_other_samples_is_dropped():
    assert event_from(SELECTED, "k2") is None


@pytest.mark.parametrize(
    "said",
    [
        None,
        "select",
        {"kind": "run", "seen": "k1"},
        {"kind": "select", "ids": [1, 2], "seen": "k1"},
        {"kind": "select", "ids": "all", "seen": "k1"},
        {"kind": "select", "ids": [], "operation": "xor", "seen": "k1"},
        {"kind": "save", "format": "../png", "seen": "k1"},
    ],
)
def test_what_is_no_event_is_dropped(said):
    assert event_from(said, "k1") is None
