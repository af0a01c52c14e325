"""A browser where there is one; without, these tests are skipped, loudly."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from analysis.pdf import find_chrome
from tests.e2e.dashboards import browsing


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
