"""Metrics made elsewhere, as read: a row per run, task, step and metric, nothing computed and nothing guessed.

A value that is not finite stays, as missing, with why. Of a value logged again at the same step (a run that was
resumed) the later one is kept, and a note counts those that differed.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from models.errors import BadInput

MOST_VALUES = 1_000_000  # of one [[metrics]]
PLACE_OF_VALUE = ["run", "task", "metric", "step"]
COLUMNS = ["run", "task", "metric", "step", "value", "when", "where", "why"]


class Reading(NamedTuple):
    """One value: of which run and metric, at which step (NaN: none), logged when (seconds since 1970) and where."""

    run: str
    metric: str
    value: float
    step: float = math.nan
    task: str = ""
    when: float = math.nan
    where: str = ""
    why: str = ""  # why there is no value, where the source says more than that it is not finite


@dataclass(frozen=True, eq=False)
class Readings:
    """What one source held. `frame`: COLUMNS, sorted; `notes`: what was left out or cut off, in sentences."""

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()


def readings_of(found: Iterable[Reading], what: str, notes: Sequence[str] = ()) -> Readings:
    """The readings of a source; `what` names it in sentences. BadInput where there are none, or too many.

    >>> readings_of([Reading("a", "f1", 0.5, 10), Reading("a", "f1", 0.6, 10)], "csv 'r.csv'").notes
    ("1 value of csv 'r.csv' was logged again at its step, differently; the later one is kept.",)
    """
    rows: list[Reading] = []
    for reading in found:
        if len(rows) == MOST_VALUES:
            raise BadInput(f"{what} holds over {MOST_VALUES:,} values; give fewer runs, or fewer metrics.")
        names = (reading.run, reading.metric, reading.task, reading.where, reading.why)
        rows.append(reading if "".join(names).isascii() else _writable(reading))
    if not rows:
        raise BadInput(f"{what} holds no metric{_because(notes)}; name another `path` in [[metrics]].")
    frame = pd.DataFrame(rows, columns=list(Reading._fields))
    frame["step"] = frame["step"].astype("float64")
    frame["value"] = frame["value"].astype("float64")
    frame["when"] = pd.to_datetime(frame["when"].astype("float64"), unit="s", utc=True, errors="coerce").dt.round("ms")
    frame.loc[frame["step"].isin([math.inf, -math.inf]), "step"] = math.nan
    infinite = frame["value"].isin([math.inf, -math.inf])
    frame.loc[infinite & (frame["why"] == ""), "why"] = "infinite where it was logged"
    frame.loc[frame["value"].isna() & (frame["why"] == ""), "why"] = "NaN where it was logged"
    frame.loc[infinite, "value"] = math.nan
    kept = frame.drop_duplicates(PLACE_OF_VALUE, keep="last")
    said = [*notes]
    if again := _logged_again(frame):
        was = "value of {} was" if again == 1 else "values of {} were"
        said.append(
            f"{again:,} {was.format(what)} logged again at {'its step' if again == 1 else 'their steps'}, differently;"
            " the later one is kept."
        )
    return Readings(kept.sort_values(PLACE_OF_VALUE, kind="stable", ignore_index=True)[COLUMNS], tuple(said))


def _writable(reading: Reading) -> Reading:
    """A reading whose texts are without halves of surrogate pairs, which no file holds."""
    run, metric, task, where, why = (
        text.encode("utf-8", "replace").decode()
        for text in (reading.run, reading.metric, reading.task, reading.where, reading.why)
    )
    return reading._replace(run=run, metric=metric, task=task, where=where, why=why)


def _because(notes: Sequence[str]) -> str:
    return f" ({' '.join(notes)[:160].rstrip('. ')})" if notes else ""


def _logged_again(frame: pd.DataFrame) -> int:
    """How many places hold values that differ."""
    twice = frame[frame.duplicated(PLACE_OF_VALUE, keep=False)]
    if twice.empty:
        return 0
    different = twice.drop_duplicates([*PLACE_OF_VALUE, "value"])
    return int(different.duplicated(PLACE_OF_VALUE, keep="first").sum())
