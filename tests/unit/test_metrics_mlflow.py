"""Runs of a real MLflow server on 127.0.0.1, and of the stores on this machine that its client reads."""

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from analysis.imports import mlflow as source
from analysis.imports.mlflow_store import SETTINGS
from analysis.metrics import Imported, asks_of
from analysis.pipeline import Pipeline
from analysis.registry import metric_sources
from analysis.store import Store
from analysis.study import CheckpointSpec, DatasetSpec, MetricsSpec, Study
from models.errors import BadInput, Failed
from models.place import Place

HOW = "pip install -r requirements-dev.txt"
ENVIRONMENT = os.environ | SETTINGS
SERVES = all(importlib.util.find_spec(name) for name in ("mlflow", "flask", "sqlalchemy", "aiohttp", "huey"))
needs_client = pytest.mark.skipif(not importlib.util.find_spec("mlflow"), reason=f"no MLflow client; {HOW}")
needs_server = pytest.mark.skipif(not SERVES, reason=f"no MLflow server; {HOW}")
LOG = """
import sys
from mlflow import MlflowClient
client = MlflowClient(tracking_uri=sys.argv[1])
for experiment, names in (("one", ("a", "b")), ("two", ("b",))):
    key = client.create_experiment(experiment)
    for n, name in enumerate(names):
        run = client.create_run(key, run_name=name).info.run_id
        for step in (0, 10, 20):
            client.log_metric(run, "eval/f1", step / 40 + n, timestamp=1700000000000 + step, step=step)
        client.log_metric(run, "loss", float("nan"), timestamp=1700000000000, step=5)
        client.set_terminated(run, "FAILED" if name == "a" else "FINISHED")
"""


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A real server with three runs in two experiments."""
    folder = tmp_path_factory.mktemp("mlflow")
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with (folder / "log.txt").open("wb") as log:
        running = subprocess.Popen(
            [*command, "--backend-store-uri", str(folder / "mlruns")],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                if urllib.request.urlopen(f"{address}/health", timeout=5).read() == b"OK":
                    break
            except OSError:
                assert running.poll() is None, (folder / "log.txt").read_text()
                time.sleep(0.5)
        logged(address)
        yield address, running
    finally:
        end(running)


def end(running: "subprocess.Popen[bytes]") -> None:
    """End the server and the workers it started, which are a process group of their own."""
    if running.poll() is None:
        os.killpg(running.pid, 15)
        running.wait(30)


def logged(address: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOG, address], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def pipeline_of(folder: Path, path: str, **more: Any) -> Pipeline:
    study = Study(
        dataset=DatasetSpec(source="digits"),
        checkpoint=(CheckpointSpec(name="A", family="numeric"), CheckpointSpec(name="a", family="numeric")),
        metrics=(MetricsSpec(source="mlflow", path=path, **more),),
    )
    return Pipeline(study, Place(folder), Store(folder / "cache"))


def imported(pipeline: Pipeline) -> Imported:
    (ask,) = asks_of(pipeline.study)
    found = pipeline.make(ask)
    assert isinstance(found, Imported)
    return found


@needs_server
def test_a_real_server_is_read_kept_and_outlived(server: tuple[str, Any], tmp_path: Path) -> None:
    address, running = server
    pipeline = pipeline_of(tmp_path, address, experiment="one", checkpoints={"a": "A"})
    (ask,) = asks_of(pipeline.study)
    assert pipeline.find(ask) is None  # a page does not fetch
    found = imported(pipeline)
    frame = found.frame
    assert set(frame["run"]) == {"a", "b"} and set(frame["metric"]) == {"eval/f1", "loss"}
    f1 = frame.query("run == 'a' and metric == 'eval/f1'")
    assert f1["step"].tolist() == [0, 10, 20] and f1["value"].tolist() == [0, 0.25, 0.5]
    assert str(f1["when"].iloc[1]) == "2023-11-14 22:13:20.010000+00:00" and set(f1["checkpoint"]) == {"A"}
    assert np.isnan(frame.query("metric == 'loss'")["value"]).all()
    assert found.numbers["A", "|read(mlflow:a)", "eval/f1"].value == 0.5
    assert found.numbers["A", "|read(mlflow:a)", "loss"].why.startswith("NaN where it was logged at step 5")
    assert found.unmapped.keys() == {"b"} and "run 'a' did not finish (failed)." in found.notes

    every = imported(pipeline_of(tmp_path, address))
    assert len(set(every.frame["run"])) == 3  # two runs called b, told apart by their keys
    with pytest.raises(BadInput, match="has no experiment 'onee'; did you mean 'one'"):
        imported(pipeline_of(tmp_path, address, experiment="onee"))

    end(running)
    later = pipeline_of(tmp_path, address, experiment="one", checkpoints={"a": "A"})
    kept = later.find(ask)
    assert isinstance(kept, Imported) and kept.frame.equals(frame)
    assert imported(later).frame.equals(frame)
    assert "could not be read" in later.store.complaints[0] and "were fetched on 20" in later.store.complaints[0]


@needs_client
def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Failed, match=f"mlflow '{address}' could not be read"):
        imported(pipeline_of(tmp_path, address))


@needs_client
def test_a_server_that_sends_elsewhere_is_not_followed(tmp_path: Path) -> None:
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as door:
        Thread(target=door.serve_forever, daemon=True).start()
        try:
            with pytest.raises(Failed):
                imported(pipeline_of(tmp_path, f"http://127.0.0.1:{door.server_address[1]}"))
        finally:
            door.shutdown()
    assert asked and "/elsewhere" not in asked


@needs_client
@pytest.mark.parametrize(
    "reply", ["hi", "[1]", '{"experiments": 3}', '{"experiments": [{"experiment_id": [2]}]}', "{}"]
)
def test_a_server_that_is_no_mlflow_ends_in_a_sentence(tmp_path: Path, reply: str) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(reply.encode())

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as door:
        Thread(target=door.serve_forever, daemon=True).start()
        try:
            with pytest.raises((Failed, BadInput), match=r"could not be read|holds no metric"):
                imported(pipeline_of(tmp_path, f"http://127.0.0.1:{door.server_address[1]}"))
        finally:
            door.shutdown()


@needs_client
def test_a_folder_is_read_within_what_may_be_read(tmp_path: Path) -> None:
    logged((tmp_path / "mlruns").as_uri())
    found = imported(pipeline_of(tmp_path, "mlruns", experiment="one"))
    assert found.numbers["a", "|read(mlflow:a)", "eval/f1"].value == 0.5  # the run has the checkpoint's name
    found = imported(pipeline_of(tmp_path, (tmp_path / "mlruns").as_uri()))
    assert len(set(found.frame["run"])) == 3
    spec = MetricsSpec(source="mlflow", path="../mlruns")
    (tmp_path / "open").mkdir()
    with pytest.raises(BadInput, match="outside the folders"):
        source.METRIC_SOURCE.fingerprint(spec, Place(tmp_path / "open", (tmp_path / "open",)))


@needs_server
def test_an_sqlite_file_is_read_and_not_touched(tmp_path: Path) -> None:
    logged(f"sqlite:///{tmp_path / 'mlflow.db'}")
    before = (tmp_path / "mlflow.db").read_bytes()
    found = imported(pipeline_of(tmp_path, "sqlite:///mlflow.db", experiment="one"))
    assert found.numbers["a", "|read(mlflow:a)", "eval/f1"].value == 0.5
    assert (tmp_path / "mlflow.db").read_bytes() == before


def test_without_the_client_the_way_to_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"needs MLflow's client; pip install mlflow-skinny"):
        imported(pipeline_of(tmp_path, "http://127.0.0.1:1"))


def test_other_addresses_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: True)
    for path in ("databricks://x", "postgresql://h/db", "ftp://h/x", "file:///no/such"):
        with pytest.raises(BadInput, match=r"is no address read here|does not exist"):
            metric_sources()["mlflow"].fingerprint(MetricsSpec(source="mlflow", path=path), Place(tmp_path))
