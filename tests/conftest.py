"""Fixtures every test may use."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data and weights beside the checkout; tests that need them say so when they are absent."""
    if not SHARED.is_dir():
        pytest.skip("no real data at ../shared/data; this test reads it")
    return SHARED
