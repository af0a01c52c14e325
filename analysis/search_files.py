"""Queries, documents and which of them answer which, from three files as BEIR has them (Thakur et al. 2021).

Queries and documents: `_id` (or `id`, else the first column) and `text` (else the last); a document's `title` goes
before its text. Relevance: `query-id`, `corpus-id`, `score`, else by place, TREC's four columns too; without a score
every row counts 1. Grades of 0 and less are judged irrelevant, as is what is not judged. A document
that is the query itself, by id and text, is not shown to it.
"""

from collections.abc import Container
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.dataset import Dataset
from analysis.datasets.matrix import numbers_of_texts
from analysis.datasets.roles import text_of
from analysis.datasets.table_file import Table, kernels_in_words, read_table
from analysis.study import TaskSpec
from analysis.task import Relevance
from analysis.task_files import file_of, refuse_holes
from models.errors import BadInput
from models.place import Place

IDS = ("_id", "id")
JUDGED = ("query-id", "corpus-id", "score")


@dataclass(frozen=True, eq=False)
class Judged:
    """Judgements above 0: ids of queries and documents, and the grades."""

    queries: list[str]
    documents: list[str]
    grades: list[float]


def read_search(spec: TaskSpec, place: Place) -> Dataset:
    """The queries that have an answer among the documents, then the documents."""
    ids, texts = _texts(spec, "documents", place)
    asked, said = _texts(spec, "queries", place)
    judged = _judged(spec, place)
    if not judged.grades:
        raise BadInput(
            f"no grade in relevance of task {spec.name!r} is above 0, so no document answers a query; give grades above"
            " 0 to those that do."
        )
    known, there = set(ids), set(asked)
    wanted = {query for query, document in zip(judged.queries, judged.documents, strict=True) if document in known}
    kept = [row for row, query in enumerate(asked) if query in wanted]
    if not kept:
        raise BadInput(
            f"no row of relevance of task {spec.name!r} joins a query of {spec.queries!r} with a document of"
            f" {spec.documents!r}; their ids must be the same texts."
        )
    astray = sum(q not in there or d not in known for q, d in zip(judged.queries, judged.documents, strict=True))
    notes = []
    if len(kept) < len(asked):
        notes.append(f"{len(asked) - len(kept):,} of {len(asked):,} queries have no relevant document; not asked.")
    if astray:
        notes.append(f"{astray:,} judgements name a query or document that is not in its file.")
    names = (*(f"query {asked[row]}" for row in kept), *(f"document {one}" for one in ids))
    frame = pd.DataFrame({"part": ["query"] * len(kept) + ["document"] * len(ids)})
    return Dataset(spec.name, names, frame, texts=[*(said[row] for row in kept), *texts], notes=tuple(notes))


def relevance_in(spec: TaskSpec, place: Place, dataset: Dataset) -> Relevance:
    """The judgements as rows of the task's samples; of several of one pair the highest."""
    judged = _judged(spec, place)
    part = dataset.frame["part"].to_numpy()
    queries, documents = (np.flatnonzero(part == name).astype(np.int64) for name in ("query", "document"))
    place_of = [
        {dataset.ids[row].partition(" ")[2]: at for at, row in enumerate(rows)} for rows in (queries, documents)
    ]
    best: dict[tuple[int, int], float] = {}
    for query, document, grade in zip(judged.queries, judged.documents, judged.grades, strict=True):
        if query in place_of[0] and document in place_of[1]:
            pair = (place_of[0][query], place_of[1][document])
            best[pair] = max(best.get(pair, 0.0), grade)
    pairs = np.array(list(best), np.int64).reshape(-1, 2)
    grades = np.array(list(best.values()), np.float64)
    return Relevance(
        queries, documents, pairs[:, 0], pairs[:, 1], grades, _own(dataset, place_of[0], place_of[1], best)
    )


def _own(
    dataset: Dataset, queries: dict[str, int], documents: dict[str, int], judged: Container[tuple[int, int]]
) -> npt.NDArray[np.int64]:
    """The document of each query that has its id and its text, and is not judged relevant; -1 where there is none."""
    assert dataset.texts is not None
    found = np.full(len(queries), -1, np.int64)
    for name, query in queries.items():
        document = documents.get(name, -1)
        same = document >= 0 and dataset.texts[query] in dataset.texts[len(queries) + document]
        if same and (query, document) not in judged:
            found[query] = document
    return found


def _texts(spec: TaskSpec, part: str, place: Place) -> tuple[list[str], list[str]]:
    """Ids and texts of the queries or the documents."""
    table = _table(spec, part, place, (*IDS[:1], spec.text or "text"))
    name = next((one for one in IDS if one in table.names), table.names[0])
    text = spec.text or ("text" if "text" in table.names else table.names[-1])
    with kernels_in_words(table.name):
        ids, cells = (text_of(table, one, role).to_pylist() for one, role in ((name, "id"), (text, "text")))
        titles = text_of(table, "title", "title").to_pylist() if "title" in table.names else [None] * len(cells)
    if part == "documents":
        cells = [" ".join(filter(None, pair)) for pair in zip(titles, cells, strict=True)]
    refuse_holes(ids, name, table, "ids")
    refuse_holes(cells, text, table)
    return ids, cells


def _judged(spec: TaskSpec, place: Place) -> Judged:
    table = _table(spec, "relevance", place, JUDGED)
    names = JUDGED if set(JUDGED) <= set(table.names) else _by_place(table)
    with kernels_in_words(table.name):
        queries, documents = (text_of(table, name, "ids").to_pylist() for name in names[:2])
        said = text_of(table, names[2], "grades").to_pylist() if len(names) > 2 else ["1"] * len(queries)
    for cells, name in ((queries, names[0]), (documents, names[1])):
        refuse_holes(cells, name, table, "ids")
    grades = numbers_of_texts(said, f"column {names[-1]!r} of {table.name!r}").astype(np.float64).tolist()
    rows = [row for row, grade in enumerate(grades) if grade > 0]
    return Judged([queries[r] for r in rows], [documents[r] for r in rows], [grades[r] for r in rows])


def _by_place(table: Table) -> tuple[str, ...]:
    """Query, document and perhaps grade; of four columns the second is TREC's, which says nothing."""
    names = table.names
    if not 2 <= len(names) <= 4:
        raise BadInput(f"{table.name!r} has {len(names)} columns; give query, document and perhaps a grade.")
    return (names[0], *names[2:]) if len(names) == 4 else tuple(names)


def _table(spec: TaskSpec, part: str, place: Place, wanted: tuple[str, ...]) -> Table:
    return read_table(file_of(spec, part, place), header=spec.header, wanted=wanted)
