"""How far a job is, over all that it is asked for; and what of a table of neighbours fits beside a map."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.jobs import Job
from ui.panel import share_of
from ui.sample_table import columns_beside_a_map

ASKS = tuple(Ask("space", subject=name) for name in "abcd")


def job(message: str, done: int, total: int, asks: tuple[Ask, ...] = ASKS) -> Job:
    return Job("k", Path(), "t", "running", done, total, message, 0.0, 0.0, asks=asks)


@pytest.mark.parametrize(
    ("message", "done", "total", "share"),
    [
        ("starting", 0, 0, 0),
        (f"1 of 4: {ASKS[0]}", 0, 4, 0),
        ("1 of 4: embedding", 50, 100, 0.125),
        (f"3 of 4: {ASKS[2]}", 2, 4, 0.5),
        ("3 of 4: finding neighbours", 1, 2, 0.625),
        ("4 of 4: done of this", 9, 3, 1),
    ],
)
def test_a_job_of_many_asks_goes_on_and_never_back(message, done, total, share):
    assert share_of(job(message, done, total)) == pytest.approx(share)


def test_a_job_of_one_ask_is_as_far_as_that_is():
    assert share_of(job("embedding: 3 of 4: x", 3, 4, ASKS[:1])) == 0.75


@pytest.mark.parametrize(
    ("ids", "texts", "columns"),
    [
        (["numpy.dot", "7"], ["a", "b"], ["id", "distance", "kind"]),
        (["3", "7"], ["a", "b"], ["id", "distance", "text"]),
        (["3", "7"], None, ["id", "distance", "kind"]),
    ],
)
def test_neighbours_show_what_tells_samples_apart(ids, texts, columns):
    labels = pd.DataFrame({"kind": ["x", "y"], "size": [1, 2]})
    dataset = Dataset("d", tuple(ids), labels, labels=("kind", "size"), texts=texts)
    table = pd.DataFrame({"id": ids, "distance": [0.1, 0.2], **labels})
    if texts:
        table["text"] = texts
    assert columns_beside_a_map(table, dataset) == columns
