"""How training by gradient went: loss by step and score on the dev part by epoch, of every space, seed by seed.

A method that trains leaves a table `curves` with the columns seed, epoch, step, loss, dev and dev_loss; a row holds
the loss of a step, or after an epoch what the dev part says. While it is at work, its curves so far are read.
"""

from collections.abc import Sequence

import pandas as pd

from analysis.ask import Ask
from analysis.figures.words import listed, shown
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.result import Result
from analysis.task_training import live_curves

TABLE = "curves"
MEASURED = ["loss", "dev", "dev_loss"]
COLUMNS = ["space", "task", "method", "seed", "step", *MEASURED]
SAID = 4  # spaces in a title


def training_of(pipeline: Pipeline, asks: Sequence[Ask]) -> pd.DataFrame:
    """The curves that these scores left, or leave, one row a step or epoch; no rows where nothing was trained."""
    found = []
    for ask in asks:
        if not task_methods()[ask.name].trains:
            continue
        result = pipeline.find(ask)
        table = result.tables.get(TABLE) if isinstance(result, Result) else live_curves(pipeline, ask)
        if table is not None and len(table):
            found.append(table.assign(space=ask.subject, task=ask.other, method=ask.name)[COLUMNS])
    whole = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)
    return whole.astype(dict.fromkeys(MEASURED, "float64"))


def finding(table: pd.DataFrame) -> str:
    """What the curves of one task say: the best score on the dev part of each space, mean over seeds."""
    task = table["task"].iloc[0]
    best = table.groupby(["space", "seed"], sort=False)["dev"].max().groupby("space", sort=False).mean().dropna()
    if best.empty:
        return f"Training on {task}: the loss alone, for there is no dev part"
    order = best.sort_values(ascending=False, kind="stable")
    scores = listed([f"{space} {shown(float(value))}" for space, value in order.items()], SAID)
    return f"Training on {task}: best score on the dev part, mean over seeds, {scores}"
