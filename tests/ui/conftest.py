"""The dashboard started on a small world with everything computed once."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import pets
from tests.pets import World


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
