"""Runs that MLflow keeps, through its own client: of a server (http, https), a folder (`mlruns`) or an SQLite file.

The client is no part of our requirements: `pip install mlflow-skinny` reads servers and folders, `pip install mlflow`
SQLite files too. Only the address that was given is spoken to: redirects are refused and the library's usage reports
switched off. A folder or SQLite file is copied first, for the client may write into it when it opens it.
"""

import importlib.util
import math
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from analysis.imports.files import said
from analysis.imports.mlflow_store import address_of, is_remote, local_store, settings
from analysis.plugin import MetricSource
from analysis.readings import Reading, Readings, readings_of
from analysis.study import MetricsSpec
from models.errors import BadInput, Failed, nearest
from models.place import Place

MOST_RUNS = 5_000
PAGE, MOST_PAGES = 500, 1_000


def fingerprint(spec: MetricsSpec, place: Place) -> Mapping[str, str]:
    """The address; refuses what will not be read. The content is known once it is fetched."""
    if importlib.util.find_spec("mlflow") is None:
        raise BadInput(f"{said(spec)} needs MLflow's client; pip install mlflow-skinny (SQLite files: mlflow).")
    if not is_remote(spec):
        return {"store": str(local_store(spec, place))}
    return {"store": spec.path}


def read(spec: MetricsSpec, place: Place) -> Readings:
    """Every value of every metric of every run."""
    notes: list[str] = []
    with settings(), address_of(spec, place) as address, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the client's own dependencies
        from google.protobuf.json_format import ParseError
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException

        try:
            return readings_of(_readings(MlflowClient(tracking_uri=address), spec, notes), said(spec), notes)
        except BadInput:
            raise
        except (MlflowException, ParseError, OSError, ValueError, TypeError, AttributeError, KeyError) as error:
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
    for _ in range(MOST_PAGES):
        page = search(**asked, max_results=PAGE, page_token=token)
        yield from page
        if not (token := page.token):
            return
    raise ValueError(f"over {MOST_PAGES} pages of answers")


METRIC_SOURCE = MetricSource(
    name="mlflow",
    title="MLflow runs",
    version=1,
    fingerprint=fingerprint,
    read=read,
    fetched=True,
)
