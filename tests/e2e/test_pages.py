"""The pages in a real browser: colour, lasso, pin, neighbours, query, filter, two panes, export."""

import io
import json
import zlib
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from PIL import Image, ImageColor

from analysis.ask import Ask
from analysis.figures.palette import PAPER
from analysis.run import open_study
from tests.e2e.dashboards import points_of, settle
from tests.e2e.gestures import find_text, group, lasso, map_page, opened, pick, pin

pytestmark = pytest.mark.browser

ROTATED = Ask("projection", "pca", "words", "columns", {"alignment": "procrustes"})
MAPS = "[...document.querySelectorAll('.an-map')].map(({ map }) => map)"


def test_the_overview_opens_with_its_numbers_and_the_study_in_the_address(page, address):
    opened(page, address)
    assert "the commonest kind among a sample's" in page.inner_text(".an-lead")
    assert page.locator(".an-numbers .row").count() == 10
    page.wait_for_url("**/?study=*")
    again = page.url
    page.goto("about:blank")
    page.goto(again)
    settle(page)
    assert "pets" in page.inner_text('[data-testid="stSidebar"]')


def test_a_numbers_name_leads_to_the_page_that_explains_it(page, address):
    opened(page, address)
    page.locator("a[data-page=hubness]").first.click()
    page.get_by_role("heading", name="Hubness").wait_for()
    page.locator(".an-plot[data-drawn]").wait_for()
    assert page.url.startswith(f"{address}/hubness?study=")


def test_colour_by_redraws_the_legend_and_keeps_the_zoom(page, address):
    map_page(page, address)
    legend = page.inner_text(".an-legend")
    assert "cat\n20" in legend and "<b>fish</b>\n20" in legend
    scale = "() => document.querySelector('.an-map').map.camera.scale"
    whole, middle = page.evaluate(scale), points_of(page, 60)[30]
    page.mouse.move(middle["x"], middle["y"])
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"(whole) => ({scale})() > 1.5 * whole", arg=whole)
    near = page.evaluate(scale)
    page.get_by_label("Colour by").click()
    page.get_by_role("option", name="Hubness: how often another's neighbour").click()
    page.locator(".an-legend-bar").wait_for()
    settle(page)
    assert page.evaluate(scale) == near


def test_a_lasso_selects_dims_the_rest_and_can_be_undone(page, address):
    map_page(page, address)
    lasso(page, group(page, 4))
    page.get_by_text("60 selected").wait_for()
    settle(page)
    chosen = int(page.get_by_text("60 selected").inner_text().split(" of ")[0])
    assert 4 <= chosen < 60
    assert page.evaluate("() => document.querySelector('.an-map').map.hub.count") == chosen
    page.keyboard.press("Escape")
    page.get_by_text("Nothing is selected").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text(f"{chosen} of 60 selected").wait_for()
    page.wait_for_function(f"() => document.querySelector('.an-map').map.hub.count === {chosen}")


def test_a_second_lasso_combines_as_the_buttons_say(page, address):
    map_page(page, address)
    lasso(page, group(page, 3))
    page.get_by_text("60 selected").wait_for()
    before = int(page.get_by_text("60 selected").inner_text().split(" of ")[0])
    settle(page)
    lasso(page, group(page, 3, about=-1))  # Shift adds
    page.wait_for_function(
        f"() => parseInt([...document.querySelectorAll('.an-title')].map(e => e.innerText)"
        f".find(t => t.includes('selected'))) > {before}"
    )


def test_a_pinned_sample_shows_itself_whole_with_its_neighbours_in_the_original_space(page, address):
    map_page(page, address)
    name = pin(page)
    card = page.inner_text(".an-text")
    assert f"Number {name.removeprefix('pet ')} " in card and "<script>alert(" in card
    page.get_by_text("10 nearest: cosine, exact search.").wait_for()
    assert page.evaluate("() => document.querySelector('.an-map').map.given.near.length") == 10


def test_pin_and_colour_follow_to_the_other_page(page, address):
    map_page(page, address)
    name = pin(page)
    page.get_by_role("link", name="Side by side").click()
    page.wait_for_function("() => document.querySelectorAll('.an-map-stage[data-drawn]').length === 2")
    settle(page)
    assert page.locator(".an-title", has_text=name).count() >= 1
    page.get_by_text("nearest are the same in both").wait_for()


