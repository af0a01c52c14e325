"""A saved map shows what is on the screen; without WebGL the server is told."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from analysis.figures.palette import GREY, LABELS, PAPER
from tests.e2e.bare_map import BareMap, picture
from ui.map_edges import Edges
from ui.map_webgl import saved_as
from ui.plot import Saving

pytestmark = pytest.mark.browser

SPREAD = np.array([[x, y] for x in range(6) for y in range(4)], dtype=float)  # far from one another on the screen


EDGE, TITLE = 16, 17 * 1.4  # pixels about a saved map, and of a line of its title


@pytest.mark.parametrize("scale", [1, 3])
def test_a_saved_picture_shows_the_selected_in_their_color_and_the_rest_dimmed(page, address, scale):
    given = replace(picture(SPREAD, ["ant", "bee"] * 12), selected=("p0", "p2"), title="A <map> & more")
    bare = BareMap(page, address, given)
    with page.expect_download() as saved:
        bare.show(given, save={"format": "png", "turn": 1, "scale": scale}, manifest={"n": 24})
    content = Path(saved.value.path()).read_bytes()
    assert b'iTXtmanifest\0\0\0\0\0{"n":24}' in content
    image = np.asarray(Image.open(BytesIO(content)).convert("RGB")).astype(float)
    box = page.locator(".an-map-stage").bounding_box()
    assert image.shape[1] == scale * (round(box["width"]) + 2 * EDGE)
    ink, paper = (np.array(list(bytes.fromhex(color[1:])), float) for color in (LABELS["light"][0], PAPER["light"]))
    alpha = bare.run("map.looks()")
    for point, strength in ((0, "alpha"), (2, "alpha"), (4, "dim"), (10, "dim")):  # all of them ants
        x, y = bare.pixel(point)
        row, column = (y - box["y"] + EDGE + TITLE) * scale, (x - box["x"] + EDGE) * scale
        expected = paper + (ink - paper) * alpha[strength]
        assert image[round(row), round(column)] == pytest.approx(expected, abs=4)
    assert tuple(image[2, 2]) == tuple(paper)
    if scale == 3:  # the points are drawn in that size, not blown up: their edge is one pixel wide
        x, y = ((bare.pixel(0)[0] - box["x"] + EDGE) * 3, (bare.pixel(0)[1] - box["y"] + EDGE + TITLE) * 3)
        line = np.abs(image[round(y), round(x) - 20 : round(x) + 21] - paper).sum(axis=1)
        assert ((line > 15) & (line < line.max() - 15)).sum() <= 4


def test_a_picture_on_other_paper_has_its_colors_and_the_width_asked_for_and_the_map_keeps_its_own(page, address):
    given = replace(picture(SPREAD, ["ant", "bee"] * 12), theme="dark")
    bare = BareMap(page, address, given)
    saving = saved_as(Saving("png", 1, 2.0, 1004, "light"), given)
    with page.expect_download() as saved:
        bare.show(given, save=saving, manifest={})
    image = np.asarray(Image.open(saved.value.path()).convert("RGB")).astype(float)
    assert image.shape[1] == 1004
    paper, ink = (np.array(list(bytes.fromhex(color[1:])), float) for color in (PAPER["light"], LABELS["light"][0]))
    assert tuple(image[2, 2]) == tuple(paper)
    away = np.abs(image - ink).sum(axis=2)
    assert away.min() < 90  # the points are in the light palette's first color, but for their opacity
    ours = bare.run("[map.given.theme.halo, [...map.painter.colors.subarray(0, 3)], map.given.color.classes[0].color]")
    assert ours == [PAPER["dark"], list(bytes.fromhex(LABELS["dark"][0][1:])), LABELS["dark"][0]]
    svg = saved_as(Saving("svg", 2, 2.0, None, "light"), given)
    with page.expect_download() as saved:
        bare.show(given, save=svg, manifest={})
    red, green, blue = bytes.fromhex(LABELS["light"][0][1:])
    text = Path(saved.value.path()).read_text()
    assert f'fill="rgb({red},{green},{blue})"' in text and f'fill="{PAPER["light"]}"' in text


@pytest.mark.parametrize(("form", "n"), [("png", 24), ("svg", 20_001)])
def test_a_picture_is_refused_while_the_browser_has_taken_the_graphics_away(page, address, form, n):
    given = picture(SPREAD if n == 24 else np.random.default_rng(0).normal(size=(n, 2)))
    bare = BareMap(page, address, given)
    saved = []
    page.on("download", lambda download: saved.append(download))
    bare.run("(window.loser = map.painter.gl.getExtension('WEBGL_lose_context'), loser.loseContext())")
    bare.show(given, save={"format": form, "turn": 1, "scale": 2}, manifest={})
    said = page.locator(".an-map-trouble").inner_text()
    assert said.startswith("The picture is not saved: the browser has taken the map's graphics away") and not saved
    page.wait_for_function("() => !window.maps[0].painter.ready")
    bare.run("window.loser.restoreContext()")
    page.wait_for_function("() => window.maps[0].painter.ready")
    with page.expect_download():
        bare.show(given, save={"format": form, "turn": 2, "scale": 2}, manifest={})
    assert page.locator(".an-map-trouble").count() == 0


def test_a_saved_svg_has_points_title_and_names_as_vectors(page, address):
    given = replace(
        picture(SPREAD, ["ant", "bee"] * 12),
        title="A <map> & more",
        regions=[{"x": 2.0, "y": 2.0, "level": 0, "words": ["bees & ants"]}],
    )
    bare = BareMap(page, address, given)
    with page.expect_download() as saved:
        bare.show(given, save={"format": "svg", "turn": 1, "scale": 2}, manifest={"n": 24})
    svg = Path(saved.value.path()).read_text()
    assert svg.count("<circle") == 24 + 2 and "<image" not in svg
    assert "A &lt;map&gt; &amp; more" in svg and ">bees &amp; ants</text>" in svg and '"n":24' in svg


def saved_svg(page, bare: BareMap, given) -> str:
    with page.expect_download() as saved:
        bare.show(given, save={"format": "svg", "turn": 1, "scale": 2}, manifest={})
    return Path(saved.value.path()).read_text()


def circles(svg: str) -> list[dict[str, str]]:
    return [
        dict(re.findall(r'([\w-]+)="([^"]*)"', circle)) for circle in re.findall(r"<circle cx[^>]*fill=[^>]*>", svg)
    ]


def test_two_pinned_points_are_ringed_joined_and_called_by_letters_in_a_saved_svg(page, address):
    given = picture(SPREAD, pinned="p0", second="p9")
    bare = BareMap(page, address, given)
    svg = saved_svg(page, bare, given)
    ends = [bare.run(f"map.pixelOf({point})") for point in (0, 9)]
    assert svg.count("<circle") == 24 + 2
    assert [(float(x), float(y)) for x, y in re.findall(r'<text x="([^"]*)" y="([^"]*)"[^>]*>[AB]</text>', svg)] == [
        pytest.approx((x, y - 13)) for x, y in ends
    ]
    (line,) = re.findall(r'<line x1="([^"]*)" y1="([^"]*)" x2="([^"]*)" y2="([^"]*)"', svg)
    assert [float(part) for part in line] == pytest.approx([*ends[0], *ends[1]])


def test_what_a_filter_leaves_out_is_grey_in_a_saved_svg_too(page, address):
    hidden = np.arange(24) >= 20
    given = picture(SPREAD, ["ant", "bee"] * 12, hidden=hidden)
    bare = BareMap(page, address, given)
    points = [circle for circle in circles(saved_svg(page, bare, given)) if "fill-opacity" in circle]
    grey = "rgb({},{},{})".format(*bytes.fromhex(GREY[1:]))
    places = {(circle["cx"], circle["cy"]) for circle in points if circle["fill"] == grey}
    assert len(points) == 24 and all(circle["fill"] == grey for circle in points[:4])  # behind the others
    assert places == {tuple(f"{value:.2f}" for value in bare.run(f"map.pixelOf({i})")) for i in range(20, 24)}


def test_a_saved_svg_of_a_map_in_space_has_what_is_near_before_what_is_far_and_larger(page, address):
    points = np.random.default_rng(4).normal(size=(30, 3)).astype(np.float32).astype(float)
    given = picture(points)
    bare = BareMap(page, address, given)
    bare.run("(map.camera.orbit(1, 0.5), map.moved())")
    found = [circle for circle in circles(saved_svg(page, bare, given)) if "fill-opacity" in circle]
    toward = np.array(bare.run("map.camera.turn")).reshape(3, 3)[:, 2]
    low, high = points.min(axis=0), points.max(axis=0)
    depth = (points - (low + high) / 2) @ toward / np.linalg.norm(high - low)
    order = np.argsort(-depth)
    expected = [bare.run(f"map.pixelOf({i})") for i in order]
    assert [(float(c["cx"]), float(c["cy"])) for c in found] == [pytest.approx(at, abs=0.01) for at in expected]
    size = bare.run("map.looks(Infinity, 1).size")
    assert [float(c["r"]) for c in found] == pytest.approx(size / 2 * (1 - 0.4 * depth[order]), abs=0.01)


def test_a_title_of_one_word_wider_than_the_picture_is_broken(page, address):
    word = "Wide" * 100
    given = replace(picture(SPREAD), title=f"A {word} map")
    bare = BareMap(page, address, given)
    svg = saved_svg(page, bare, given)
    lines = re.findall(r'<text [^>]*font-size="17"[^>]*>([^<]*)<', svg)
    assert lines[0] == "A" and "".join(lines[1:]).startswith(word) and len(lines) >= 4
    width = (
        "(line) => { const pen = new OffscreenCanvas(1, 1).getContext('2d'); pen.font = '600 17px Helvetica, Arial';"
    )
    widest = max(page.evaluate(f"{width} return pen.measureText(line).width; }}", line) for line in lines)
    assert 0.9 * bare.run("map.camera.width") < widest <= bare.run("map.camera.width")


def test_edges_to_a_point_without_coordinates_are_not_drawn(page, address):
    points = np.vstack([SPREAD, [[np.nan, np.nan]]])
    ends = np.array([[0, 24], [24, 5], [3, 9]], dtype=np.uint32)
    given = replace(picture(points), selected=("p0", "p3"), edges=Edges(ends))
    bare = BareMap(page, address, given)
    svg = saved_svg(page, bare, given)
    (drawn,) = re.findall(r'<path d="([^"]*)"', svg)
    places = [float(value) for value in re.split("[ML ]", drawn)[1:]]
    assert places == pytest.approx([*bare.run("map.pixelOf(3)"), *bare.run("map.pixelOf(9)")], abs=0.06)
    assert bare.run("map.edges.flatMap((run) => [...run])") == [3, 9]  # on the screen neither


@pytest.mark.parametrize("dpi", [300, None])
def test_a_saved_png_says_how_wide_it_is_on_paper(page, address, dpi):
    given = picture(SPREAD)
    bare = BareMap(page, address, given)
    with page.expect_download() as saved:
        bare.show(given, save={"format": "png", "turn": 1, "scale": 1, "dpi": dpi}, manifest={"n": 24})
    content = Path(saved.value.path()).read_bytes()
    image = Image.open(BytesIO(content))
    image.load()  # and checks the checksums
    assert image.info.get("dpi") == (dpi and pytest.approx((dpi, dpi), abs=0.02))
    assert image.info["manifest"] == '{"n":24}' and (dpi is None or content[37:41] == b"pHYs")


def test_after_a_restart_of_the_server_a_picture_is_saved_again(page, address):
    given = picture(SPREAD)
    bare = BareMap(page, address, given)
    save = {"format": "svg", "turn": 1, "scale": 2}
    downloads = []
    page.on("download", lambda download: downloads.append(download))
    for session, count in (("one", 1), ("one", 1), ("two", 2)):
        bare.show(given, save=save, session=session)
        page.wait_for_timeout(200)
        assert len(downloads) == count


def test_without_webgl_the_server_is_told(page, address):
    page.add_init_script(
        "HTMLCanvasElement.prototype.getContext = new Proxy(HTMLCanvasElement.prototype.getContext,"
        " { apply: (get, canvas, [kind, ...rest]) => kind === 'webgl2' ? null : get.call(canvas, kind, ...rest) })"
    )
    bare = BareMap(page, address, picture(SPREAD))
    assert bare.told()[0]["kind"] == "without_webgl"
