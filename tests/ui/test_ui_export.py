"""The menu of exports says what its buttons give, and a PNG's size is what was chosen."""

import pytest

from tests.ui.test_ui_pages import drawn
from ui import picture_size
from ui.picture_size import PIXELS, SIZES, Size


def labels(page) -> list[str]:
    return [button.proto.label for button in page.get("download_button")]


def test_a_button_that_gives_a_zip_says_so(world):
    figure = ["PDF (.zip)", "HTML", "Data, CSV (.zip)", "Data, Parquet"]
    table = ["Ids (.zip)", "Table, CSV (.zip)", "Table, Parquet", "Vectors, .npy (.zip)", "Vectors, CSV (.zip)"]
    assert labels(drawn("hubness")) == figure
    assert labels(drawn("map", projection="pca", selection=("pet 0",))) == figure + table


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ({}, Size(2.0)),
        ({"scale": 8}, Size(8.0)),
        ({"size": "1× the screen"}, Size(1)),
        ({"size": "8.5 cm at 300 dpi, one column: 1,004 pixels"}, Size(width=1004, dpi=300)),
        ({"size": PIXELS, "pixels": 777}, Size(width=777)),
        ({"size": PIXELS}, Size(width=2067)),
    ],
)
def test_a_picture_is_as_large_as_was_chosen(monkeypatch, said, size):
    answers = {f"{name}.figure.x": value for name, value in said.items()}
    monkeypatch.setattr(picture_size.state, "answer", answers.get)
    assert picture_size.chosen("figure.x") == size
    assert said.get("size") in (None, *SIZES)


def test_a_width_in_pixels_is_asked_for_when_it_is_chosen(world):
    page = drawn("hubness")
    assert not page.number_input
    next(box for box in page.selectbox if box.label == "PNG size").set_value(PIXELS).run()
    assert [box.value for box in page.number_input] == [2067]
