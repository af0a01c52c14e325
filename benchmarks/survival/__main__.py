"""The survival table: `python -m benchmarks.survival [ROW ...] [--short] [--minutes M] [--trials T] [--browsers B]
[--looks S]`.

The long form writes each row's lines into `benchmarks/results/survival.md`, where those of the others stay as they
were; the short form, which the tests run, only prints. Exit status 1: something was found.
"""

import argparse
import importlib
import math
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.survival.outcome import HEAD, Outcome

ROWS = {
    "kills": "`kill -9` at a random moment, then go on",
    "damage": "Disks that are full or read-only, artifacts that were cut or altered",
    "fuzz": "Fuzzed bytes into every reader",
    "planted": "Planted code in every format, on screen and in every export",
    "paths": "Paths that lead out",
    "browsers": "Browsers at work side by side",
}
RESULTS = Path(__file__).resolve().parents[1] / "results" / "survival.md"
MARK = "\n## "


def measure(row: str, *, short: bool, minutes: float, **more: int) -> list[Outcome]:
    """The lines of one row; `more` is what that row alone understands."""
    of_row = importlib.import_module(f"benchmarks.survival.{row}").rows
    found: list[Outcome] = of_row(short=short, minutes=minutes, **more)
    return found


def section(row: str, lines: list[Outcome]) -> str:
    """A row's lines as they stand in the results."""
    findings = "".join(f"- {finding}\n" for line in lines for finding in line.findings)
    table = "\n".join([HEAD, *(line.line() for line in lines)])
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    ended = f"\nFound, and not well:\n\n{findings}" if findings else ""
    return f"{ROWS[row]}\n\n{table}\n\n`python -m benchmarks.survival {row}`, {when}\n{ended}"


def keep(row: str, text: str) -> None:
    """Put a row's section into the results, in the order of the rows."""
    titles = list(ROWS.values())
    said = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else "# Survival\n"
    head, *before = said.split(MARK)
    parts = {part.partition("\n")[0]: part for part in before} | {ROWS[row]: text}
    ordered = [parts[title].strip() for title in titles if title in parts]
    RESULTS.write_text(head.rstrip() + "\n" + "".join(f"{MARK}{part}\n" for part in ordered), encoding="utf-8")


def main() -> int:
    """Measure the rows that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.survival", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--short", action="store_true", help="some seconds each, and nothing is written")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop a row then; it says how far it came")
    parser.add_argument(
        "--trials", type=int, help="damage: of each kind; kills: how many more at most (they are kept, and it goes on)"
    )
    parser.add_argument("--browsers", type=int, help="browsers: how many, instead of 20")
    parser.add_argument("--looks", type=float, help="browsers: seconds that a page is looked at, in the mean")
    given = parser.parse_args()
    trials = {"trials": given.trials}
    more = {"kills": trials, "damage": trials, "browsers": {"browsers": given.browsers, "looks": given.looks}}
    found = False
    for row in given.rows or ROWS:
        options = {name: value for name, value in more.get(row, {}).items() if value is not None}
        lines = measure(row, short=given.short, minutes=given.minutes, **options)
        print(section(row, lines), flush=True)
        found = found or any(line.findings or line.well < line.tried for line in lines)
        if not given.short:
            keep(row, section(row, lines))
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
