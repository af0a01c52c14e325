"""`python -m analysis reproduce synthetic`: makes what is missing, one run a core, and prints the matrix.

First the pre-trainings and the rates of fine-tuning, then the low-data matrix over all tasks; the full-data one is made
on the tasks where natural pre-training brought enough.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from analysis.cores import cores
from analysis.registry import sequence_tasks
from analysis.reproductions import synthetic_tables
from analysis.reproductions.markdown import markdown
from analysis.reproductions.synthetic import TINY, Plan, Regime, Run, finetunings, made, make, pretrainings, tunings
from analysis.reproductions.synthetic_data import data_kept, make_data
from analysis.spreadsheet import write_csv
from analysis.store import Store
from models.errors import BadInput, Failed

Say = Callable[[str], None]
PLANS = {"tiny": TINY}


def reproduce(size: str, out: Path | None, cache: Path, say: Say) -> list[str]:
    """Make every run that is not kept, print the tables; the verdicts.

    Writes tables and curves to `out` where it is given. Stopped in the middle it goes on: a pre-training from its last
    hundred steps, a fine-tuning from its last seventy-five.
    """
    if size not in PLANS:
        raise BadInput(f"size {size!r} of synthetic is not there yet; give --size {' or '.join(PLANS)}.")
    table = matrix_of(PLANS[size], Store(cache, ()), say)
    text, verdicts = told(table)
    sys.stdout.write(text)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "synthetic.md").write_text(text, encoding="utf-8")
        write_csv(table, out / "synthetic.csv")
    return verdicts


def matrix_of(plan: Plan, store: Store, say: Say) -> pd.DataFrame:
    """Every run of a plan, made where it is not kept, as a table."""
    if data_kept(store) is None:
        say("reading installed source code")
        make_data(store)
    _make([*pretrainings(plan), *tunings(plan, "low")], plan, store, say)
    low = finetunings(plan, "low", tuple(sequence_tasks()))
    _make(low, plan, store, say)
    table = synthetic_tables.long(list(made(low, plan, store)))
    tasks = synthetic_tables.passing(table, "low")
    if not tasks:
        return table
    _make([run for run in tunings(plan, "full") if run.task in tasks], plan, store, say)
    full = finetunings(plan, "full", tasks)
    _make(full, plan, store, say)
    return pd.concat([table, synthetic_tables.long(list(made(full, plan, store)))], ignore_index=True)


def told(table: pd.DataFrame) -> tuple[str, list[str]]:
    """Everything as Markdown, and the verdicts."""
    parts, verdicts = [], []
    regimes: tuple[Regime, ...] = ("low", "full")
    for regime in regimes:
        if table.empty or not (table["regime"] == regime).any():
            continue
        for metric in synthetic_tables.METRICS:
            title = f"{metric.replace('_', ' ')}, {regime} data: score; benefit (interval)"
            parts.append(f"{title}\n\n{markdown(synthetic_tables.matrix(table, regime, metric))}")
        title = f"speed, {regime} data: area under the curve, steps to what random reaches"
        parts.append(f"{title}\n\n{markdown(synthetic_tables.speed(table, regime))}")
        verdicts += synthetic_tables.verdicts(table, regime)
    parts += ["\n".join(f"- {one}" for one in verdicts), synthetic_tables.NOTE]
    return "\n\n".join(parts) + "\n", verdicts


def _make(runs: list[Run], plan: Plan, store: Store, say: Say) -> None:
    """Make the runs that are not kept, one a core."""
    lacking = [run for run, said in made(runs, plan, store) if said is None]
    if not lacking:
        return
    say(f"{len(runs) - len(lacking)} of {len(runs)} runs are kept; {len(lacking)} to make on {cores()} cores")
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_one, run, plan, store.root): run for run in lacking}
        try:
            for done, finished in enumerate(as_completed(waiting)):
                finished.result()
                say(f"{done + 1} of {len(lacking)}: {waiting[finished]}")
        except Exception as error:
            pool.shutdown(cancel_futures=True)
            raise Failed(f"a run broke ({type(error).__name__}: {error}); run again, what was made is kept.") from error


def _one(run: Run, plan: Plan, cache: Path) -> None:
    make(run, plan, Store(cache, ()))
