"""The dashboard started on a small world with everything computed once."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import pets
from tests.pets import World

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline
    from ui.picture import Picture


@pytest.fixture(scope="session")
def computed(tmp_path_factory: pytest.TempPathFactory) -> World:
    return pets.compute(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(computed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The dashboard started on the world, with a cache of its own."""
    shutil.copytree(computed.cache, tmp_path / "cache")
    mine = World(computed.study, tmp_path / "cache")
    yield from started(mine, monkeypatch)


@pytest.fixture
def empty_world(computed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The dashboard started on the world with nothing computed."""
    yield from started(World(computed.study, tmp_path / "cache"), monkeypatch)


def started(mine: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    from ui import queries, startup

    monkeypatch.setattr(sys, "argv", ["app.py", "--study", str(mine.study), "--cache", str(mine.cache)])
    monkeypatch.setattr(queries, "get_ready", lambda: None)  # no worker behind a test
    startup.options.cache_clear()
    yield mine
    startup.options.cache_clear()


@pytest.fixture
def pipeline(world: World) -> "Pipeline":
    """The pipeline of the study that the dashboard was started on."""
    from ui import opened

    return opened.pipeline_of(*opened.first_study(opened.startup.options()))


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> "list[Picture]":
    """The pictures that the panes of a page have drawn."""
    found: list[Picture] = []
    monkeypatch.setattr("ui.map_webgl.WebglMap.draw", lambda self, picture, **rest: found.append(picture))
    return found


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The Plotly figures of a page by their key."""
    found: dict[str, object] = {}
    monkeypatch.setattr("ui.plot.draw", lambda figure, *, key, **rest: found.__setitem__(key, figure))
    return found
