"""What a run writes: `numbers.csv`, `spaces.csv`, `manifest.json`, tables, figures and, if asked, vectors."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.metrics import Imported
from analysis.number import Number
from analysis.pipeline import Drawing, Pipeline
from analysis.recipe import hash_of
from analysis.registry import indexes
from analysis.report_figures import figures_of, map_name, predicting
from analysis.report_page import Contents, ReportPage
from analysis.result import Result
from analysis.rows import COLUMNS, number_rows, space_rows
from analysis.seen import seen_sentence
from analysis.series.answer import verdicts
from analysis.series.course import collapse_in, numbers_of
from analysis.series.ranking import rankings
from analysis.series.scores import score_table
from analysis.series.series import series_of
from analysis.spreadsheet import write_csv
from analysis.store import LIBRARIES, library_versions
from analysis.study import ALLOWED
from analysis.study_file import plain, study_key
from models.errors import Failed

LONGEST = 80  # characters of a word in a file's name
SECTIONS_IN_USE = ["name", "seed", "k", "metric", "draws", "analyses", "engine", "dataset", "checkpoint", "comparison"]
SECTIONS_IN_USE += ["task", "finetuning", "metrics", "graph", "corpus", "anchors", "pretraining", "benefit"]


def precision_of(pipeline: Pipeline, space: str) -> str:
    """What is not float32 in how a space's vectors were made, in words; empty where nothing is, or unknown."""
    return _said_of(pipeline, space, "precision")


def derivation_of(pipeline: Pipeline, space: str) -> str:
    """How a space was derived from another, in words; empty where it was not, or is not there yet."""
    return _said_of(pipeline, space, "derived")


def _said_of(pipeline: Pipeline, space: str, what: str) -> str:
    recipe = pipeline.recipe(Ask("space", subject=space))
    artifact = pipeline.store.get(recipe) if recipe else None
    return str(artifact.content.get(what, "")) if artifact else ""


def _how_made(pipeline: Pipeline, space: str) -> list[str]:
    """What is approximate in a space's vectors and neighbours, whatever is read from them."""
    notes, near = [], Ask("neighbors", subject=space)
    if precision := precision_of(pipeline, space):
        notes.append(f"{Ask('space', subject=space)}: {precision}")
    if said := derivation_of(pipeline, space):
        notes.append(f"{Ask('space', subject=space)}: {said}")
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
    notes += [said for said in (seen_sentence(study, spec) for spec in study.task) if said]
    keys = {}
    for space in dict.fromkeys(name for ask in asks for name in ask.spaces):
        notes += _how_made(pipeline, space)
    for ask in asks:
        recipe, value = pipeline.recipe(ask), pipeline.find(ask)
        if recipe is None or value is None:
            continue
        keys[str(ask)] = recipe.key
        result = value.trust if isinstance(value, Drawing) else value
        if isinstance(value, Imported):
            notes += [f"{ask}: {note}" for note in value.notes]
            without += [
                {"ask": str(ask), "number": " ".join(place), "why": number.why}
                for place, number in value.numbers.items()
                if number.value is None
            ]
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
        "not_used_yet": sorted(set(content) - set(SECTIONS_IN_USE)),
        "complaints": list(pipeline.store.complaints),
        "python": platform.python_version(),
        "libraries": library_versions(LIBRARIES_IN_MANIFEST),
    }


