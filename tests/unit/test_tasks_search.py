"""Retrieval from queries, documents and relevance: numbers by their definitions, ties, chance, files, sentences."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.plan import wanted
from analysis.run import open_study
from analysis.task import Relevance
from analysis.tasks.ranking import discounts, needs_of, ranked
from models.errors import BadInput
from tests.unit.test_tasks_study import TEXTS, made, sentences

SEARCH = '[[task]]\nname = "find"\nqueries = "queries.jsonl"\ndocuments = "corpus.jsonl"\nrelevance = "test.tsv"\n'


def world(seed: int, queries: int = 7, documents: int = 30) -> tuple[np.ndarray, np.ndarray, Relevance]:
    rng = np.random.default_rng(seed)
    asked, there = rng.standard_normal((queries, 4)), rng.standard_normal((documents, 4))
    pairs = [(q, d) for q in range(queries) for d in rng.choice(documents, rng.integers(1, 15), replace=False)]
    query, document = np.array(pairs, np.int64).T
    grade = rng.integers(1, 4, len(pairs)).astype(np.float64)
    rows = np.arange(queries + documents)
    relevance = Relevance(rows[:queries], rows[queries:], query, document, grade, np.full(queries, -1))
    return asked.astype(np.float32), there.astype(np.float32), relevance


def written_out(order: list[int], grades: dict[int, float], at: int, k: int) -> tuple[float, float]:
    """The two numbers of one query, by their definition."""
    dcg = sum(grades.get(document, 0.0) / np.log2(rank + 1) for rank, document in enumerate(order[:at], 1))
    best = sorted(grades.values(), reverse=True)
    ideal = sum(grade / np.log2(rank + 1) for rank, grade in enumerate(best[:at], 1))
    return dcg / ideal, len([document for document in order[:k] if document in grades]) / len(grades)


def grades_of(relevance: Relevance, query: int) -> dict[int, float]:
    mine = relevance.query == query
    return dict(zip(relevance.document[mine].tolist(), relevance.grade[mine].tolist(), strict=True))


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_ndcg_and_recall_are_their_definitions(metric: str) -> None:
    from sklearn.metrics import ndcg_score

    queries, documents, relevance = world(1)
    needs, relevant = needs_of(relevance, ndcg=10, recall=5)
    found = ranked(queries, documents, needs, relevant, own=relevance.own, metric=metric)
    a, b = queries.astype(np.float64), documents.astype(np.float64)
    if metric == "cosine":
        a, b = a / np.linalg.norm(a, axis=1)[:, None], b / np.linalg.norm(b, axis=1)[:, None]
    near = -((a[:, None] - b[None]) ** 2).sum(axis=2) if metric == "euclidean" else a @ b.T
    for query in range(len(queries)):
        grades = grades_of(relevance, query)
        ndcg, recall = written_out(np.argsort(-near[query]).tolist(), grades, 10, 5)
        assert found["ndcg@10"][query] == pytest.approx(ndcg) and found["recall@5"][query] == pytest.approx(recall)
        truth = [[grades.get(document, 0.0) for document in range(len(documents))]]
        assert found["ndcg@10"][query] == pytest.approx(ndcg_score(truth, near[query : query + 1], k=10))


def test_documents_that_tie_count_as_the_mean_over_their_orders() -> None:
    documents = np.array([[1, 0], [1, 1], [1, 1], [1, 1], [0, 1]], np.float32)
    relevance = Relevance(
        np.array([0]),
        np.arange(1, 6),
        np.zeros(3, np.int64),
        np.array([1, 3, 4]),
        np.array([1.0, 3, 2]),
        np.array([-1]),
    )
    needs, relevant = needs_of(relevance, ndcg=3, recall=2)
    found = ranked(np.array([[1, 0]], np.float32), documents, needs, relevant, own=relevance.own, metric="cosine")
    orders = [[0, *middle, 4] for middle in itertools.permutations([1, 2, 3])]
    both = np.mean([written_out(order, {1: 1.0, 3: 3.0, 4: 2.0}, 3, 2) for order in orders], axis=0)
    assert found["ndcg@3"][0] == pytest.approx(both[0]) and found["recall@2"][0] == pytest.approx(both[1])


def test_a_query_without_direction_finds_what_chance_finds() -> None:
    _, documents, relevance = world(2, queries=1)
    needs, relevant = needs_of(relevance, ndcg=10, recall=5)
    found = ranked(np.zeros((1, 4), np.float32), documents, needs, relevant, own=relevance.own, metric="cosine")
    expected = needs.grade.sum() / 30 * discounts(10).sum() / needs.ideal[0]
    assert found["ndcg@10"][0] == pytest.approx(expected) and found["recall@5"][0] == pytest.approx(5 / 30)


def test_a_document_that_is_the_query_itself_is_not_shown() -> None:
    queries, documents, relevance = world(4)
    documents[3] = queries[2]
    kept = (relevance.query != 2) | (relevance.document != 3)
    fewer = replace(
        relevance, query=relevance.query[kept], document=relevance.document[kept], grade=relevance.grade[kept]
    )
    own = np.where(np.arange(7) == 2, 3, -1)
    needs, relevant = needs_of(fewer, ndcg=10, recall=5)
    found = ranked(queries, documents, needs, relevant, own=own, metric="euclidean")
    near = -((queries[2].astype(np.float64) - documents) ** 2).sum(axis=1)
    order = [document for document in np.argsort(-near).tolist() if document != 3]
    ndcg, recall = written_out(order, grades_of(fewer, 2), 10, 5)
    assert found["ndcg@10"][2] == pytest.approx(ndcg) and found["recall@5"][2] == pytest.approx(recall)


def test_the_query_among_the_documents_is_told_by_id_and_text(tmp_path: Path) -> None:
    study = write_search(tmp_path)
    before = made(study)[0]["words#find", "find|retrieval", "ndcg@10"].value
    more = [{"_id": str(q), "title": "", "text": f"subject{q} please"} for q in range(3)]
    more += [{"_id": "5", "title": "", "text": "nothing of the kind"}]
    with (tmp_path / "corpus.jsonl").open("a") as file:
        file.write("\n" + "\n".join(map(json.dumps, more)))
    found, said = made(study)
    assert any("3 queries stand among the documents themselves" in note for note in said["notes"])
    assert found["words#find", "find|retrieval", "ndcg@10"].value > before - 0.1


def test_chance_is_a_random_order() -> None:
    _, _, relevance = world(3)
    needs, _ = needs_of(relevance, ndcg=10, recall=5)
    rng = np.random.default_rng(0)
    drawn = [needs.at_random(rng) for _ in range(1500)]
    mean = {name: np.mean([one[name] for one in drawn], axis=0) for name in drawn[0]}
    sums = np.add.reduceat(needs.grade, needs.starts[:-1])
    np.testing.assert_allclose(mean["ndcg@10"], sums / 30 * discounts(10).sum() / needs.ideal, rtol=0.1)
    np.testing.assert_allclose(mean["recall@5"], 5 / 30, rtol=0.1)


def test_chance_is_drawn_soon_where_every_document_is_judged() -> None:
    rows, zeros = np.arange(2001), np.zeros(2000, np.int64)
    whole = Relevance(rows[:1], rows[1:], zeros, rows[:2000], np.ones(2000), np.full(1, -1))
    needs, _ = needs_of(whole, ndcg=10, recall=5)
    drawn = needs.at_random(np.random.default_rng(0))
    assert drawn["ndcg@10"] == pytest.approx([1.0]) and drawn["recall@5"] == pytest.approx([5 / 2000])


def test_chance_of_queries_with_many_and_with_few_judgements_is_their_mean() -> None:
    _, _, relevance = world(3)
    query = np.concatenate([relevance.query, np.full(28, 7)])
    document = np.concatenate([relevance.document, np.arange(28)])
    grade = np.concatenate([relevance.grade, np.arange(28) % 3 + 1.0])
    more = replace(relevance, queries=np.arange(8), query=query, document=document, grade=grade)
    needs, _ = needs_of(more, ndcg=10, recall=5)
    rng = np.random.default_rng(0)
    mean = np.mean([needs.at_random(rng)["ndcg@10"] for _ in range(1500)], axis=0)
    sums = np.add.reduceat(needs.grade, needs.starts[:-1])
    np.testing.assert_allclose(mean, sums / 30 * discounts(10).sum() / needs.ideal, rtol=0.1)


@pytest.mark.parametrize("factor", [3e307, 1e-300, 7.0])
def test_a_querys_grades_count_only_beside_each_other(factor: float) -> None:
    queries, documents, relevance = world(5)
    larger = replace(relevance, grade=relevance.grade * np.where(relevance.query < 4, factor, 1.0))
    found = []
    for one in (relevance, larger):
        needs, relevant = needs_of(one, ndcg=10, recall=5)
        found.append(ranked(queries, documents, needs, relevant, own=one.own, metric="dot")["ndcg@10"])
        assert np.all(np.isfinite(needs.at_random(np.random.default_rng(0))["ndcg@10"]))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("0\td0\t0\n1\td1\t-2\n", "no grade in relevance of task 'find' is above 0"),
        ("", "no grade in relevance of task 'find' is above 0"),
        ("0\td0\tinf\n", "no finite number"),
    ],
)
def test_judgements_without_a_grade_above_0_are_said(tmp_path: Path, rows: str, sentence: str) -> None:
    study = write_search(tmp_path)
    (tmp_path / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{rows}")
    with pytest.raises(BadInput, match=sentence):
        wanted(open_study(study, cache=tmp_path / "cache"))


def write_search(folder: Path, more: str = SEARCH) -> Path:
    """Queries that share a made-up word with the documents that answer them; files as BEIR has them."""
    rng = np.random.default_rng(0)
    corpus = [
        {"_id": f"d{i}", "title": f"title{i % 12}", "text": f"subject{i % 12} of{rng.integers(99)}"} for i in range(60)
    ]
    queries = [{"_id": str(q), "text": f"subject{q % 12} please", "metadata": {}} for q in range(15)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    rows = [(q, f"d{i}", 1 + (i < 12)) for q in range(12) for i in range(60) if i % 12 == q]
    rows += [(12, "d1", 0), (13, "nowhere", 1), (99, "d1", 1)]
    pd.DataFrame(rows, columns=["query-id", "corpus-id", "score"]).to_csv(folder / "test.tsv", sep="\t", index=False)
    sentences(0, 30).to_csv(folder / "t.csv", index=False)
    (folder / "study.toml").write_text(TEXTS + more)
    return folder / "study.toml"


def test_files_of_beir_are_searched_and_scored(tmp_path: Path) -> None:
    found, said = made(write_search(tmp_path))
    assert {key[1:] for key in found} == {("find|retrieval", "ndcg@10"), ("find|retrieval", "recall@3")}
    row = found["words#find", "find|retrieval", "ndcg@10"]
    assert row.n == 12 and row.value > 0.8 and row.low <= row.value <= row.high
    grades = np.array([2.0, 1, 1, 1, 1])
    chance = grades.sum() / 60 * discounts(10).sum() / (grades @ discounts(5))
    assert row.null_mean == pytest.approx(chance, abs=0.04) and row.null_high < 0.3
    assert found["words#find", "find|retrieval", "recall@3"].value == pytest.approx(3 / 5, abs=0.05)
    notes = " ".join(said["notes"])
    assert "3 of 15 queries have no relevant document" in notes
    assert "2 judgements name a query or document that is not in its file" in notes


def test_other_judgements_of_the_same_texts_are_another_task(tmp_path: Path) -> None:
    study = write_search(tmp_path)
    before = made(study)[0]["words#find", "find|retrieval", "ndcg@10"].value
    rows = pd.read_csv(tmp_path / "test.tsv", sep="\t")
    rows.assign(**{"corpus-id": rows["corpus-id"].sample(frac=1, random_state=0).to_numpy()}).to_csv(
        tmp_path / "test.tsv", sep="\t", index=False
    )
    assert made(study)[0]["words#find", "find|retrieval", "ndcg@10"].value < before - 0.3


def test_trec_judgements_without_a_header_are_read_by_place(tmp_path: Path) -> None:
    study = write_search(tmp_path)
    before = made(study)[0]["words#find", "find|retrieval", "ndcg@10"].value
    rows = pd.read_csv(tmp_path / "test.tsv", sep="\t")
    rows.insert(1, "iteration", 0)
    rows.to_csv(tmp_path / "test.tsv", sep="\t", index=False, header=False)
    study.write_text(study.read_text() + "header = false\n")
    assert made(study)[0]["words#find", "find|retrieval", "ndcg@10"].value == pytest.approx(before)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("documents", "corpus"), "unknown key 'corpus'"),
        (('documents = "corpus.jsonl"\n', ""), "queries and relevance; give queries, documents and relevance"),
        (("relevance =", 'label = "x"\nrelevance ='), "queries and also a label"),
        (("corpus.jsonl", "none.jsonl"), "none.jsonl"),
        (("corpus.jsonl", "t.csv"), "no row of relevance of task 'find' joins"),
    ],
)
def test_what_cannot_be_searched_is_said_before_any_work(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    study = write_search(tmp_path, SEARCH.replace(*change))
    with pytest.raises(BadInput, match=sentence):
        wanted(open_study(study, cache=tmp_path / "cache"))
