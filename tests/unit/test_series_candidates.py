"""What could choose a checkpoint, as candidates and axes, from the rows of `numbers.csv`."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from analysis.rows import COLUMNS
from analysis.series.candidates import (
    Question,
    candidates_of,
    choices,
    judge_title,
    judged_by,
    judges,
    questions,
    scores_by,
    static_of,
)
from analysis.series.measured import families_of, numbers_in, scores_in, together
from analysis.study import CheckpointSpec, DatasetSpec, Study, TaskSpec


def space(name: str, **spec: Any) -> Any:
    return SimpleNamespace(name=name, checkpoint=CheckpointSpec(name=name.partition("@")[0], **spec))


SPACES = (space("a@0", model="m/a"), space("a@1", model="m/a"), space("b", family="tfidf"))
ASKED = [Question("topic", "kind"), Question("other", "#other")]


def rows(*found: tuple[str, str, str, str, float | None]) -> pd.DataFrame:
    """Rows of analysis, subject, other, number, value."""
    names = ("analysis", "subject", "other", "number", "value")
    return pd.DataFrame([dict(zip(names, one, strict=True)) for one in found], columns=COLUMNS)


FOUND = rows(
    ("transferability", "a@0", "topic", "logme", 0.1),
    ("transferability", "a@1", "topic", "logme", 0.4),
    ("transferability", "b", "topic", "logme", 0.2),
    ("transferability", "b", "topic|logme", "probability_best", 0.2),
    ("transferability", "a@1#other", "other", "logme", 0.3),
    ("transferability", "b#other", "other", "logme", 0.5),
    ("collapse", "a@0", "kind", "nc1", 3.0),
    ("collapse", "a@1", "kind", "nc1", 1.0),
    ("collapse", "b", "kind", "nc1", 2.0),
    ("spectrum", "a@1", "", "rankme", 7.0),
    ("spectrum", "b", "", "rankme", 9.0),
    ("later_graph", "a@1", "citations", "mrr", 0.7),
    ("later_graph", "b", "citations", "mrr", None),
    ("comparison", "a@0", "b", "procrustes", 0.5),
    ("task", "a@0", "topic|linear", "accuracy", 0.9),
    ("task", "a@1", "topic|linear", "accuracy", 0.8),
    ("task", "b", "topic|linear", "accuracy", 0.7),
    ("task", "b#other", "other|linear", "accuracy", 0.6),
    ("task", "a", "topic|read(csv:run 1)", "eval_f1", 0.5),
    ("task", "a", "topic|read(csv:run 2)", "eval_f1", 0.7),
    ("task", "b", "topic|read(csv:b)", "eval_f1", 0.4),
    ("task", "b", "topic|read(csv:b)", "eval_loss", 1.4),
)


def test_every_number_of_one_space_is_an_axis_those_of_later_analyses_too() -> None:
    found = numbers_in(FOUND)
    assert set(found["axis"]) == {
        "transferability|logme|topic", "transferability|logme|other", "collapse|nc1|kind", "spectrum|rankme|",
        "later_graph|mrr|citations",
    }  # fmt: skip
    assert found.set_index(["space", "axis"])["value"]["b", "transferability|logme|other"] == 0.5


def test_what_was_read_stands_at_the_last_layer_and_runs_are_averaged() -> None:
    found = scores_in(FOUND, SPACES).set_index(["space", "axis"])
    read = found.loc[("a@1", "topic|read(csv)|eval_f1")]
    assert (read["value"], read["low"], read["high"]) == pytest.approx((0.6, 0.5, 0.7))
    assert found["value"]["b", "other|linear|accuracy"] == 0.6
    assert ("a@0", "topic|read(csv)|eval_f1") not in found.index


def test_no_score_and_no_number_are_empty_tables() -> None:
    assert len(scores_in(rows(), SPACES)) == len(numbers_in(rows())) == 0
    assert len(candidates_of(rows(), ASKED, SPACES)) == 0


def test_a_point_is_a_space_that_has_both() -> None:
    found = together(numbers_in(FOUND), scores_in(FOUND, SPACES), "spectrum|rankme|", "topic|linear|accuracy", SPACES)
    assert found[["space", "checkpoint", "x", "y"]].to_numpy().tolist() == [
        ["a@1", "a", 7.0, 0.8],
        ["b", "b", 9.0, 0.7],
    ]


def test_candidates_are_of_the_best_layer_and_less_counts_with_its_sign_turned() -> None:
    found = candidates_of(FOUND, ASKED, SPACES).set_index(["candidate", "task", "checkpoint"])
    assert found.loc[("LogME", "topic", "a"), ["space", "value", "kind"]].tolist() == ["a@1", 0.4, "estimate"]
    assert found.loc[("LogME", "other", "b"), "value"] == 0.5
    assert found.loc[("little nc1", "topic", "a"), ["space", "value"]].tolist() == ["a@1", -1.0]
    assert "little nc1" not in found.loc[(slice(None), "other", slice(None)), :].index.get_level_values(0)
    assert found.loc[("rankme", "other", "b"), "value"] == 9.0  # no label of anybody's
    assert found.loc[("Linear probe", "topic", "a"), ["space", "kind"]].tolist() == ["a@0", "probe"]
    assert "mrr (citations)" not in found.index  # one checkpoint alone is no ranking


def test_choices_name_the_checkpoint_and_the_layer() -> None:
    found = choices(candidates_of(FOUND, ASKED, SPACES), [], "topic").set_index("candidate")
    assert found.loc["LogME", ["choice", "space"]].tolist() == ["a", "a@1"]
    assert found.loc["rankme", "choice"] == "b"


def test_judges_are_scores_of_which_more_is_better_what_was_read_first() -> None:
    scores = scores_in(FOUND, SPACES)
    known = judges(scores)
    assert known == [("read(csv)", "eval_f1"), ("linear", "accuracy")]
    assert [judge_title(one) for one in known] == ["eval f1, read from csv", "accuracy, linear probe"]
    truth = scores_by(scores, known[1], SPACES).set_index(["checkpoint", "task"])["score"]
    assert truth.to_dict() == {("a", "topic"): 0.9, ("b", "topic"): 0.7, ("b", "other"): 0.6}
    left = judged_by(candidates_of(FOUND, ASKED, SPACES), known[1])
    assert "Linear probe" not in set(left["candidate"]) and "LogME" in set(left["candidate"])


def test_static_rankers_are_candidates_too() -> None:
    truth = scores_by(scores_in(FOUND, SPACES), ("linear", "accuracy"), SPACES)
    found = static_of(truth, {"a": 10, "b": None}, SPACES)
    assert found.query("candidate == 'model size'")[["space", "value"]].to_numpy().tolist() == [["a@1", 10.0]]
    assert set(found["kind"]) == {"static"}


def test_questions_are_the_tasks_and_the_label_columns_that_none_is_about() -> None:
    tasks = (TaskSpec(name="topic", label="kind"), TaskSpec(name="own", label="l", train="t.csv"))
    tasks += (TaskSpec(name="words", pairs="p.csv"),)
    study = Study(dataset=DatasetSpec(source="pydocs"), checkpoint=(CheckpointSpec(name="a"),), task=tasks)
    found = [(one.name, one.other) for one in questions(study, ("kind", "size"))]
    assert found == [("topic", "kind"), ("own", "#own"), ("words", ""), ("size", "size")]


def test_families_are_series_then_architecture_or_model_then_kind() -> None:
    spaces = [
        space("x@3", model="org/m"), space("twin", model="org/m", init="random"), space("r", series="run", at=1),
        space("c", family="image", architecture="resnet20-cifar"), space("v", family="vectors", model="v.npy"),
        space("t", family="tfidf"),
    ]  # fmt: skip
    assert families_of(spaces) == {"x@3": "m", "twin": "m", "r": "run", "c": "resnet20-cifar", "v": "v", "t": "tfidf"}
