"""Who is best on a task, in a sentence and a table: what is claimed, what is not, and what stands beside it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.figures.course import course_figure
from analysis.figures.learning import learning_figure
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.run import open_study
from analysis.series.course import NOT_YET, numbers_of
from analysis.series.scored import read_together, scored
from analysis.series.scores import COLUMNS
from analysis.series.series import Member, Series
from analysis.series.shots import finding, shots_of
from analysis.series.standings import (
    asks_of,
    bare_numbers,
    baseline_of,
    beside,
    cells,
    chosen_numbers,
    heads_of,
    leading_first,
    leading_methods,
    order,
    reasons,
    standings,
)
from analysis.series.verdict import corrected, elsewhere, pair_of, references, verdict
from analysis.task_asks import task_asks

STUDY = """
k = 5
draws = 60
analyses = ["spectrum"]
[dataset]
path = "t.csv"
numeric = ["a", "b", "c"]
labels = ["kind", "alone"]
[[checkpoint]]
name = "good"
family = "numeric"
[[checkpoint]]
name = "twin"
family = "vectors"
model = "twin.npy"
[[checkpoint]]
name = "noise"
family = "vectors"
model = "noise.npy"
[[task]]
name = "kinds"
label = "kind"
methods = ["linear", "few_shot", "cluster"]
[[task]]
name = "alone"
label = "alone"
methods = ["linear"]
[[metrics]]
source = "csv"
path = "runs.csv"
task = "kinds"
checkpoints = { "first" = "good", "second" = "good", "third" = "noise" }
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    folder: Path = tmp_path_factory.mktemp("standings")
    rng = np.random.default_rng(0)
    kind = np.arange(150) % 3
    points = np.eye(3)[kind] * 2 + rng.normal(size=(150, 3)) * 0.7
    frame = pd.DataFrame(points, columns=["a", "b", "c"]).assign(kind=kind, alone=[f"c{i}" for i in range(150)])
    frame.to_csv(folder / "t.csv", index=False)
    np.save(folder / "twin.npy", (points + rng.normal(size=points.shape) * 0.02).astype(np.float32))
    np.save(folder / "noise.npy", rng.normal(size=(150, 3)).astype(np.float32))
    runs = [("first", 10, 0.5), ("first", 20, 0.7), ("second", 20, 0.9), ("third", 20, 0.1), ("lost", 20, 0.3)]
    pd.DataFrame(runs, columns=["run", "step", "f1"]).to_csv(folder / "runs.csv", index=False)
    (folder / "study.toml").write_text(STUDY)
    found = open_study(folder / "study.toml", cache=folder / "cache")
    found.dataset()
    for ask in [*task_asks(found), Ask("metrics", "csv", other="runs.csv"), Ask("analysis", "spectrum", "good")]:
        found.make(ask)
    return found


@pytest.fixture(scope="module")
def table(pipeline: Pipeline) -> pd.DataFrame:
    return standings(pipeline, task_asks(pipeline))


def rows(**columns: object) -> pd.DataFrame:
    """Rows of `standings` with these columns, all of the linear probe's accuracy on topic."""
    frame = pd.DataFrame({"task": "topic", "method": "linear", "number": "accuracy", "n": 100, "why": ""} | columns)
    for name in COLUMNS:
        if name not in frame:
            frame[name] = False if name in ("best", "significant", "tied") else np.nan
    return frame


def three(**changes: object) -> pd.DataFrame:
    usual: dict[str, object] = {"space": ["A", "B", "C"], "value": [0.84, 0.75, 0.4], "best": [True, False, False]}
    usual |= {
        "low": [0.82, 0.73, 0.38],
        "high": [0.86, 0.77, 0.42],
        "null_mean": 0.2,
        "null_low": 0.1,
        "null_high": 0.3,
    }
    usual |= {"behind": [0.0, 0.09, 0.44], "behind_low": [np.nan, 0.07, 0.4], "behind_high": [np.nan, 0.11, 0.48]}
    usual |= {"significant": [True, False, False], "p_holm": [np.nan, 0.001234, 1e-9]}
    return rows(**(usual | changes))