def test_a_new_text_finds_the_samples_nearest_to_it(page, address):
    map_page(page, address)
    find_text(page, "barks at the postman")
    settle(page)
    assert page.evaluate("() => document.querySelector('.an-map').map.given.near.length") == 10


def test_a_filter_dims_what_it_does_not_find_and_no_pattern_breaks_the_page(page, address):
    map_page(page, address)
    box = page.get_by_label("Filter")
    box.fill("postman")
    box.press("Enter")
    page.get_by_text("20 of 60 match the filter").wait_for()
    page.get_by_text("Regex").click()
    box.fill("(a+)+$(")
    box.press("Enter")
    page.get_by_text("cannot be used").wait_for()
    assert page.locator(".an-map-stage[data-drawn]").is_visible()


def test_a_cell_of_the_matrix_opens_the_pair(page, address):
    opened(page, address)
    page.goto(f"{address}/compare")
    settle(page)
    page.get_by_text("Debiased CKA: columns and words are most alike").wait_for()
    box = page.locator(".an-plot .nsewdrag").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    page.wait_for_url("**/side_by_side?*right_space=words*")
    page.get_by_text("Debiased CKA of columns and words:").wait_for()
    page.wait_for_function("() => document.querySelectorAll('.an-map-stage[data-drawn]').length === 2")


def test_a_checkpoint_in_a_ranking_opens_its_map_and_the_report_works_offline(page, browser, address, tmp_path):
    page.goto(f"{address}/which_checkpoint")
    settle(page)
    page.get_by_text("To fine-tune on kind, ").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Report").click()
    saved.value.save_as(tmp_path / "report.html")
    dot = page.locator(".an-plot[data-drawn] .scatterlayer .points path").first
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/map?*space=*")
    alone = browser.new_context(offline=True)
    report, broken, asked = alone.new_page(), [], []
    report.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    report.on("pageerror", lambda error: broken.append(str(error)))
    report.on("request", lambda request: asked.append(request.url))
    report.goto((tmp_path / "report.html").as_uri())
    report.wait_for_selector(".plot .main-svg")
    report.get_by_text("Maps", exact=True).click()
    report.locator("details[open] .plot .scatterlayer .point").first.wait_for()
    assert not broken and asked == [(tmp_path / "report.html").as_uri()]
    alone.close()


def test_the_zoom_of_aligned_panes_is_one_and_that_of_panes_as_they_are_is_not(page, address, world):
    open_study(world.study, cache=world.cache).make(ROTATED)
    opened(page, address, "side_by_side?projection=pca&right_projection=pca")
    page.wait_for_function("() => document.querySelectorAll('.an-map-stage[data-drawn]').length === 2")

    def zoomed() -> list:
        """How far each map is zoomed, and where it looks, after a turn of the wheel over the first."""
        box, before = page.locator(".an-map-stage").first.bounding_box(), page.evaluate(f"() => {MAPS}[0].camera.scale")
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
        page.mouse.wheel(0, -300)
        page.wait_for_function(f"() => {MAPS}[0].camera.scale > {1.1 * before}")
        return page.evaluate(f"() => {MAPS}.map(({{ camera: c }}) => [c.scale / c.whole, ...c.middle])")

    left, right = zoomed()
    assert left[0] > 1.1 and right[0] == 1
    pick(page, "Align", "Second rotated onto first")
    page.get_by_text("PCA of words rotated onto columns: trustworthiness").wait_for()
    settle(page)
    page.wait_for_function(f"() => {MAPS}[0].frame === {MAPS}[1].frame")
    left, right = zoomed()
    assert left[0] > 1.2 and right == pytest.approx(left, abs=1e-9)
    assert "align=procrustes" in page.url


def test_a_map_is_saved_as_a_picture_that_carries_its_manifest(page, address, tmp_path):
    map_page(page, address)
    page.get_by_role("button", name="Export map").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="PNG", exact=True).click()
    assert saved.value.suggested_filename == "pca--columns.png"
    content = Path(saved.value.path()).read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert manifest_of_png(content)["study"]["name"] == "pets"
    with page.expect_download() as saved:
        page.get_by_role("button", name="SVG").click()
    svg = Path(saved.value.path()).read_text()
    inside = json.loads(svg.split("<metadata><![CDATA[")[1].split("]]></metadata>")[0])
    assert inside["keys"] and "trustworthiness" in svg


