"""Where MLflow keeps runs: the address that its client is given, and the settings that keep it to that address.

A folder or SQLite file is copied first, for the client may write into it when it opens it.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from analysis.imports.files import files_of, said
from analysis.study import MetricsSpec
from models.errors import BadInput
from models.place import Place

PARTS = frozenset({"metrics", "params", "tags"})  # of a run in a folder
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
}


@contextmanager
def settings() -> Iterator[None]:
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
def address_of(spec: MetricsSpec, place: Place) -> Iterator[str]:
    """The address for the client."""
    if is_remote(spec):
        yield spec.path
        return
    path = local_store(spec, place)
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


def is_remote(spec: MetricsSpec) -> bool:
    """Whether the runs lie on a server."""
    return spec.path.startswith(("http://", "https://"))


def local_store(spec: MetricsSpec, place: Place) -> Path:
    """The folder or file of a store on this machine."""
    path = spec.path.removeprefix("sqlite:///").removeprefix("file://")
    if "://" in path:
        raise BadInput(f"{said(spec)} is no address read here; give http://…, https://…, a folder or an SQLite file.")
    return place.resolve(path, "path of [[metrics]]")
