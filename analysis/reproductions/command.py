"""`python -m analysis reproduce PAPER`: makes what is missing, one run a core, and prints it beside the paper."""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from analysis.cores import cores
from analysis.reproductions import anchor, sipt, sipt_tables, synthetic_command
from analysis.reproductions.markdown import markdown
from analysis.reproductions.sentences import topics_kept
from analysis.spreadsheet import write_csv
from analysis.store import Store
from models.errors import BadInput, Failed

SIZES = ("tiny", "small")


def reproduce(paper: str, size: str, out: Path | None, cache: Path, say: Callable[[str], None]) -> list[str]:
    """Make every run of a paper that is not kept, print the tables; the verdicts.

    Writes `numbers` and tables to `out` where it is given. Stopped in the middle it goes on from the last whole run.
    """
    if paper == "synthetic":
        return synthetic_command.reproduce(size, out, cache, say)
    if size not in SIZES:
        raise BadInput(f"size {size!r} is not there yet; give {' or '.join(SIZES)}.")
    store, wanted = Store(cache, ()), sipt.runs(size)
    lacking = [run for run, said in sipt.made(wanted, store) if said is None]
    if lacking:
        say(f"{len(wanted) - len(lacking)} of {len(wanted)} runs are kept; {len(lacking)} to make on {cores()} cores")
        topics_kept(store)
        _make(lacking, cache, say)
    table = sipt_tables.long(sipt.made(wanted, store))
    tables = {
        "topology": sipt_tables.topology(table),
        "cliques": sipt_tables.noise(table),
        "surfaces": sipt_tables.manifolds(table),
    }
    verdicts = sipt_tables.verdicts(table)
    text = "\n\n".join([f"{name}\n\n{markdown(one)}" for name, one in tables.items()])
    text += "\n\n" + "\n".join(f"- {one}" for one in verdicts) + f"\n\n{sipt_tables.NOTE}\n"
    sys.stdout.write(text)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "sipt.md").write_text(text, encoding="utf-8")
        write_csv(table, out / "sipt.csv")
    return verdicts


def reproduce_anchor(
    size: str,
    out: Path | None,
    cache: Path,
    say: Callable[[str], None],
    *,
    models: Sequence[Path] = (),
    texts: Sequence[Path] = (),
) -> list[str]:
    """Ask every language model that is there about its anchor, print the table; the verdicts."""
    study = anchor.study_of(anchor.models_in(models, size, say), texts, size)
    table = anchor.long(study, anchor.made(study, Store(cache, ()), say))
    verdicts = anchor.verdicts(table)
    text = f"{markdown(anchor.short(table))}\n\n" + "\n".join(f"- {one}" for one in verdicts) + "\n"
    sys.stdout.write(text)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "anchor.md").write_text(text, encoding="utf-8")
        write_csv(table, out / "anchor.csv")
    return verdicts


def _make(lacking: list[sipt.Run], cache: Path, say: Callable[[str], None]) -> None:
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_one, run, cache): run for run in lacking}
        try:
            for done, finished in enumerate(as_completed(waiting)):
                finished.result()
                run = waiting[finished]
                say(f"{done + 1} of {len(lacking)}: {run.experiment} {run.world}, seed {run.seed}, λ = {run.weight:g}")
        except Exception as error:
            pool.shutdown(cancel_futures=True)
            raise Failed(f"a run broke ({type(error).__name__}: {error}); run again, what was made is kept.") from error


def _one(run: sipt.Run, cache: Path) -> None:
    sipt.make(run, Store(cache, ()))
