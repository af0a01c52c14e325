"""What a run writes: `numbers.csv`, `spaces.csv`, `manifest.json`, tables, figures and, if asked, vectors."""

import csv
import json
import platform
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.knn_graph import KnnGraph
from analysis.number import Number
from analysis.pipeline import Drawing, Pipeline
from analysis.registry import analyses, comparisons, indexes, projections, task_methods
from analysis.result import Result
from analysis.series.matrix import matrices
from analysis.series.scores import score_table
from analysis.space import EmbeddingSpace
from analysis.spaces import SpaceOf
from analysis.store import LIBRARIES, library_versions
from analysis.study import ALLOWED
from analysis.study_file import plain, study_key
from analysis.task_asks import can_read, own_pipelines, subject_of, unused_methods
from models.errors import Failed

COLUMNS = ["analysis", "version", "subject", "other", "number", "value", "low", "high"]
COLUMNS += ["null_mean", "null_low", "null_high", "n", "seconds"]
SECTIONS_IN_USE = (
    "name",
    "seed",
    "k",
    "metric",
    "draws",
    "analyses",
    "engine",
    "dataset",
    "checkpoint",
    "comparison",
    "task",
)


def number_rows(pipeline: Pipeline, asks: list[Ask]) -> pd.DataFrame:
    """Every number that the asks have an answer for, or a reason, one a row."""
    rows = []
    for ask in asks:
        if ask.kind in ("neighbors", "projection", "analysis", "comparison", "task"):
            value = pipeline.find(ask)
            rows += [] if value is None else rows_of(pipeline, ask, value)
    return pd.DataFrame(rows, columns=COLUMNS)


def rows_of(pipeline: Pipeline, ask: Ask, value: KnnGraph | Drawing | Result) -> list[dict[str, Any]]:
    """The numbers of one value, as rows."""
    if isinstance(value, KnnGraph):
        k = pipeline.study.k
        return [_row("index", indexes()[value.method].version, ask, "", f"recall@{k}", value.recall_at(k))]
    if isinstance(value, Drawing):
        version, numbers = projections()[ask.name].version, value.trust.numbers
        return [
            _row("projection", version, ask, ask.name, f"{name}@{pipeline.study.k}", number)
            for name, number in numbers.items()
        ]
    if ask.kind == "comparison":
        versions = {name: comparisons()[name.partition("@")[0]].version for name in value.numbers}
        return [_row("comparison", versions[name], ask, ask.other, name, n) for name, n in value.numbers.items()]
    if ask.kind == "task":
        named, other = replace(ask, subject=subject_of(pipeline, ask)), f"{ask.other}|{ask.name}"
        version = task_methods()[ask.name].version
        return [_row("task", version, named, other, name, n) for name, n in value.numbers.items()]
    version = analyses()[ask.name].version
    return [_row(ask.name, version, ask, ask.other, name, n) for name, n in value.numbers.items()]


def _row(analysis: str, version: int, ask: Ask, other: str, name: str, number: Number) -> dict[str, Any]:
    row = {column: getattr(number, column, None) for column in COLUMNS[5:]}
    return {
        "analysis": analysis,
        "version": version,
        "subject": ask.subject,
        "other": other,
        "number": name,
        **row,
    }


def space_rows(pipeline: Pipeline) -> pd.DataFrame:
    """One row per space, those of tasks with texts of their own included: where its vectors come from."""
    homes = [("", pipeline), *own_pipelines(pipeline)]
    return pd.DataFrame(
        [
            _space_row(
                f"{space.name}#{task}" if task else space.name, space, home.find(Ask("space", subject=space.name))
            )
            for task, home in homes
            for space in pipeline.spaces()
            if not task or can_read(home, space)
        ]
    )


def _space_row(name: str, space: SpaceOf, found: EmbeddingSpace | None) -> dict[str, Any]:
    spec = space.checkpoint
    return {
        "space": name,
        "checkpoint": spec.name,
        "layer": space.layer,
        "pooling": space.card.pooling,
        "series": spec.series,
        "at": spec.at,
        "weights_sha256": space.card.weights_sha256,
        "n": None if found is None else found.n,
        "d": None if found is None else found.d,
    }


def precision_of(pipeline: Pipeline, space: str) -> str:
    """What is not float32 in how a space's vectors were made, in words; empty where nothing is, or unknown."""
    recipe = pipeline.recipe(Ask("space", subject=space))
    artifact = pipeline.store.get(recipe) if recipe else None
    return str(artifact.content.get("precision", "")) if artifact else ""


def _how_made(pipeline: Pipeline, space: str) -> list[str]:
    """What is approximate in a space's vectors and neighbours, whatever is read from them."""
    notes, near = [], Ask("neighbors", subject=space)
    if precision := precision_of(pipeline, space):
        notes.append(f"{Ask('space', subject=space)}: {precision}")
    recipe = pipeline.recipe(near)
    artifact = pipeline.store.get(recipe) if recipe else None
    if artifact is not None and not indexes()[method := artifact.content["method"]].exact:
        notes.append(f"{near}: approximate ({method}), measured recall in numbers.csv")
    return notes


