"""A browser where there is one; without, these tests are skipped, loudly. And a dashboard on a small study."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from analysis.pdf import find_chrome
from tests import pets
from tests.e2e.dashboards import browsing, looking, serving
from tests.pets import World


@pytest.fixture(scope="session")
def chrome() -> str:
    found = find_chrome()
    if found is None:
        pytest.skip("NO CHROME OR CHROMIUM: browser tests skipped; 'sudo apt-get install chromium' would run them")
    return found


@pytest.fixture(scope="session")
def browser(chrome: str) -> Iterator[Any]:
    pytest.importorskip("playwright", reason="NO PLAYWRIGHT: browser tests skipped; 'make setup' installs it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the browser's own pipes
        with browsing(chrome) as found:
            yield found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return pets.compute(tmp_path_factory.mktemp("dashboard"))


@pytest.fixture(scope="module")
def address(world: World, chrome: str) -> Iterator[str]:
    with serving("--study", str(world.study), "--cache", str(world.cache)) as found:
        yield found


@pytest.fixture
def page(browser, address) -> Iterator[object]:
    with looking(browser) as (found, strangers):
        yield found
        strangers.check()
