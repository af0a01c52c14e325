"""What the weekly job installs: every pin loosened within its major version, none forgotten."""

from pathlib import Path

from packaging.requirements import Requirement

from tests.newest import KEPT, loosened, pins

ROOT = Path(__file__).resolve().parents[2]


def test_every_pin_is_loosened_to_itself_and_later_ones_of_its_major_version():
    lines = (ROOT / "requirements.txt").read_text() + (ROOT / "requirements-dev.txt").read_text()
    assert len(pins()) == sum("==" in line for line in lines.splitlines()) > 30
    for package, pinned in pins().items():
        allowed = Requirement(loosened(package, pinned)).specifier
        parts = pinned.split(".")
        next_minor, next_major = f"{parts[0]}.{int(parts[1]) + 1}", f"{int(parts[0]) + 1}.0"
        assert pinned in allowed and next_major not in allowed
        assert (next_minor in allowed) == (package not in KEPT)


def test_the_weekly_job_installs_these_and_runs_every_test():
    recipe = (ROOT / "Makefile").read_text().split("\nnewest:")[1].split("\n\n")[0]
    assert "tests/newest.py >" in recipe and 'pytest -q -n auto --dist loadfile -m "not browser"' in recipe
    assert "pytest -q -m browser" in recipe and "make newest" in (ROOT / ".ci" / "weekly").read_text()