def test_the_best_is_said_with_how_far_it_is_ahead_and_for_how_many_tests_that_is_corrected() -> None:
    assert verdict(three(), "topic", "linear") == (
        "On “topic”, A is best by linear probe: accuracy 0.84 [0.82, 0.86], 0.090 [0.070, 0.110] ahead of B"
        " (significant, p = 0.001)."
    )
    assert corrected(three(), "topic", "linear") == "p is corrected (Holm) for 2 comparisons: with B and C."
    assert corrected(three().head(2), "topic", "linear") == ""
    shorter = verdict(three(), "topic", "linear", on="Of the pre-trained,")
    assert shorter.startswith("Of the pre-trained, A is best: accuracy 0.84 [0.82, 0.86], 0.090 [")
    assert "A, a baseline, is best by" in verdict(three(), "topic", "linear", controls={"A"})


def test_what_cannot_be_told_apart_from_the_best_is_not_behind_it() -> None:
    said = verdict(three(significant=False, tied=[True, True, False], p_holm=[np.nan, 0.31, 1e-9]), "topic", "linear")
    assert (
        "A has the highest accuracy 0.84 [0.82, 0.86] by linear probe, but cannot be told apart from B (0.75)" in said
    )
    assert "(not significant, p = 0.31)" in said and " best " not in said
    assert "It is significantly, 0.44 [0.40, 0.48] ahead of C." in said


def test_without_tests_nothing_is_called_significant() -> None:
    said = verdict(three(significant=False, p_holm=np.nan), "topic", "linear")
    assert "nothing tells whether that is significant (of B and C)" in said and "(significant" not in said


def test_scores_are_held_to_the_commonest_class_and_to_chance_and_said_to_be_no_more_where_they_are_not() -> None:
    level = Number(value=0.54, n=100)
    assert references(three(), "topic", "linear", level, "B") == (
        "Always naming the commonest class (“B”) gives 0.54; shuffled labels (chance) give 0.20."
    )
    reached = references(three(), "topic", "linear", Number(value=0.83, n=100))
    assert "gives 0.83, which the best is not above beyond doubt;" in reached  # its interval begins at 0.82
    assert references(three(null_high=0.9), "topic", "linear") == (
        "Shuffled labels (chance) give 0.20, which the best is not above."
    )
    assert references(three(null_mean=np.nan), "topic", "linear") == ""


def test_other_methods_are_said_to_agree_or_not_and_where_they_cannot_tell() -> None:
    same = three(tied=[True, True, False]).assign(method="knn")
    other = three(space=["B", "A", "C"]).assign(method="cluster", number="v_measure")
    whole = pd.concat([three(), same, other], ignore_index=True)
    assert elsewhere(whole, "topic", "linear", 3) == (
        "By nearest neighbours it is A too (accuracy 0.84, though it cannot be told apart from B); by clusters it is B"
        " instead (V-measure 0.84)."
    )
    assert elsewhere(pd.concat([three(), same.head(2)]), "topic", "linear", 3) == ""  # not all are scored yet


def test_one_checkpoint_alone_is_compared_with_nobody_and_one_that_waits_is_named() -> None:
    alone = three().head(1)
    assert verdict(alone, "topic", "linear").endswith("There is no other checkpoint to compare it with.")
    assert verdict(alone, "topic", "linear", ["B"]).endswith("[0.82, 0.86] by linear probe; B is not scored yet.")


