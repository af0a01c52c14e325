"""Runs that MLflow keeps, through its own client: of a server (http, https), a folder (`mlruns`) or an SQLite file.

The client is no part of our requirements: `pip install mlflow-skinny` reads servers and folders, `pip install mlflow`
SQLite files too. Only the address that was given is spoken to: redirects are refused and the library's usage reports
switched off. A folder or SQLite file is copied first, for the client may write into it when it opens it.
"""

import importlib.util
import math
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.imports.files import files_of, said
from analysis.plugin import MetricSource
from analysis.readings import Reading, Readings, readings_of
from analysis.study import MetricsSpec
from models.errors import BadInput, Failed, nearest
from models.place import Place

MOST_RUNS = 5_000
PAGE = 500
PARTS = frozenset({"metrics", "params", "tags"})  # of a run in a folder
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
}


def fingerprint(spec: MetricsSpec, place: Place) -> Mapping[str, str]:
    """The address; refuses what will not be read. The content is known once it is fetched."""
    if importlib.util.find_spec("mlflow") is None:
        raise BadInput(f"{said(spec)} needs MLflow's client; pip install mlflow-skinny (SQLite files: mlflow).")
    if not _remote(spec):
        return {"store": str(_local(spec, place))}
    return {"store": spec.path}


def read(spec: MetricsSpec, place: Place) -> Readings:
    """Every value of every metric of every run."""
    notes: list[str] = []
    with _settings(), _store(spec, place) as address, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the client's own dependencies
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        try:
            return readings_of(_readings(MlflowClient(tracking_uri=address), spec, notes), said(spec), notes)
        except (MlflowException, OSError) as error:  # requests' errors are OSErrors
            why = " ".join(str(error).split())[:200]
            raise Failed(f"{said(spec)} could not be read ({why}); see that it is there and run again.") from error
        except ModuleNotFoundError as error:
            raise BadInput(f"{said(spec)} needs {error.name}; pip install mlflow.") from error


def _readings(client: Any, spec: MetricsSpec, notes: list[str]) -> Iterator[Reading]:
    runs = list(_runs(client, spec))
    names = Counter(run.info.run_name for run in runs)
    for run in runs:
        name, key = run.info.run_name or run.info.run_id, run.info.run_id
        called = name if names[name] < 2 else f"{name} ({key[:8]})"
        if run.info.status not in ("FINISHED", "RUNNING"):
            notes.append(f"run {called!r} did not finish ({run.info.status.lower()}).")
        for metric in sorted(run.data.metrics):
            for one in sorted(client.get_metric_history(key, metric), key=lambda one: (one.step, one.timestamp)):
                when = one.timestamp / 1000 if one.timestamp else math.nan
                yield Reading(called, metric, float(one.value), float(one.step), when=when, where=f"MLflow run {key}")


def _runs(client: Any, spec: MetricsSpec) -> Iterator[Any]:
    """The runs of the experiment that is named, or of all."""
    known = {one.name: one.experiment_id for one in _pages(client.search_experiments)}
    if spec.experiment and spec.experiment not in known:
        raise BadInput(f"{said(spec)} has no experiment {spec.experiment!r}{nearest(spec.experiment, known)}")
    chosen = [known[spec.experiment]] if spec.experiment else list(known.values())
    for n, run in enumerate(_pages(client.search_runs, experiment_ids=chosen)):
        if n == MOST_RUNS:
            raise BadInput(f"{said(spec)} has over {MOST_RUNS:,} runs; name one `experiment` in [[metrics]].")
        yield run


def _pages(search: Any, **asked: Any) -> Iterator[Any]:
    token = None
    while True:
        page = search(**asked, max_results=PAGE, page_token=token)
        yield from page
        if not (token := page.token):
            return


@contextmanager
def _settings() -> Iterator[None]:
    """Within the block, the client keeps to the given address."""
    before = {name: os.environ.get(name) for name in SETTINGS}
    os.environ.update(SETTINGS)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _store(spec: MetricsSpec, place: Place) -> Iterator[str]:
    """The address for the client."""
    if _remote(spec):
        yield spec.path
        return
    path = _local(spec, place)
    with tempfile.TemporaryDirectory() as folder:
        here = replace(spec, path=str(path))
        if path.is_dir():
            for name, file in files_of(here, place, _is_record, "runs of MLflow").items():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, Path(folder) / name)
            for run in Path(folder).glob("*/*/meta.yaml"):
                for part in (*PARTS, "artifacts"):  # the client knows a run by them, empty ones too
                    run.with_name(part).mkdir(exist_ok=True)
            yield Path(folder).as_uri()
            return
        copy = Path(folder) / "mlflow.db"
        try:
            source, target = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True), sqlite3.connect(copy)
            source.backup(target)
            source.close()
            target.close()
        except sqlite3.Error as error:
            raise BadInput(f"{said(spec)} is no SQLite file that can be read ({error}); copy it again.") from error
        yield f"sqlite:///{copy}"


def _is_record(path: Path) -> bool:
    """Whether a file of a folder says something of a run or experiment; artifacts do not."""
    return path.name == "meta.yaml" or ("artifacts" not in path.parts and not PARTS.isdisjoint(path.parts))


def _remote(spec: MetricsSpec) -> bool:
    return spec.path.startswith(("http://", "https://"))


def _local(spec: MetricsSpec, place: Place) -> Path:
    """The folder or file of a store on this machine."""
    path = spec.path.removeprefix("sqlite:///").removeprefix("file://")
    if "://" in path:
        raise BadInput(f"{said(spec)} is no address read here; give http://…, https://…, a folder or an SQLite file.")
    return place.resolve(path, "path of [[metrics]]")


METRIC_SOURCE = MetricSource(
    name="mlflow",
    title="MLflow runs",
    version=1,
    fingerprint=fingerprint,
    read=read,
    fetched=True,
)
