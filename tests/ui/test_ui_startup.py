"""What the dashboard is started with is understood, or said to be wrong in a sentence."""

from pathlib import Path

import pytest

from models.errors import BadInput
from ui.startup import BUILT_IN, STUDIES, built_in_file, parse


def test_without_arguments_the_built_in_study_and_the_users_cache_are_meant(monkeypatch, tmp_path):
    monkeypatch.setenv("ANCHORAGE_CACHE", str(tmp_path / "there"))
    options = parse([])
    assert options.study is None
    assert options.cache == tmp_path / "there"
    assert options.trusted == (STUDIES,)


def test_study_cache_and_roots_are_taken(tmp_path):
    (tmp_path / "data").mkdir()
    study = tmp_path / "study.toml"
    options = parse(["--study", str(study), "--cache", str(tmp_path / "c"), "--root", str(tmp_path / "data")])
    assert (options.study, options.cache) == (study, tmp_path / "c")
    assert options.trusted == (STUDIES, tmp_path, tmp_path / "data")


@pytest.mark.parametrize("arguments", [["--stduy", "x"], ["--study"], ["--root", "/nowhere/at/all"], ["thing"]])
def test_arguments_that_are_not_understood_are_said_so(arguments):
    with pytest.raises(BadInput):
        parse(arguments)


def test_the_built_in_studies_are_there():
    assert all(Path(built_in_file(name)).is_file() for name in BUILT_IN)