def test_a_real_twin_ties_and_the_marks_say_so(table: pd.DataFrame) -> None:
    said = verdict(table, "kinds", "linear")
    assert "cannot be told apart from" in said and "ahead of noise" in said
    found = cells(table, ["good", "twin", "noise"])
    column = found["kinds", "linear probe, accuracy"]
    assert column["good"].endswith("○") and column["twin"].endswith("○") and column["noise"][-1] == "]"
    assert list(found.index[-2:]) == ["noise", "chance"] and float(column["chance"]) == pytest.approx(1 / 3, abs=0.06)
    assert pair_of(table, "kinds", "linear")[1] in ("good", "twin")


def test_a_task_without_an_answer_has_a_row_and_a_reason(table: pd.DataFrame) -> None:
    assert verdict(table, "alone", "linear").startswith(
        "On “alone”, nothing can be said by linear probe. good on alone,"
    )
    (why,) = reasons(table)
    assert "every class has one sample" in why
    assert set(cells(table, ["good", "twin", "noise"])["alone", "linear probe"].iloc[:3]) == {"–"}


def test_below_the_spaces_stand_both_levels_and_a_note_has_its_mark(table: pd.DataFrame) -> None:
    spaces, place = ["good", "twin", "noise"], ("kinds", "linear")
    found = cells(table, spaces, levels={place: 0.34}, marked={("noise", *place)})
    column = found["kinds", "linear probe, accuracy"]
    assert list(found.index[-2:]) == ["commonest class", "chance"] and column["commonest class"] == "0.34"
    assert column["noise"].endswith("] †") and "†" not in column["good"]
    assert found["kinds", "clusters, V-measure"]["commonest class"] == ""


def test_a_head_says_the_number_once_where_all_methods_of_the_task_show_it() -> None:
    both = pd.concat([three(), three().assign(method="knn")], ignore_index=True)
    assert list(heads_of(both).values()) == [
        ("topic: accuracy", "linear probe"),
        ("topic: accuracy", "nearest neighbours"),
    ]
    first = leading_first(both, {"topic": "knn"})
    assert list(dict.fromkeys(first["method"])) == ["knn", "linear"] and len(first) == len(both)


def test_errors_saved_stand_in_percent_of_the_baselines(table: pd.DataFrame) -> None:
    found = cells(table, ["good", "twin", "noise"], "noise")["kinds", "linear probe, accuracy"]
    mine = table[(table["method"] == "linear") & (table["task"] == "kinds")].set_index("space")["value"]
    share = 100 * (mine["good"] - mine["noise"]) / (1 - mine["noise"])
    assert found["good"].startswith(f"{share:.0f} % [") and found["noise"].startswith("0 % [")
    assert "chance" not in found.index
    perfect = three(value=[1.0, 0.75, 0.4])
    assert cells(perfect, ["A", "B", "C"], "A").iloc[:, 0].tolist() == ["–"] * 3
    assert reasons(perfect, "A") == ["A makes no error on topic, so that none can be saved there."]


def test_each_method_shows_its_own_number_or_the_one_that_is_wanted(pipeline: Pipeline) -> None:
    asks = task_asks(pipeline)
    chosen = chosen_numbers(pipeline, asks)
    assert chosen == {
        ("kinds", "linear"): "accuracy",
        ("kinds", "few_shot"): "accuracy@32",
        ("kinds", "cluster"): "v_measure",
    }
    assert chosen_numbers(pipeline, asks, "mcc") == {("kinds", "linear"): "mcc", ("kinds", "few_shot"): "mcc@32"}
    assert bare_numbers(pipeline, asks) == ["accuracy", "macro_f1", "mcc", "auroc", "v_measure"]
    assert len(standings(pipeline, asks, "v_measure")["p"].dropna()) == 2  # tests of what is shown alone


def test_nothing_scored_yet_is_an_empty_table_of_every_space(pipeline: Pipeline) -> None:
    empty = standings(pipeline, [])
    assert empty.empty and order(empty, ["good", "noise"]) == ["good", "noise"]
    assert list(cells(empty, ["good", "noise"]).index) == ["good", "noise"]


