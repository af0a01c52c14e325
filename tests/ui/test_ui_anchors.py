"""Anchors among what a study wants: named, timed, and no page breaks on them, nor on a study of corpora alone."""

from pathlib import Path

import pytest

from analysis.ask import Ask
from analysis.figures.words import shown, with_interval
from analysis.run import open_study
from tests.pets import World
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn, said
from tests.unit.test_anchors_study import ALONE, CORPUS, world
from tests.unit.test_command_line import write_world
from ui.costs import seconds_for
from ui.space_row import name_of

SAMPLES = '[dataset]\npath = "t.csv"\nid = "id"\ntext = "kind"\nlabels = ["kind"]\nsample = 40\n'
ASK = Ask("anchors", "", "small", "some text")


@pytest.fixture
def folder(tmp_path) -> Path:
    write_world(tmp_path)
    world(tmp_path, ALONE.replace("draws = 20", "draws = 20\nk = 5\n" + SAMPLES) + CORPUS)
    return tmp_path


def test_the_overview_offers_anchors_and_its_button_has_a_time(folder, monkeypatch):
    for _ in started(World(folder / "study.toml", folder / "cache"), monkeypatch):
        pipeline = open_study(folder / "study.toml", cache=folder / "cache")
        pipeline.dataset()
        assert name_of(ASK) == "anchors of small on some text" and 5 < seconds_for(pipeline, [ASK]) < 60
        assert "small" in said(drawn("overview"))
        pipeline.make(ASK)
        words = said(drawn("geometry_against_metric"))
        assert "could not be drawn" not in words


def test_a_study_of_corpora_alone_says_calmly_that_it_has_no_samples(tmp_path, monkeypatch):
    world(tmp_path)
    for _ in started(World(tmp_path / "study.toml", tmp_path / "cache"), monkeypatch):
        assert "the study has no [dataset]" in said(drawn("overview"))


def test_the_page_answers_in_a_sentence_beside_what_a_constant_has(folder, monkeypatch, figures):
    for _ in started(World(folder / "study.toml", folder / "cache"), monkeypatch):
        pipeline = open_study(folder / "study.toml", cache=folder / "cache")
        page = drawn("anchors")
        assert "Not computed yet" in said(page)
        assert any(button.label.startswith("Compute · about") for button in page.button)
        found = pipeline.make(ASK)
        row = found.tables["fits"].query("rule == 'top:3' and fit == 'plain'").iloc[0]
        words = said(drawn("anchors"))
        assert f"{shown(row['constant_mse'])} in the raw gauge, {shown(row['constant_mse_centred'])} in the" in words
        assert with_interval(found.numbers["mse|top:3|plain"]) in words and "shuffled targets" in words
        for name in ("by_k", "gauge", "log_z", "residuals", "positions", "nearest_words", "layers", "tokens", "shift"):
            key = next(key for key in figures if f"anchors-{name}-" in key.replace("_", name and "_"))
            foot = figures[key].layout.annotations[-1].text.replace("<br>", " ")
            assert "tokens a window; fitted on" in foot and "judged on" in foot, name
            assert "auge" in foot, name
