"""The report as one page: what it holds, that nothing in it can act, and that it needs nothing from anywhere."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis.__main__ import main
from analysis.report import report_html
from analysis.report_figures import DECIDE, Drawn
from analysis.report_page import LARGEST, MOST_POINTS, ReportPage
from analysis.run import open_study
from tests.unit.test_command_line import STUDY

EVIL = "<script>alert(1)</script>"
TWO = STUDY.replace('"kind"', f'"{EVIL}"') + '[[checkpoint]]\nname = "noise"\nfamily = "vectors"\nmodel = "noise.npy"\n'
TWO += f'[[task]]\nname = "topic"\nlabel = "{EVIL}"\nmethods = ["knn", "few_shot"]\n'


class Tags(HTMLParser):
    """Every tag with its attributes, and the text of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run over samples with a hostile label column leaves."""
    folder = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(0)
    kind = np.arange(60) % 3
    frame = pd.DataFrame(rng.normal(size=(60, 3)) + 4 * np.eye(3)[kind], columns=["a", "b", "c"])
    frame.insert(0, "id", [f"s{i}" for i in range(60)])
    frame[EVIL] = np.array([f"{EVIL}{name}" for name in "xyz"])[kind]
    frame.to_csv(folder / "t.csv", index=False)
    np.save(folder / "noise.npy", rng.normal(size=(60, 4)).astype(np.float32))
    chosen = 'analyses = ["spectrum", "label_agreement", "collapse", "comparison", "transferability"]\n'
    (folder / "study.toml").write_text(chosen + TWO)
    from analysis import plan

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "MAPS", ("pca",))  # UMAP compiles for a minute
        assert (
            main(["run", str(folder / "study.toml"), "--out", str(folder / "out"), "--cache", str(folder / "c")]) == 0
        )
    return folder / "out"


def test_a_run_writes_the_report_beside_its_numbers(out: Path) -> None:
    page = (out / "report.html").read_text()
    summaries = re.findall(r"<summary>(.*?)</summary>", page)
    for part in (
        DECIDE,
        "Scores on tasks",
        "Spaces",
        "Collapse of classes",
        "Spectrum",
        "Maps",
        "Compare",
        "Learning curves",
    ):
        assert part in summaries
    assert summaries[-3:] == ["Methods in words", "Every number", "Manifest"]
    assert "To fine-tune on topic, 6 of 6 estimators would take columns (H-score gives it a probability of 1.00" in page
    assert "On “topic”, columns is best by nearest neighbours: accuracy 1.00 [" in page
    assert re.search(r"columns \(of \d+\)", page)  # beside a number that dimensions bound
    assert "How far apart the class means lie" in page  # a method, in its plug-in's words
    drawn = len(re.findall(r"<figure><figcaption>", page))
    assert drawn == len(list((out / "figures").glob("*.html")))


def test_nothing_in_it_is_loaded_from_anywhere_or_can_act(out: Path) -> None:
    page = (out / "report.html").read_text()
    tags = Tags(page).tags
    assert not [tag for tag in tags if {"src", "href", "srcset", "action"} & set(tag[1])]
    assert {tag for tag, _ in tags} & {"link", "iframe", "img", "object", "form", "base"} == set()
    policy = next(one["content"] for tag, one in tags if tag == "meta" and one.get("http-equiv"))
    assert policy is not None and policy.startswith("default-src 'none'") and "http" not in policy
    assert "@import" not in page.partition("</style>")[0] and "url(" not in page.partition("</style>")[0]
    code = [one for tag, one in tags if tag == "script" and "type" not in one]
    assert len(code) == 2  # plotly.js once, and what draws
    assert len(re.findall(r"plotly\.js v\d", page)) == 1


def test_every_text_is_escaped(out: Path) -> None:
    page = (out / "report.html").read_text()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    scripts = [one for tag, one in Tags(page).tags if tag == "script"]
    data = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert len(data) == len(scripts) - 2 and all("<" not in text and json.loads(text) for text in data)


def test_its_size_is_said_and_is_little_more_than_plotly(out: Path) -> None:
    page = (out / "report.html").read_text()
    said = re.search(r"This page is ([\d.]+) MB, ([\d.]+) of them plotly.js", page)
    assert said is not None and float(said[1]) == pytest.approx(len(page.encode()) / 1e6, abs=0.1)
    assert float(said[1]) - float(said[2]) < 2


def test_the_browser_gives_the_same_report(out: Path) -> None:
    pipeline = open_study(out.parent / "study.toml", cache=out.parent / "c")
    from analysis.plan import wanted

    page = report_html(pipeline, [ask for ask in wanted(pipeline) if pipeline.find(ask) is not None])
    written = (out / "report.html").read_text()
    assert re.findall(r"<summary>.*?</summary>", page) == re.findall(r"<summary>.*?</summary>", written)
    assert page.count("<figure>") == written.count("<figure>")


def test_a_figure_that_would_make_it_heavy_is_named_in_its_place() -> None:
    page = ReportPage()
    many = go.Figure(go.Scattergl(x=np.arange(MOST_POINTS + 1), y=np.zeros(MOST_POINTS + 1), mode="markers"))
    page.add(Drawn("Maps", ("pca", "big"), many.update_layout(title_text="A &lt;map&gt;")))
    large = go.Figure(go.Bar(x=["a" * (LARGEST // 10)] * 11, y=[1.0] * 11))
    page.add(Drawn("Bars", ("bars",), large))
    assert page.sections["Maps"] == [
        '<p class="quiet">A &lt;map&gt;. Too large for this page; a run writes it to figures/.</p>'
    ]
    assert "Too large" in page.sections["Bars"][0] and page.size == 0


def test_points_are_drawn_without_webgl_of_which_a_page_holds_few() -> None:
    page = ReportPage()
    page.add(Drawn("Maps", ("pca",), go.Figure(go.Scattergl(x=[1, 2], y=[1, 2], mode="markers"))))
    assert '"type":"scatter"' in page.sections["Maps"][0] and "scattergl" not in page.sections["Maps"][0]
