"""The calibrated number: what is drawn where, in which color, and that nothing in it is markup."""

import xml.etree.ElementTree as ElementTree

import pytest

from analysis.figures.glyph import LABEL, SCALE, VALUE, glyph, span_of
from analysis.figures.palette import ACCENT, GREY, INK
from analysis.number import Number

SVG = "{http://www.w3.org/2000/svg}"
ABOVE = Number(value=0.8, low=0.7, high=0.9, null_mean=0.25, null_low=0.2, null_high=0.3, n=2211)
WITHIN = Number(value=0.25, low=0.2, high=0.3, null_mean=0.25, null_low=0.2, null_high=0.3, n=40)


def drawn(number: Number, **options: object) -> ElementTree.Element:
    return ElementTree.fromstring(glyph("knn accuracy", number, **options))


def texts(svg: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in svg.iter(f"{SVG}text")]


def test_band_bar_and_dot_lie_where_their_numbers_do() -> None:
    svg = drawn(ABOVE, span=(0.0, 1.0))
    band, dot = next(svg.iter(f"{SVG}rect")), next(svg.iter(f"{SVG}circle"))
    bar = list(svg.iter(f"{SVG}line"))[1]
    start = LABEL + VALUE
    assert float(band.get("x")) == pytest.approx(start + 0.2 * SCALE)
    assert float(band.get("width")) == pytest.approx(0.1 * SCALE)
    assert (float(bar.get("x1")), float(bar.get("x2"))) == pytest.approx((start + 0.7 * SCALE, start + 0.9 * SCALE))
    assert float(dot.get("cx")) == pytest.approx(start + 0.8 * SCALE)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_value_above_chance_has_the_accent_and_its_n(theme: str) -> None:
    svg = drawn(ABOVE, theme=theme)
    assert next(svg.iter(f"{SVG}circle")).get("fill") == ACCENT[theme]
    assert next(svg.iter(f"{SVG}text")).get("fill") == INK[theme]
    assert texts(svg) == ["knn accuracy", "0.80 [0.70, 0.90]", "n 2,211"]


def test_a_value_inside_its_null_is_grey_text_and_all_and_says_so() -> None:
    svg = drawn(WITHIN)
    assert texts(svg)[-1] == "n 40 · not above chance"
    assert {element.get("fill") for element in svg.iter(f"{SVG}text")} == {GREY}
    assert next(svg.iter(f"{SVG}circle")).get("fill") == GREY
    assert "not above chance" in svg.get("aria-label")


def test_a_number_without_an_answer_says_why_and_draws_no_dot() -> None:
    svg = drawn(Number(value=None, why="All vectors are equal."))
    assert list(svg.iter(f"{SVG}circle")) == []
    assert texts(svg)[1] == "no answer: All vectors are equal."


def test_a_number_without_null_or_interval_is_a_dot() -> None:
    svg = drawn(Number(value=14.0))
    assert list(svg.iter(f"{SVG}rect")) == []
    assert len(list(svg.iter(f"{SVG}circle"))) == 1


def test_names_and_reasons_are_text_and_never_markup() -> None:
    nasty = "<script>alert(\"1\")</script> & 'co'"
    for number in (ABOVE, Number(value=None, why=nasty)):
        svg = ElementTree.fromstring(glyph(nasty, number, explain=nasty))
        assert {element.tag for element in svg.iter()} <= {
            f"{SVG}{tag}" for tag in ["svg", "title", "text", "line", "rect", "circle"]
        }
        assert next(svg.iter(f"{SVG}title")).text == nasty


def test_numbers_under_one_another_share_a_range_that_holds_them_all() -> None:
    low, high = span_of([ABOVE, WITHIN, Number(value=None, why="No.")])
    assert (low, high) == pytest.approx((0.2, 0.9))
    assert span_of([Number(value=261.0), Number(value=366.0)]) == (260, 380)
    assert span_of([Number(value=-0.001), Number(value=0.99)]) == (0, 1)  # a hair outside is drawn at the end
    assert span_of([Number(value=None, why="No.")]) == (0.0, 1.0)
    only = span_of([Number(value=3.0)])
    assert only[0] < 3 < only[1]
