"""Snapshots of foreign metrics: what a source held, kept by content, so that what was read once need not be again.

Files are known by their hash before they are read. What must be fetched is known by its content: its recipe stands in
`<cache>/fetched/<key of what was asked for>.json` from the last fetch on, so that pages find it without a network.
"""

import hashlib
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.ask import Ask
from analysis.made import checkpoints_of
from analysis.metrics import Imported, mapped, section_of
from analysis.plugin import MetricSource
from analysis.readings import Readings
from analysis.recipe import Recipe
from analysis.registry import called, metric_sources
from analysis.store import Store
from analysis.study import MetricsSpec, Study
from analysis.study_file import plain
from models.errors import Failed
from models.place import Place

NO_PART = ("path", "checkpoints", "task")  # of what is read


def source_of(spec: MetricsSpec) -> MetricSource:
    """The plug-in that reads a section."""
    return called(spec.source, metric_sources(), "source of metrics")


def snapshot_recipe(spec: MetricsSpec, place: Place, store: Store) -> Recipe | None:
    """Recipe of a section's snapshot; None while nothing was fetched of one that must be."""
    asked = _asked(spec, place)
    if not source_of(spec).fetched:
        return asked
    content = _known(store, asked).get("content")
    return _of_content(asked, content) if isinstance(content, str) else None


def take_snapshot(spec: MetricsSpec, place: Place, store: Store) -> Recipe:
    """Read a section now and keep what it holds; its recipe.

    Where what was fetched before cannot be fetched again, the earlier snapshot stands and `store.complaints` says so.
    """
    asked, source, start = _asked(spec, place), source_of(spec), time.perf_counter()
    try:
        readings = source.read(spec, place)
    except Failed as error:
        known = snapshot_recipe(spec, place, store) if source.fetched else None
        if known is None or store.get(known) is None:
            raise
        store.complaints.append(f"{error} The metrics shown were fetched on {_known(store, asked).get('when')}.")
        return known
    recipe = asked
    if source.fetched:
        recipe = _of_content(asked, _hash_of(readings))
    if store.get(recipe) is None:
        store.put(
            recipe,
            content={"notes": list(readings.notes)},
            tables={"readings": readings.frame},
            seconds=time.perf_counter() - start,
        )
    if source.fetched:
        _remember(store, asked, recipe.inputs["content"])
    return recipe


def imported_from(recipe: Recipe, spec: MetricsSpec, study: Study, place: Place, store: Store) -> Imported | None:
    """A kept snapshot, mapped to the study's checkpoints; None where there is none."""
    artifact, source = store.get(recipe), source_of(spec)
    if artifact is None:
        return None
    notes = list(artifact.content["notes"])
    if source.fetched:
        notes.append(f"fetched on {_known(store, _asked(spec, place)).get('when', 'an unknown day')}.")
    readings = Readings(artifact.table("readings"), tuple(notes))
    return _mapped(readings, spec, study, place)


def preview_of(spec: MetricsSpec, study: Study, place: Place) -> Imported:
    """A section read and mapped now, keeping nothing: to be looked at before the study holds it."""
    return _mapped(source_of(spec).read(spec, place), spec, study, place)


def _mapped(readings: Readings, spec: MetricsSpec, study: Study, place: Place) -> Imported:
    source = source_of(spec)
    members = source.members(spec, place, checkpoints_of(study)) if source.members else None
    return mapped(readings, spec, study, members=members, version=source.version)


def _asked(spec: MetricsSpec, place: Place) -> Recipe:
    source = source_of(spec)
    params = {name: value for name, value in plain(spec).items() if name not in NO_PART}
    inputs = dict(source.fingerprint(spec, place))
    if "://" not in spec.path:  # runs are called as their folders
        params["place"] = "/".join((place.base / spec.path).resolve().parts[-3:])
    return Recipe("metrics", source.version, params, inputs)


def _of_content(asked: Recipe, content: str) -> Recipe:
    return Recipe(asked.step, asked.version, asked.params, {**asked.inputs, "content": content})


def _hash_of(readings: Readings) -> str:
    rows = pd.util.hash_pandas_object(readings.frame, index=False).to_numpy()
    return hashlib.sha256(rows.tobytes() + "\0".join(readings.notes).encode()).hexdigest()


def _pointer(store: Store, asked: Recipe) -> Path:
    return store.root / "fetched" / f"{asked.key}.json"


def _known(store: Store, asked: Recipe) -> dict[str, str]:
    try:
        known = json.loads(_pointer(store, asked).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(store: Store, asked: Recipe, content: str) -> None:
    path = _pointer(store, asked)
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps({"content": content, "when": when}), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise Failed(
            f"the metrics could not be kept in {store.root}: {error.strerror or error}; choose another folder with"
            " --cache DIR."
        ) from error


def snapshot_now(ask: Ask, study: Study, place: Place, store: Store, memory: dict[str, Any]) -> Recipe | None:
    """The recipe of an ask for metrics; files are hashed once per pipeline, what is fetched may be new each time."""
    section = section_of(ask, study)
    known: Recipe | None = memory.get(str(ask)) or snapshot_recipe(section, place, store)
    if not source_of(section).fetched:
        memory[str(ask)] = known
    return known


def take_once(ask: Ask, study: Study, place: Place, store: Store, memory: dict[str, Any], *, there: bool) -> None:
    """Take metrics as they are now: what must be fetched is, once per pipeline, whatever was kept (`there`)."""
    section, taken = section_of(ask, study), f"{ask}, taken"
    if taken not in memory and (source_of(section).fetched or not there):
        memory[str(ask)] = take_snapshot(section, place, store)
    memory[taken] = True
