"""A study that reads metrics opens as any other, whether they are there or not."""

import shutil
from pathlib import Path

import pytest

from tests.pets import World
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn, raw


@pytest.mark.parametrize("path", ["runs.csv", "nothing.csv"])
def test_the_overview_of_a_study_with_metrics_shows_its_numbers(
    computed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    shutil.copytree(computed.cache, tmp_path / "cache")
    shutil.copytree(computed.study.parent, tmp_path / "study", ignore=shutil.ignore_patterns(computed.cache.name))
    (tmp_path / "study/runs.csv").write_text("run,f1\nx,0.5\n")
    study = tmp_path / "study" / computed.study.name
    study.write_text(study.read_text() + f'\n[[metrics]]\nsource = "csv"\npath = "{path}"\n')
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        page = drawn("overview")
        assert "Compute everything" not in raw(page) and "samples" in raw(page)
