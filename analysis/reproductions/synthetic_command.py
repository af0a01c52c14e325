"""`python -m analysis reproduce synthetic`: makes what is missing, one run a core, and prints the matrix.

First the pre-trainings and the rates of fine-tuning, then the low-data matrix over all tasks; the full-data one is made
on the tasks where natural pre-training brought enough.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from analysis.cores import cores
from analysis.reproductions import synthetic_tables
from analysis.reproductions.induced import spaces_of
from analysis.reproductions.markdown import markdown
from analysis.reproductions.own_pairs import check_fits, with_own
from analysis.reproductions.synthetic import (
    CUT,
    PLANS,
    Plan,
    Regime,
    Run,
    finetunings,
    made,
    make,
    pretrainings,
    tunings,
)
from analysis.reproductions.synthetic_data import data_kept, make_data
from analysis.spreadsheet import write_csv
from analysis.store import Store
from models.errors import BadInput, Failed

Say = Callable[[str], None]


def reproduce(size: str, out: Path | None, cache: Path, say: Say) -> list[str]:
    """Make every run that is not kept, print the tables; the verdicts.

    Writes tables and runs with their curves to `out` where it is given, anew after each part of the plan, and at the
    end the induced spaces. Stopped in the middle it goes on: a pre-training from its last hundred steps, a fine-tuning
    from its last fifty.
    """
    if size not in PLANS:
        raise BadInput(f"size {size!r} of synthetic is not there yet; give --size {' or '.join(PLANS)}.")
    text, verdicts, store, table = "", list[str](), Store(cache, ()), pd.DataFrame()
    for table in parts_of(PLANS[size], store, say):
        text, verdicts = told(table)
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            (out / "synthetic.md").write_text(text, encoding="utf-8")
            write_csv(table, out / "synthetic.csv")
    if out is not None:
        write_csv(spaces_of(table, PLANS[size], store), out / "synthetic_spaces.csv")
    sys.stdout.write(text)
    return verdicts


def parts_of(plan: Plan, store: Store, say: Say) -> Iterator[pd.DataFrame]:
    """Every run of a plan, made where it is not kept; after each part all runs so far, as a table.

    The parts: low data, full data on the tasks where natural pre-training brings most, the ways that come later.
    """
    if data_kept(store) is None:
        say("reading installed source code")
        make_data(store)
    data = data_kept(store)
    assert data is not None
    check_fits(with_own(data, plan.own, store), plan.own, CUT)
    tasks = plan.tasks
    _make([*pretrainings(plan, plan.ways["low"]), *tunings(plan, "low", tasks)], plan, store, say)
    runs = finetunings(plan, "low", tasks)
    table = _table(runs, plan, store, say)
    yield table
    full = synthetic_tables.passing(table, "low")[: plan.most]
    if full:
        _make([*pretrainings(plan, plan.ways["full"]), *tunings(plan, "full", full)], plan, store, say)
        runs += finetunings(plan, "full", full)
        yield _table(runs, plan, store, say)
    if plan.later:
        _make(pretrainings(plan, plan.later), plan, store, say)
        yield _table(runs + finetunings(plan, "low", tasks, plan.later), plan, store, say)


def _table(runs: list[Run], plan: Plan, store: Store, say: Say) -> pd.DataFrame:
    _make(runs, plan, store, say)
    return synthetic_tables.long(list(made(runs, plan, store)))


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
    """Make the runs that are not kept, one a core; one that breaks stops no other, and is told of at the end."""
    lacking = [run for run, said in made(runs, plan, store) if said is None]
    if not lacking:
        return
    say(f"{len(runs) - len(lacking)} of {len(runs)} runs are kept; {len(lacking)} to make on {cores()} cores")
    broken: list[str] = []
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_one, run, plan, store.root): run for run in lacking}
        for done, finished in enumerate(as_completed(waiting), 1):
            error, what = finished.exception(), f"{done} of {len(lacking)}: {waiting[finished]}"
            say(what if error is None else f"{what}: {type(error).__name__}: {error}")
            if error is not None:
                broken.append(f"{waiting[finished]} ({type(error).__name__}: {error})")
    if broken:
        more = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
        raise Failed(f"{len(broken)} of {len(lacking)} runs broke: {broken[0]}{more}; run again, the others are kept.")


def _one(run: Run, plan: Plan, cache: Path) -> None:
    make(run, plan, Store(cache, ()))
