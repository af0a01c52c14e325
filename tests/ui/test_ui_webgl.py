"""What the browser is told of a map, and what is understood of its answers."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.figures.palette import DIVERGING, GREY, LABELS, OTHER
from analysis.labels import Labels
from tests.ui.test_ui_map import PICTURE
from ui import wire
from ui.coloring import MISSING, OTHERS, STEPS, coded
from ui.map_webgl import content_of, event_from


def bits(*rows: int, n: int = 4) -> str:
    mask = np.zeros(n, bool)
    mask[list(rows)] = True
    return base64.b64encode(np.packbits(mask).tobytes()).decode()


def at(address: str, page: int = 0) -> bytes:
    found = wire.content(address.removeprefix("wire/"), page)
    assert found is not None
    return found


def test_positions_colors_filters_and_selections_travel_as_bytes_at_addresses():
    told = content_of(replace(PICTURE, hidden=np.array([True, False, False, False]), selected=("c", "x")))
    assert np.frombuffer(at(told["positions"]), "<f4").reshape(4, 2).tolist() == PICTURE.coordinates.tolist()
    assert list(at(told["color"]["address"])) == [0, 1, 0, MISSING]
    assert np.unpackbits(np.frombuffer(at(told["left_out"]), np.uint8))[:4].tolist() == [1, 0, 0, 0]
    assert np.unpackbits(np.frombuffer(at(told["selected"]), np.uint8))[:4].tolist() == [0, 0, 1, 0]
    assert content_of(PICTURE)["selected"] is None
    assert json.loads(at(told["cards"]["address"]))[1] == {"id": "b", "lines": []}


def test_the_same_content_has_the_same_address_and_other_content_another():
    first, again = content_of(PICTURE), content_of(PICTURE)
    assert first["positions"] == again["positions"] and first["color"] == again["color"]
    assert content_of(replace(PICTURE, seen="other"))["positions"] != first["positions"]
    assert content_of(replace(PICTURE, color=None))["color"]["address"] != first["color"]["address"]


def test_an_address_that_was_not_given_out_has_nothing():
    assert wire.content("0" * 64, 0) is None


@pytest.mark.parametrize("operation", ["replace", "add", "remove", "intersect"])
def test_a_selection_is_heard_as_ids(operation):
    event = event_from(
        {"seen": "k", "samples": "s", "kind": "select", "bits": bits(1, 3), "operation": operation}, PICTURE
    )
    assert event is not None and (event.ids, event.operation) == (("b", "d"), operation)


@pytest.mark.parametrize(
    "said",
    [
        None,
        "select",
        {"samples": "others", "kind": "clear"},
        {"seen": "k", "samples": "s", "kind": "select", "bits": bits(1, n=40), "operation": "add"},
        {"seen": "k", "samples": "s", "kind": "select", "bits": "%%%", "operation": "add"},
        {"seen": "k", "samples": "s", "kind": "select", "bits": bits(1), "operation": "explode"},
        {"seen": "k", "samples": "s", "kind": "pin", "row": 4},
        {"seen": "k", "samples": "s", "kind": "pin", "row": "1"},
        {"seen": "k", "samples": "s", "kind": "save", "format": "exe"},
    ],
)
def test_what_is_no_event_about_this_picture_is_not_heard(said):
    assert event_from(said, PICTURE) is None


def test_a_pin_a_clearing_and_a_picture_are_heard():
    assert event_from({"seen": "k", "samples": "s", "kind": "pin", "row": 2}, PICTURE).ids == ("c",)
    assert event_from({"seen": "k", "samples": "s", "kind": "clear"}, PICTURE).kind == "clear"
    assert event_from({"seen": "k", "samples": "s", "kind": "save", "format": "svg"}, PICTURE).format == "svg"


def test_ten_thousand_categories_are_the_palette_and_the_rest():
    codes = np.concatenate([np.arange(10_000), np.zeros(5), [-1]]).astype(np.int32)
    labels = Labels("many", "categorical", tuple(f"c{i:05}" for i in range(10_000)), codes, np.empty(0))
    found = coded(labels, "light", len(codes))
    shown, classes = len(LABELS["light"]), found.told["classes"]
    assert len(classes) == shown + 2 and classes[0] == {
        "code": 0,
        "color": LABELS["light"][0],
        "name": "c00000",
        "count": 6,
    }
    assert [(row["code"], row["color"], row["count"]) for row in classes[-2:]] == [
        (OTHERS, OTHER["light"], 10_000 - shown),
        (MISSING, GREY, 1),
    ]
    assert found.codes[shown] == OTHERS and found.codes[-1] == MISSING


def test_numbers_go_along_the_ramp_between_robust_ends_and_missing_ones_are_grey():
    values = np.concatenate([np.arange(101.0), [1e9, np.nan, np.inf]])
    found = coded(Labels("year", "numeric", (), np.empty(0, np.int32), values), "dark", len(values))
    low, high = np.quantile(values[:102], [0.02, 0.98])
    assert found.codes[0] == 0 and found.codes[101] == STEPS - 1
    assert found.codes[50] == round((50 - low) / (high - low) * (STEPS - 1))
    assert list(found.codes[102:]) == [MISSING, MISSING] and found.told["without"] == 2
    assert found.told["low"].startswith("≤") and found.told["high"].startswith("≥")


def test_equal_numbers_have_one_color():
    found = coded(Labels("same", "numeric", (), np.empty(0, np.int32), np.full(5, 3.0)), "light", 5)
    assert set(found.codes) == {0} and found.told["low"] == "3.00"


def test_a_direction_has_zero_in_the_middle_of_a_diverging_ramp():
    values = np.array([-1.0, 0.0, 0.5, 4.0])
    found = coded(Labels("A − B", "numeric", (), np.empty(0, np.int32), values), "light", 4, diverging=True)
    assert found.told["ramp"] == list(DIVERGING["light"])
    assert found.codes[1] in (STEPS // 2 - 1, STEPS // 2) and found.codes[3] == STEPS - 1 and found.codes[0] > 0