def manifest_of_png(content: bytes) -> dict:
    """The manifest in the iTXt chunk of a PNG, its checksum checked."""
    size = int.from_bytes(content[33:37])
    chunk, crc = content[37 : 41 + size], int.from_bytes(content[41 + size : 45 + size])
    assert chunk[:4] == b"iTXt" and zlib.crc32(chunk) == crc
    return json.loads(chunk.split(b"\0\0\0\0\0", 1)[1])


def test_a_map_and_a_selection_are_saved_as_data(page, address):
    map_page(page, address)
    lasso(page, group(page, 4))
    page.get_by_text("60 selected").wait_for()
    settle(page)
    page.get_by_role("button", name="Export map").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Data, CSV").click()
    with ZipFile(saved.value.path()) as archive:
        table = pd.read_csv(io.BytesIO(archive.read("pca--columns.csv")))
        manifest = json.loads(archive.read("manifest.json"))
    assert {"id", "x", "y", "kind", "selected"} <= set(table.columns) and len(table) == 60
    assert manifest["n"] == 60 and manifest["seed"] == 0 and manifest["keys"]
    page.keyboard.press("Escape")
    chosen = int(table["selected"].sum())
    page.get_by_role("button", name="Export selection").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Vectors, .npy").click()
    with ZipFile(saved.value.path()) as archive:
        assert len(pd.read_csv(io.BytesIO(archive.read("ids.csv")))) == chosen


def test_a_figure_is_saved_as_a_pdf_a_page_that_works_offline_and_a_picture(page, address):
    opened(page, address, "hubness")
    page.locator(".an-plot[data-drawn]").wait_for()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="PDF").click()
    with ZipFile(saved.value.path()) as archive:
        assert archive.read("hubness--columns.pdf")[:5] == b"%PDF-"
        assert json.loads(archive.read("manifest.json"))["keys"]
    with page.expect_download() as saved:
        page.get_by_role("button", name="HTML").click()
    html = Path(saved.value.path()).read_text()
    assert "Plotly.newPlot" in html and 'id="manifest"' in html
    with page.expect_download() as saved:
        page.get_by_role("button", name="PNG", exact=True).click()
    assert manifest_of_png(Path(saved.value.path()).read_bytes())["keys"]
    with page.expect_download() as saved:
        page.get_by_role("button", name="SVG").click()
    assert "<metadata><![CDATA[{" in Path(saved.value.path()).read_text()


def test_a_picture_for_a_paper_is_light_on_a_dark_page_and_as_wide_as_its_column(page, address):
    page.emulate_media(color_scheme="dark")
    opened(page, address, "hubness")
    page.locator(".an-plot[data-drawn]").wait_for()
    assert (
        page.evaluate("() => document.querySelector('.an-plot').layout.template.layout.paper_bgcolor") == PAPER["dark"]
    )
    box = page.locator(".an-plot .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.31 * box["height"], steps=8)
    page.mouse.up()
    zoom = "document.querySelector('.an-plot')._fullLayout.xaxis.range"
    page.wait_for_function(f"() => {zoom}[1] - {zoom}[0] < 5")
    near = page.evaluate(f"() => {zoom}")
    page.evaluate(
        "() => { const draw = Plotly.toImage; Plotly.toImage = (whole, how) => {"
        " window.range = whole.layout.xaxis.range; return draw(whole, how); } }"
    )
    page.get_by_role("button", name="Export").click()
    page.get_by_label("PNG size", exact=True).click()
    page.get_by_role("option", name="17.5 cm at 300 dpi, two columns: 2,067 pixels").click()
    settle(page)
    for paper in ("light", "dark"):
        if paper == "dark":
            page.get_by_test_id("stPopoverBody").get_by_text("Dark", exact=True).click()
            settle(page)
        with page.expect_download() as saved:
            page.get_by_role("button", name="PNG", exact=True).click()
        image = Image.open(saved.value.path()).convert("RGB")
        assert image.width == 2067 and page.evaluate("() => window.range") == near  # as on the screen
        assert image.getpixel((3, 3)) == ImageColor.getrgb(PAPER[paper])
        with page.expect_download() as saved:
            page.get_by_role("button", name="HTML").click()
        assert f'"paper_bgcolor":"{PAPER[paper]}"' in Path(saved.value.path()).read_text()