def manifest(pipeline: Pipeline, asks: list[Ask], failures: list[str] | None = None) -> dict[str, Any]:
    """What a reader needs to trust or repeat an export: study, seeds, keys, versions, n, approximations."""
    study = pipeline.study
    dataset = pipeline.find_dataset()
    without: list[dict[str, str]] = []
    notes: list[str] = []
    keys = {}
    for space in dict.fromkeys(name for ask in asks for name in ask.spaces):
        notes += _how_made(pipeline, space)
    for ask in asks:
        recipe, value = pipeline.recipe(ask), pipeline.find(ask)
        if recipe is None or value is None:
            continue
        keys[str(ask)] = recipe.key
        result = value.trust if isinstance(value, Drawing) else value
        if isinstance(result, Result):
            notes += [f"{ask}: {note}" for note in result.notes]
            without += [
                {"ask": str(ask), "number": name, "why": number.why}
                for name, number in result.numbers.items()
                if number.value is None
            ]
    content = plain(study)
    return {
        "study": content,
        "study_key": study_key(study),
        "seed": study.seed,
        "n": None if dataset is None else len(dataset),
        "dataset": None if dataset is None else {"name": dataset.name, "notes": list(dataset.notes)},
        "keys": keys,
        "without_an_answer": without,
        "notes": notes,
        "failures": failures or [],
        "not_used_yet": [*sorted(set(content) - set(SECTIONS_IN_USE)), *unused_methods(study)],
        "complaints": list(pipeline.store.complaints),
        "python": platform.python_version(),
        "libraries": library_versions(LIBRARIES_IN_MANIFEST),
    }


LIBRARIES_IN_MANIFEST = (
    *LIBRARIES,
    "pyarrow",
    "networkx",
    "tokenizers",
    "plotly",
    "streamlit",
)


def write_report(
    pipeline: Pipeline, asks: list[Ask], out: Path, *, vectors: bool = False, failures: list[str] | None = None
) -> None:
    """Fill a folder with everything the run has; Failed where the disk refuses. What is not drawn joins `failures`."""
    try:
        _write_report(pipeline, asks, out, vectors, [] if failures is None else failures)
    except OSError as error:
        raise Failed(
            f"the report could not be written to {out}: {error.strerror or error}; free some space or give another"
            " --out DIR and run again, nothing is computed twice."
        ) from error


def _write_report(pipeline: Pipeline, asks: list[Ask], out: Path, vectors: bool, failures: list[str]) -> None:
    from analysis.figures.matrix import matrix_figure

    for folder in ("tables", "figures", *(["vectors"] if vectors else [])):
        (out / folder).mkdir(parents=True, exist_ok=True)
    number_rows(pipeline, asks).to_csv(out / "numbers.csv", index=False)
    space_rows(pipeline).to_csv(out / "spaces.csv", index=False)
    for ask in asks:
        value = pipeline.find(ask)
        if isinstance(value, Result):
            what = {"comparison": "comparison", "task": f"task {ask.name}"}.get(ask.kind, ask.name)
            name = file_name(what, ask.subject, ask.other)
            for table, frame in value.tables.items():
                frame.to_parquet(out / "tables" / f"{file_name(name, table)}.parquet", index=False)
            if ask.kind == "analysis" and any(number.value is not None for number in value.numbers.values()):
                try:
                    figure = analyses()[ask.name].figure(value)
                except (ArithmeticError, ValueError, LookupError) as error:  # costs its picture, nothing else
                    failures.append(f"the figure of {ask} could not be drawn: {type(error).__name__}: {error}")
                else:
                    _write_figure(figure, out / "figures" / f"{name}.html")
        if isinstance(value, Drawing) and not value.why:
            _write_map(pipeline, ask, value, out)
    for name, matrix in matrices(pipeline, asks).items():
        _write_figure(matrix_figure(matrix), out / "figures" / f"{file_name('comparison', name)}.html")
    if len(scores := score_table(pipeline, asks)):
        scores.to_parquet(out / "tables" / "scores.parquet", index=False)
    if vectors:
        _write_vectors(pipeline, out / "vectors")
    whole = json.dumps(manifest(pipeline, asks, failures), indent=1, ensure_ascii=False)
    (out / "manifest.json").write_text(whole, encoding="utf-8")


def _write_vectors(pipeline: Pipeline, folder: Path) -> None:
    for space in pipeline.spaces():
        found = pipeline.find(Ask("space", subject=space.name))
        if found is not None:
            np.save(folder / f"{space.name}.npy", found.vectors, allow_pickle=False)
    with (folder / "ids.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id"])
        rows.writerows([i] for i in pipeline.dataset().ids)


def _write_map(pipeline: Pipeline, ask: Ask, drawing: Drawing, out: Path) -> None:
    from analysis.figures.map import map_figure

    name = file_name(ask.name, ask.subject)
    coordinates = pd.DataFrame(drawing.coordinates, columns=list("xyz")[: drawing.coordinates.shape[1]])
    coordinates.insert(0, "id", list(pipeline.dataset().ids))
    coordinates.to_parquet(out / "tables" / f"{name}.parquet", index=False)
    study, dataset = pipeline.study, pipeline.dataset()
    title = f"{ask.subject} by {projections()[ask.name].title}"
    figure = map_figure(dataset, drawing.coordinates, drawing.trust, name=title, k=study.k, seed=study.seed)
    _write_figure(figure, out / "figures" / f"{name}.html")


def _write_figure(figure: Any, path: Path) -> None:
    figure.write_html(path, include_plotlyjs="directory", full_html=True)


def file_name(*parts: str) -> str:
    """A file's name from words, each allowed character kept; an odd label's others become underscores."""
    return "--".join("".join(c if c in ALLOWED else "_" for c in part) for part in parts if part)


def plain_number(number: Number) -> Mapping[str, Any]:
    """A number's columns, for a table on screen."""
    return {column: getattr(number, column, None) for column in COLUMNS[5:]}
