"""A whole study, headless: make everything it wants, then write numbers, spaces, tables, figures and a manifest.

Three lines from Python:

    from analysis.run import open_study, run
    numbers = run(open_study("study.toml"))
    numbers.query("number == 'knn_accuracy@15'")
"""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.ahead import Ahead
from analysis.ask import Ask
from analysis.engines import engine_of
from analysis.graph_asks import read_graphs
from analysis.made import checkpoints_of
from analysis.metrics import asks_of, check_names
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.pretraining import lineage
from analysis.progress import Progress, silent
from analysis.registry import metric_sources
from analysis.report import write_report
from analysis.rows import number_rows
from analysis.spaces import family_of
from analysis.store import Store
from analysis.study_file import read_study
from models.errors import BadInput, Failed
from models.hashes import remember_in
from models.place import Place

STARTER = Path(__file__).resolve().parents[1] / "assets" / "starter"


def default_cache() -> Path:
    """Where results are kept: ANCHORAGE_CACHE, else a folder in the user's cache."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("ANCHORAGE_CACHE") or Path(home) / "anchorage").expanduser()


def open_study(path: str | Path, *, cache: str | Path | None = None) -> Pipeline:
    """A study file ready to be asked; its paths start at its folder and are trusted."""
    file = Path(path).expanduser().resolve()
    study = read_study(file)
    root = Path(cache).expanduser().resolve() if cache else default_cache()
    remember_in(root / "hashes")
    return Pipeline(study, Place(file.parent), Store(root, (STARTER,)))


@dataclass(frozen=True)
class Failure:
    """An ask that broke, and the sentence that says why."""

    ask: Ask
    sentence: str


def run(
    pipeline: Pipeline,
    out: str | Path | None = None,
    *,
    vectors: bool = False,
    progress: Progress = silent,
    failures: list[Failure] | None = None,
) -> pd.DataFrame:
    """Make all that the study wants and return its numbers, one a row, as `numbers.csv` has them.

    With `out`, the folder receives everything the contract names. An ask that breaks costs only what needs it:
    it is added to `failures` where a list is given, else raised.
    """
    asks = checked(pipeline)
    if out is not None:
        made_ready(Path(out))
    broken: list[Failure] = []
    ahead = Ahead(pipeline, asks)
    for i, ask in enumerate(asks):
        if any(_needs(pipeline, ask, one.ask) for one in broken):
            continue
        done = _within(i, len(asks), ask, progress)
        try:
            ahead.before(ask, done)
            pipeline.make(ask, done)
        except (BadInput, Failed, OSError, MemoryError, ArithmeticError, ValueError, RuntimeError) as error:
            if failures is None:
                raise
            expected = isinstance(error, BadInput | Failed)
            sentence = str(error) if expected else f"{ask} failed: {type(error).__name__}: {error}"
            broken.append(Failure(ask, sentence))
            if not expected:
                traceback.print_exc(file=_Log(pipeline))
    asks = [ask for ask in asks if all(ask != one.ask for one in broken)]
    if out is not None:
        said = [one.sentence for one in broken]
        write_report(pipeline, asks, Path(out), vectors=vectors, failures=said)
        broken += [Failure(Ask("dataset"), sentence) for sentence in said[len(broken) :]]
    if failures is not None:
        failures += broken
    return number_rows(pipeline, asks)


def made_ready(out: Path) -> None:
    """Make the folder of the results, before hours of work rather than after them; BadInput where it cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise BadInput(f"nothing can be written to {out}: {why}; give another --out DIR.") from error


def checked(pipeline: Pipeline) -> list[Ask]:
    """Everything that can be found wrong before heavy work is found here; the asks of the run."""
    engine_of(pipeline.study).check()
    for spec in checkpoints_of(pipeline.study):
        family_of(spec)
    pipeline.spaces()
    for section, ask in zip(pipeline.study.metrics, asks_of(pipeline.study), strict=True):
        check_names(section, pipeline.study)
        pipeline.recipe(ask)
        if not metric_sources()[section.source].fetched:
            pipeline.make(ask)
    if pipeline.study.dataset is None:
        return wanted(pipeline)
    dataset = pipeline.dataset()
    for space in pipeline.spaces():
        if not (space.checkpoint.family == "vectors" and space.checkpoint.model):
            dataset.item_key(family_of(space.checkpoint).modality)
        else:
            pipeline.recipe(Ask("space", subject=space.name))
    asks = wanted(pipeline)
    read_graphs(pipeline)
    return asks


def _needs(pipeline: Pipeline, ask: Ask, broken: Ask) -> bool:
    """Whether what broke is a space or a checkpoint that an ask cannot do without."""
    if broken.kind == "space":
        return broken.subject in ask.spaces
    return broken.kind == "pretraining" and broken.name in lineage(pipeline, ask)


def _within(i: int, total: int, ask: Ask, progress: Progress) -> Callable[[int, int, str], None]:
    progress(i, total, str(ask))

    def report(done: int, of: int, message: str) -> None:
        progress(i, total, f"{ask}: {message}")

    return report


class _Log:
    """The cache's log of what broke, where tracebacks go."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.path = pipeline.store.root / "errors.log"

    def write(self, text: str) -> None:
        try:
            with self.path.open("a", encoding="utf-8") as log:
                log.write(text)
        except OSError:
            sys.stderr.write(text)  # a full disk must not hide what broke
