"""Runs of Hugging Face's Trainer: folders with `checkpoint-N/trainer_state.json`, or the file itself.

Each state holds the log up to its step; all are read in the order of their steps, a state beside the checkpoints last.
A state that is cut off gives the entries before the cut. A run is called as its folder. Its checkpoints are those of
the study that lie in it, each at its step.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.imports.files import files_of, fingerprint_of, number_in, said, text_of
from analysis.imports.torn_log import entries_before_the_cut
from analysis.plugin import MetricSource
from analysis.readings import Reading, Readings, readings_of
from analysis.study import CheckpointSpec, MetricsSpec
from models.errors import BadInput
from models.place import Place

STATE = "trainer_state.json"
CHECKPOINT = re.compile(r"checkpoint-(\d+)")
NO_METRICS = {"step", "epoch"}


def files(spec: MetricsSpec, place: Place) -> dict[str, Path]:
    """Every state of the section's runs, by relative path."""
    return files_of(spec, place, lambda path: path.name == STATE, f"{STATE} (Hugging Face Trainer)")


def read(spec: MetricsSpec, place: Place) -> Readings:
    """The logs of all runs."""
    notes: list[str] = []
    return readings_of(_readings(spec, place, notes), said(spec), notes)


def members(
    spec: MetricsSpec, place: Place, checkpoints: Sequence[CheckpointSpec]
) -> dict[str, dict[float, list[str]]]:
    """For each run, the study's checkpoints that lie in its folder, by step."""
    root = _folder(place.resolve(spec.path, "path of [[metrics]]"))
    found: dict[str, dict[float, list[str]]] = {}
    for checkpoint in checkpoints:
        step = CHECKPOINT.fullmatch(Path(checkpoint.model).name)
        if step is None or checkpoint.init != "pretrained":
            continue
        folder = (place.base / Path(checkpoint.model).expanduser()).resolve().parent
        if folder.is_relative_to(root):
            run = _run(folder.relative_to(root).as_posix(), root)
            found.setdefault(run, {}).setdefault(float(step[1]), []).append(checkpoint.name)
    return found


def _folder(real: Path) -> Path:
    """Where the section's runs lie: of a state, or of one checkpoint, the folder of its run."""
    folder = real.parent if real.is_file() else real
    return folder.parent if CHECKPOINT.fullmatch(folder.name) else folder


def _run(relative: str, root: Path) -> str:
    return root.name if relative == "." else relative


def _readings(spec: MetricsSpec, place: Place, notes: list[str]) -> Iterator[Reading]:
    root = _folder(place.resolve(spec.path, "path of [[metrics]]"))
    logs: dict[str, list[tuple[float, str, Path]]] = {}
    for where, path in files(spec, place).items():
        folder = PurePosixPath(where).parent
        step = CHECKPOINT.fullmatch(folder.name)
        run = _run((folder.parent if step else folder).as_posix(), root)
        logs.setdefault(run, []).append((float(step[1]) if step else float("inf"), where, path))
    for run, states in logs.items():
        whole: Mapping[str, Any] = {}
        for _, where, path in sorted(states):
            state = _state(path, where, notes)
            whole = state if state.get("max_steps") else whole
            for entry in state["log_history"]:
                yield from _entry(run, entry, where)
        reached, planned = number_in(whole.get("global_step")), number_in(whole.get("max_steps"))
        if reached is not None and planned is not None and reached < planned:
            notes.append(f"the last state of run {run!r} is of step {reached:,.0f} of {planned:,.0f}.")


def _state(path: Path, where: str, notes: list[str]) -> Mapping[str, Any]:
    text = text_of(path)
    try:
        state = json.loads(text)
    except (ValueError, RecursionError):
        entries = list(entries_before_the_cut(text))
        notes.append(f"{where!r} is cut off or damaged; {len(entries):,} entries of its log were read.")
        return {"log_history": entries}
    if not isinstance(state, dict) or not isinstance(state.get("log_history"), list):
        raise BadInput(f"{where!r} has no `log_history`, so it is no state of a Trainer; give another file.")
    return state


def _entry(run: str, entry: Any, where: str) -> Iterator[Reading]:
    """The metrics of one entry of a log."""
    if not isinstance(entry, dict):
        return
    step = number_in(entry.get("step"))
    for name, value in entry.items():
        number = number_in(value)
        if number is not None and name not in NO_METRICS:
            yield Reading(run, name, number, float("nan") if step is None else step, where=where)


METRIC_SOURCE = MetricSource(
    name="trainer_state",
    title="Hugging Face Trainer (trainer_state.json)",
    version=1,
    fingerprint=lambda spec, place: fingerprint_of(files(spec, place)),
    read=read,
    members=members,
)
