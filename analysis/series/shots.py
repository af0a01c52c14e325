"""How a score grows with the examples it is learnt from: few shots of every space, as one table and one sentence."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.figures.words import listed, shown
from analysis.pipeline import Pipeline
from analysis.result import Result
from analysis.series.standings import title_of

METHOD = "few_shot"
MEASURED = ("value", "low", "high", "null_mean", "null_low", "null_high")
NAMED = re.compile(r"(\w+)@(\d+)")
SAID = 3  # spaces in a title


def shots_of(pipeline: Pipeline, asks: Sequence[Ask], number: str) -> pd.DataFrame:
    """One row per space and count of examples, of the few-shot scores among these asks; `number`: without its `@`."""
    rows = []
    for ask in asks:
        result = pipeline.find(ask) if ask.name == METHOD else None
        if not isinstance(result, Result):
            continue
        for name, cell in result.numbers.items():
            found = NAMED.fullmatch(name)
            if found is None or found[1] != number or cell.value is None:
                continue
            place = {"space": ask.subject, "task": ask.other, "number": number, "examples": int(found[2])}
            rows.append(place | {column: getattr(cell, column) for column in (*MEASURED, "n")})
    table = pd.DataFrame(rows, columns=["space", "task", "number", "examples", *MEASURED, "n"])
    return table.astype(dict.fromkeys(MEASURED, np.float64)).sort_values(
        ["space", "examples"], kind="stable", ignore_index=True
    )


def finding(table: pd.DataFrame) -> str:
    """What a table of one task says: who finds most from the fewest examples, and from the most."""
    task, number = table["task"].iloc[0], title_of(table["number"].iloc[0])
    number = number[0].upper() + number[1:]
    ends = sorted({int(table["examples"].min()), int(table["examples"].max())})
    parts: list[str] = []
    for examples in ends:
        there = table[table["examples"] == examples].sort_values("value", ascending=False, kind="stable").head(SAID)
        scores = listed([f"{row['space']} {shown(row['value'])}" for row in there.to_dict("records")])
        parts.append(f"from {examples} of each class {scores}" if len(parts) else f"{_each(examples)} {scores}")
    chance = table["null_mean"].mean()
    beside = "" if np.isnan(chance) else f"; chance {shown(chance, 2)}"
    return f"{number} on {task}: {'; '.join(parts)}{beside}"


def _each(examples: int) -> str:
    return f"from {examples} example{'s' * (examples > 1)} of each class"
