"""`open THING …`: from a study, a table, vectors or folders of checkpoints to a dashboard on them.

A table without vectors gets MiniLM; checkpoints alone are shown over `pydocs`, image ones over `digits`. What is
shown is written as a study file into the cache, so it can be kept, edited and run without a browser.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.checkpoint_folders import checkpoints_in
from analysis.plugin import Preview
from analysis.registry import sources
from analysis.run import default_cache
from analysis.study import CheckpointSpec, DatasetSpec, MetricsSpec, Study
from analysis.study_file import dump_study, read_study, study_from, study_key
from models.errors import BadInput
from models.place import Place

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
APP = Path(__file__).resolve().parents[1] / "app.py"
STUDIES = APP.parent / "assets" / "studies"
HOST, FIRST_PORT = "127.0.0.1", 8501
PORTS = 100  # tried from the first on


def serve(
    things: Sequence[str],
    *,
    cache: Path | None = None,
    roots: Sequence[Path] = (),
    headless: bool = False,
    port: int | None = None,
) -> int:
    """Start the dashboard on the things and wait for it to end; without a port, on the first that is free."""
    root = cache.expanduser().resolve() if cache else default_cache()
    study, folders = study_file_for(things, root)
    chosen = port_to_use(port)
    command = [sys.executable, "-m", "streamlit", "run", str(APP)]
    command += ["--server.port", str(chosen), *(["--server.headless", "true"] if headless else [])]
    command += ["--", "--study", str(study), "--cache", str(root)]
    for folder in (*folders, *roots):
        command += ["--root", str(Path(folder).expanduser().resolve())]
    instead = f" ({FIRST_PORT} is taken)" if port is None and chosen != FIRST_PORT else ""
    sys.stderr.write(f"starting the dashboard on {', '.join(things)} at http://{HOST}:{chosen}{instead}\n")
    try:
        return subprocess.run(command, cwd=APP.parent, env=os.environ, check=False).returncode
    except KeyboardInterrupt:
        return 0


def port_to_use(port: int | None) -> int:
    """The port that was asked for, else the first free one; BadInput where it is taken or none."""
    if port is not None:
        if not 1 <= port <= 65535:
            raise BadInput(f"--port {port} is none; give one from 1 to 65535, or leave --port out.")
        if not _is_free(port):
            raise BadInput(f"--port {port} is taken or not allowed; give another, or leave --port out.")
        return port
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS):
        if _is_free(candidate):
            return candidate
    raise BadInput(f"the ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all taken; give a free one with --port.")


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was just left is free
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def study_file_for(things: Sequence[str], cache: Path) -> tuple[Path, list[Path]]:
    """The study file of the things, written into the cache where they are none, and the folders it reads."""
    if len(things) == 1 and _is_study(Path(things[0])):
        path = Path(things[0]).expanduser().resolve()
        read_study(path)
        return path, [path.parent]
    study, folders = study_of(things)
    path = cache / "opened" / study_key(study)[:16] / "study.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump_study(study), encoding="utf-8")
    return path, [path.parent, *folders]


def study_of(things: Sequence[str]) -> tuple[Study, list[Path]]:
    """A study of samples and checkpoints told apart by what they are."""
    checkpoints: list[CheckpointSpec] = []
    samples: list[tuple[DatasetSpec, Preview]] = []
    metrics: list[MetricsSpec] = []
    folders: list[Path] = []
    for thing in things:
        path = Path(thing).expanduser().resolve()
        if not path.exists():
            raise BadInput(f"{thing!r} does not exist; give a study, a table, vectors, or a folder of checkpoints.")
        if _is_study(path):
            raise BadInput(f"{path.name!r} is a study; open it alone.")
        found = checkpoints_in(path) if path.is_dir() else []
        checkpoints += found
        if found and any(path.glob(f"{pattern}trainer_state.json") for pattern in ("", "checkpoint-*/")):
            metrics.append(MetricsSpec(source="trainer_state", path=str(path)))
        if not found:
            samples.append(samples_in(path))
        folders.append(path if path.is_dir() else path.parent)
    if len(samples) > 1:
        raise BadInput(f"{len(samples)} sets of samples were given; open one at a time.")
    dataset, name = (samples[0][0], Path(samples[0][0].path).stem) if samples else (None, Path(things[0]).name)
    if dataset is None:
        images = any(spec.family == "image" for spec in checkpoints)
        dataset = DatasetSpec(source="digits") if images else DatasetSpec(source="pydocs", sample=1500)
    if not checkpoints:
        checkpoints = [_default_checkpoint(dataset, samples[0][1])]
    elif dataset.vector:
        checkpoints.append(CheckpointSpec(name="vectors", family="vectors"))
    name = name or "opened"
    return Study(name=name, dataset=dataset, checkpoint=tuple(checkpoints), metrics=tuple(metrics)), folders


def samples_in(path: Path) -> tuple[DatasetSpec, Preview]:
    """The dataset section for a file or folder of samples, its columns chosen as its preview suggests."""
    problems = []
    for source in ("images",) if path.is_dir() else ("table", "vectors", "images"):
        try:
            bare = _dataset({"source": source, "path": str(path)})
            preview = sources()[source].preview(bare, Place(path.parent))
        except BadInput as error:
            problems.append(str(error))
            continue
        suggestion = {key: value for key, value in preview.suggestion.items() if value}
        return _dataset({"source": source, "path": str(path), **suggestion}), preview
    raise BadInput(problems[0])


def _dataset(table: dict[str, Any]) -> DatasetSpec:
    dataset = study_from({"dataset": table, "checkpoint": [{"name": "any"}]}).dataset
    assert dataset is not None
    return dataset


def _is_study(path: Path) -> bool:
    return path.is_file() and path.suffix == ".toml"


def _default_checkpoint(dataset: DatasetSpec, preview: Preview) -> CheckpointSpec:
    if dataset.source == "vectors" or dataset.vector:
        return CheckpointSpec(name="vectors", family="vectors")
    if dataset.text:
        return CheckpointSpec(name="MiniLM", model=MINILM)
    if dataset.numeric:
        return CheckpointSpec(name="columns", family="numeric")
    if dataset.source == "images" or dataset.image:
        raise BadInput(
            f"{Path(dataset.path).name!r} holds images; give a folder with an image checkpoint beside it to embed them."
        )
    raise BadInput(
        f"{Path(dataset.path).name!r} has no column of texts, vectors or numbers (it has: "
        f"{', '.join(map(str, preview.columns['column']))}); name the columns in a study file."
    )