def _series_said(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Each series: its members in order, and where it collapses by the rule that `analysis.series.course` states."""
    found = []
    for series in series_of(pipeline.spaces()):
        collapse = collapse_in(numbers_of(pipeline, series))
        said = None if collapse is None else collapse.sentence(series.along)
        found.append({"name": series.name, "along": series.along, "spaces": list(series.spaces), "collapse": said})
    return found


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
    for folder in ("tables", "figures", *(["vectors"] if vectors else [])):
        (out / folder).mkdir(parents=True, exist_ok=True)
    rows, spaces = number_rows(pipeline, asks), space_rows(pipeline)
    marks = [*write_csv(rows.astype({"n": "Int64"}), out / "numbers.csv"), *write_csv(spaces, out / "spaces.csv")]
    for ask in asks:
        value = pipeline.find(ask)
        if isinstance(value, Result):
            called = {"comparison": "comparison", "transferability": "transferability", "task": f"task {ask.name}"}
            called |= {"pretraining": f"pretraining {ask.name}", "graph_card": f"graph {ask.name}"}
            called |= {"task_card": "task"}
            called |= {"graph_alignment": "alignment", "anchors": "anchors", "benefit": "benefit"}
            name = file_name(called.get(ask.kind, ask.name), ask.subject, ask.other)
            for table, frame in value.tables.items():
                frame.to_parquet(out / "tables" / f"{file_name(name, table)}.parquet", index=False)
        if isinstance(value, Drawing) and not value.why:
            _coordinates(pipeline, value).to_parquet(
                out / "tables" / f"{file_name(*map_name(ask))}.parquet", index=False
            )
    metrics = [(ask.other, value) for ask in asks if isinstance(value := pipeline.find(ask), Imported)]
    if metrics:
        frames = [value.frame.assign(source=value.source, path=path) for path, value in metrics]
        pd.concat(frames, ignore_index=True).to_parquet(out / "tables" / "metrics.parquet", index=False)
    scores = score_table(pipeline, asks)
    if len(scores):
        scores.to_parquet(out / "tables" / "scores.parquet", index=False)
    _write_series(pipeline, out)
    if vectors:
        marks += _write_vectors(pipeline, out / "vectors")
    page = ReportPage()
    for drawn in figures_of(pipeline, asks, failures):
        _write_figure(drawn.figure, out / "figures" / f"{file_name(*drawn.name)}.html")
        page.add(drawn)
    said = manifest(pipeline, asks, failures) | _sentences(pipeline, asks)
    said["notes"] = [*said["notes"], *marks]
    whole = json.dumps(said, indent=1, ensure_ascii=False)
    (out / "manifest.json").write_text(whole, encoding="utf-8")
    tables = (rows, spaces, scores, predicting(pipeline, rows))
    found = Contents(pipeline.study, *tables, rankings(pipeline, asks), said)
    (out / "report.html").write_text(page.text(found), encoding="utf-8")


def report_html(pipeline: Pipeline, asks: list[Ask]) -> str:
    """The report as one page of what is there now, with the figures of these asks."""
    page, failures = ReportPage(), list[str]()
    for drawn in figures_of(pipeline, asks, failures):
        page.add(drawn)
    said = manifest(pipeline, asks, failures) | _sentences(pipeline, asks)
    rows = number_rows(pipeline, asks)
    tables = (rows, space_rows(pipeline), score_table(pipeline, asks), predicting(pipeline, rows))
    return page.text(Contents(pipeline.study, *tables, rankings(pipeline, asks), said))


def _sentences(pipeline: Pipeline, asks: list[Ask]) -> dict[str, Any]:
    """What a run says in words, beside what is needed to trust it: of every series, and of every task."""
    return {"series": _series_said(pipeline), "tasks": verdicts(pipeline, asks)}


def _write_vectors(pipeline: Pipeline, folder: Path) -> tuple[str, ...]:
    """The vectors of every space, and the samples' ids; what is to be said of those."""
    for space in pipeline.spaces():
        found = pipeline.find(Ask("space", subject=space.name))
        if found is not None:
            np.save(folder / f"{space.name}.npy", found.vectors, allow_pickle=False)
    return write_csv(pd.DataFrame({"id": pipeline.dataset().ids}, dtype=object), folder / "ids.csv", end="\r\n")


def _coordinates(pipeline: Pipeline, drawing: Drawing) -> pd.DataFrame:
    coordinates = pd.DataFrame(drawing.coordinates, columns=list("xyz")[: drawing.coordinates.shape[1]])
    coordinates.insert(0, "id", list(pipeline.dataset().ids))
    return coordinates


def _write_series(pipeline: Pipeline, out: Path) -> None:
    """The numbers of every series as one table."""
    found = [
        numbers_of(pipeline, series).drop(columns="d").assign(series=series.name, along=series.along)
        for series in series_of(pipeline.spaces())
    ]
    if found:
        pd.concat(found, ignore_index=True).to_parquet(out / "tables" / "series.parquet", index=False)


def _write_figure(figure: Any, path: Path) -> None:
    figure.write_html(path, include_plotlyjs="directory", full_html=True)


def file_name(*parts: str) -> str:
    """A file's name from words that files can carry; what had to be changed in one, or cut off, a hash stands for.

    >>> file_name("spectrum", "MiniLM@6")
    'spectrum--MiniLM_6-13a6f7'
    """
    return "--".join(_carried(part) for part in parts if part)


def _carried(part: str) -> str:
    clean = "".join(c if c in ALLOWED else "_" for c in part)
    return part if clean == part and len(part) <= LONGEST else f"{clean[:LONGEST]}-{hash_of(part)[:6]}"


def plain_number(number: Number) -> Mapping[str, Any]:
    """A number's columns, for a table on screen."""
    return {column: getattr(number, column, None) for column in COLUMNS[5:]}
