"""Figures and pages in the room and light they are given: theme, width of a column, width of a phone."""

import pytest

from analysis.figures.palette import PAPER
from tests.e2e.dashboards import looking
from tests.e2e.gestures import map_page, opened

pytestmark = pytest.mark.browser


def test_figures_follow_the_page_from_light_to_dark(page, address):
    map_page(page, address)
    paper = "document.querySelector('.an-map').map.given.theme.halo"
    assert page.evaluate(f"() => {paper}") == PAPER["light"]
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => {paper} === '{PAPER['dark']}'")


def test_a_figure_is_as_wide_as_its_column_when_that_changes(page, address):
    opened(page, address, "label_agreement")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    figure = "document.querySelector('.js-plotly-plot')"
    page.evaluate(f"() => {figure}.parentElement.style.width = '500px'")  # as where the sidebar comes late
    page.wait_for_function(f"() => {figure}.querySelector('.main-svg').getAttribute('width') === '500'")


@pytest.mark.parametrize(
    "path", ["", "map", "side_by_side", "label_agreement", "graph", "fine_tuning", "which_checkpoint", "jobs"]
)
def test_nothing_scrolls_sideways_on_a_phone(browser, address, path):
    with looking(browser, width=390, height=844) as (page, strangers):
        opened(page, address, path)
        assert page.evaluate("() => document.querySelector('.stMain').scrollWidth") <= 390
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        strangers.check()
