"""MTEB result folders: one JSON per task, below a folder per model and revision.

A run is a model, called as its `model_meta.json` says, else as its folder (`a__b` is a/b); a metric is called
`split_name`, with the subset between where there is one beside the default.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.imports.files import files_of, fingerprint_of, number_in, parsed, said, text_of
from analysis.plugin import MetricSource
from analysis.readings import Reading, Readings, readings_of
from analysis.study import MetricsSpec
from models.errors import BadInput
from models.place import Place

META = "model_meta.json"
OLD_NAME, NAME = "mteb_dataset_name", "task_name"
NO_SCORES = {"evaluation_time", "mteb_version", "dataset_revision", "mteb_dataset_name"}


def files(spec: MetricsSpec, place: Place) -> dict[str, Path]:
    """Every JSON file of the results."""
    return files_of(spec, place, lambda path: path.suffix == ".json", "results of MTEB (*.json)")


def read(spec: MetricsSpec, place: Place) -> Readings:
    """The scores of all models and tasks."""
    notes: list[str] = []
    return readings_of(_readings(spec, place, notes), said(spec), notes)


def _readings(spec: MetricsSpec, place: Place, notes: list[str]) -> Iterator[Reading]:
    found = files(spec, place)
    root = place.resolve(spec.path, "path of [[metrics]]")
    models: dict[str, str] = {}
    for where, path in found.items():
        folder = PurePosixPath(where).parent.as_posix()
        if folder not in models:
            models[folder] = _model(path, PurePosixPath(where).parts[:-1], root)
        if path.name == META:
            continue
        try:
            content = parsed(text_of(path), where)
        except BadInput as error:
            notes.append(str(error))
            continue
        task = (content.get(NAME) or content.get(OLD_NAME)) if isinstance(content, dict) else None
        if not isinstance(task, str):
            notes.append(f"{where!r} is no result of MTEB (it names no task); it was left out.")
            continue
        for metric, value in _scores(content):
            yield Reading(models[folder], metric, value, task=task, where=where)


def _model(path: Path, within: tuple[str, ...], root: Path) -> str:
    """The model whose results lie beside a file."""
    meta = path.parent / META
    if meta.is_file():
        try:
            name = parsed(text_of(meta), meta.name)
        except BadInput:
            name = None
        if isinstance(name, dict) and isinstance(name.get("name"), str):
            return str(name["name"])
    folder = within[0] if within else (root if root.is_dir() else root.parent).name
    return folder.replace("__", "/")


def _scores(content: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Every score of a result: since version 1.11 under `scores`, before that one key a split."""
    scores = content.get("scores")
    if isinstance(scores, dict):
        for split, subsets in scores.items():
            for entry in subsets if isinstance(subsets, list) else ():
                if isinstance(entry, dict):
                    yield from _numbers(_named(split, str(entry.get("hf_subset", "default"))), entry)
        return
    for split, entry in content.items():
        if split in NO_SCORES or not isinstance(entry, dict):
            continue
        yield from _numbers(split, entry)
        for subset, inside in entry.items():
            if isinstance(inside, dict):
                yield from _numbers(_named(split, subset), inside)


def _named(split: str, subset: str) -> str:
    return split if subset == "default" else f"{split}_{subset}"


def _numbers(prefix: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in entry.items():
        number = number_in(value)
        if number is not None and name != "evaluation_time":
            yield f"{prefix}_{name}", number


METRIC_SOURCE = MetricSource(
    name="mteb",
    title="MTEB results",
    version=1,
    fingerprint=lambda spec, place: fingerprint_of(files(spec, place)),
    read=read,
)
