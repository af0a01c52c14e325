"""The matrix in words: every way and task has some, and what the induced spaces say is what their rows say."""

import pandas as pd
import pytest

from analysis.registry import sequence_tasks
from analysis.reproductions import synthetic_words
from analysis.reproductions.induced import told
from analysis.reproductions.synthetic import WAYS


def test_every_way_and_every_task_is_said_in_a_sentence() -> None:
    ways = synthetic_words.ways(list(WAYS)).set_index("way")["begins with"]
    assert list(ways.index) == list(WAYS) and all(one.endswith(".") and "{" not in one for one in ways)
    assert ways["set"] == (
        "Pre-trained on the synthetic task Set alone: The different tokens of a sequence, in the order in which they"
        " first stand there."
    )
    assert (
        "the mean and SD of that of LIME: mixed" in ways["statistics of LIME"] and "SD of that of Set" in ways["scale"]
    )
    tasks = synthetic_words.tasks([*sequence_tasks(), "made elsewhere"])
    assert tasks["task"].tolist() == list(sequence_tasks())
    assert synthetic_words.ways(["made elsewhere"]).empty


def spaces(**likeness: float) -> pd.DataFrame:
    rows = [
        ("after fine-tuning", way, value + seed / 100, 10 * value + seed)
        for way, value in likeness.items()
        for seed in (-1, 1)
    ]
    rows += [("before fine-tuning", way, 0.0, 99.0) for way in likeness]
    return pd.DataFrame(rows, columns=["when", "way", "CKA with natural", "effective rank"])


def test_what_the_spaces_of_a_cell_say() -> None:
    table = spaces(random=0.2, set=0.5, natural=1.0)
    assert told(table, "set").endswith(
        "(CKA, 1 is the same) set 0.50, random 0.20; directions in use (effective rank) set 5, random 2, natural 10."
    )
    assert "(CKA, 1 is the same) random 0.20; directions in use (effective rank) natural 10, random 2." in told(
        table, "natural"
    )


@pytest.mark.parametrize("lacking", ["random", "natural", "set"])
def test_nothing_is_said_where_one_of_them_is_not_there(lacking: str) -> None:
    table = spaces(random=0.2, set=0.5, natural=1.0)
    assert told(table[table["way"] != lacking], "set") == ""
    assert told(table.assign(**{"effective rank": float("nan")}), "set") == ""