def test_errors_are_counted_from_the_random_control_then_from_counted_words_then_from_the_first(
    pipeline: Pipeline,
) -> None:
    first, second, third = pipeline.spaces()
    words = replace(second, checkpoint=replace(second.checkpoint, family="tfidf"))
    random = replace(third, checkpoint=replace(third.checkpoint, init="random"))
    assert baseline_of([first, second, third]) == "good"
    assert baseline_of([first, words, third]) == "twin" and baseline_of([first, words, random]) == "noise"


def test_few_shots_are_a_curve_per_space_that_says_who_is_ahead_at_both_ends(pipeline: Pipeline) -> None:
    asks = [ask for ask in asks_of(pipeline, pipeline.study.task[0]) if ask.name == "few_shot"]
    shots = shots_of(pipeline, asks, "accuracy")
    assert {*shots["space"]} == {"good", "twin", "noise"} and sorted({*shots["examples"]}) == [1, 2, 4, 8, 16, 32]
    good = shots[shots["space"] == "good"]["value"].to_numpy()
    assert good[-1] > good[0] > 0.5
    said = finding(shots)
    assert said.startswith("Accuracy on kinds: from 1 example of each class ") and "; from 32 of each class " in said
    colors = {"good": "#0f8b8d", "twin": "#e4572e", "noise": "#802fbd"}
    figure = learning_figure(shots, colors, title=said, name="accuracy")
    lines = {trace.name: trace for trace in figure.data if trace.mode == "lines+markers"}
    assert lines["good"].line.color == "#0f8b8d" and list(lines["good"].y) == pytest.approx(good.tolist())
    assert {note.text for note in figure.layout.annotations} == {"good", "twin", "noise"}


def test_scores_and_read_metrics_are_numbers_along_a_series(pipeline: Pipeline) -> None:
    names = ("good", "twin", "noise")
    series = Series("all", "step", tuple(Member(name, float(i)) for i, name in enumerate(names)))
    found = numbers_of(pipeline, series).set_index(["analysis", "other", "number", "space"])
    linear = pipeline.find(Ask("task", "linear", "good", "kinds")).numbers["accuracy"]
    assert found.loc[("task", "kinds|linear", "accuracy", "good"), "value"] == linear.value
    assert found.loc[("task", "kinds|read(csv:first)", "f1", "good"), "value"] == 0.7  # at its last step
    assert "belongs to this checkpoint" in found.loc[("task", "kinds|read(csv:first)", "f1", "twin"), "why"]
    assert found.loc[("spectrum", "", "effective_rank", "noise"), "why"] == NOT_YET
    assert ("alone|linear", "accuracy") in scored(pipeline, names)
    keys = [("task", "accuracy", "kinds|linear"), ("task", "f1", "kinds|read(csv:first)")]
    drawn = course_figure(series, numbers_of(pipeline, series), keys, None)
    heads = [note.text for note in drawn.layout.annotations if note.name == "panel"]
    assert heads == ["<b>accuracy on kinds, linear</b>", "<b>f1 on kinds, read(csv:first)</b>"]
    assert list(drawn.data[1].y)[:1] == [linear.value] or linear.value in list(drawn.data[2].y)


def test_the_runs_of_a_source_stand_in_one_column_with_how_many_they_are(pipeline: Pipeline) -> None:
    table = read_together(pipeline, ["good", "twin", "noise"])
    key = ("task", "f1", "kinds|read(csv)")
    assert beside(table, key, ["good", "twin", "noise", "chance"]) == ["0.80 (mean of 2 runs)", "–", "0.10", ""]


def test_the_sentence_is_about_a_method_that_every_space_is_scored_by_while_another_is_still_at_work() -> None:
    half = three().head(2)
    whole = three().assign(method="knn")
    assert leading_methods(pd.concat([whole, half]), 3) == {"topic": "knn"}
    assert leading_methods(pd.concat([whole, three()]), 3) == {"topic": "linear"}
    assert leading_methods(half, 3) == {"topic": "linear"}
