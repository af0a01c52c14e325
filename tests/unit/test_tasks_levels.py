"""What naming the commonest class scores, what pre-training gained over random weights, and what is said of both."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

from analysis.ask import Ask
from analysis.labels import Labels, labels_of
from analysis.members import members_of, sets_in
from analysis.number import CannotAnalyze, Number
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.result import Result
from analysis.rows import number_rows
from analysis.run import open_study
from analysis.series.answer import answers_of, verdicts
from analysis.series.by_seed import at_end, ends_said, seeds_said
from analysis.series.gains import Gain, correction_said, gain_said, gains_of, others_said
from analysis.series.pair import is_trained, twins_of
from analysis.series.standings import standings
from analysis.study import CheckpointSpec
from analysis.task import Split, Task
from analysis.task_asks import task_asks
from analysis.task_card import cards_of, commonest_in, level_of
from analysis.tasks.levels import levels_of

CODES = np.array([0] * 12 + [1] * 6 + [2] * 2)


def task_over(labels: Labels, *splits: Split, given: bool = False) -> Task:
    return Task("t", "key", labels, np.arange(len(labels.codes)), splits, tuple(range(len(splits))), given=given)


def test_every_number_of_the_commonest_class_is_scikit_learns_mean_over_the_splits() -> None:
    labels = labels_of("kind", pd.Series(np.array(list("abc"))[CODES]))
    rows = np.arange(20)
    tests = [np.array([0, 1, 12, 18]), np.array([2, 13, 14, 19])]
    numbers, table = levels_of(task_over(labels, *(Split(i, np.setdiff1d(rows, t), t) for i, t in enumerate(tests))))
    named = [np.zeros(4, int)] * 2
    for name, score in (("accuracy", accuracy_score), ("mcc", matthews_corrcoef)):
        each = [score(CODES[test], always) for test, always in zip(tests, named, strict=True)]
        assert numbers[name].value == pytest.approx(np.mean(each))
    f1 = [f1_score(CODES[t], n, average="macro") for t, n in zip(tests, named, strict=True)]
    assert numbers["macro_f1"].value == pytest.approx(np.mean(f1)) and numbers["auroc"].value == 0.5
    assert numbers["accuracy|all"].value == pytest.approx(12 / 20) and numbers["accuracy|all"].n == 20
    assert numbers["accuracy"].n == 8 and table["class"].tolist() == ["a", "a"]


def test_the_class_is_that_of_training_whatever_is_asked() -> None:
    labels = labels_of("kind", pd.Series(["a"] * 3 + ["b"] * 5))
    numbers, table = levels_of(task_over(labels, Split(0, np.arange(4), np.arange(4, 8)), given=True))
    assert numbers["accuracy"].value == 0 and table["class"].tolist() == ["a"]
    assert not [name for name in numbers if "|" in name]  # what is given is never asked of all


def test_of_several_labels_the_commonest_set_is_named() -> None:
    column = pd.Series(["a;b"] * 4 + ["a"] * 3 + ["b"])
    labels = sets_in("tags", column, ";")
    split = Split(0, np.array([0, 1, 2, 4]), np.array([3, 5, 6, 7]))
    task = replace(task_over(labels, split), members=members_of(labels, ";"))
    numbers, _ = levels_of(task)
    assert numbers["accuracy"].value == 0.25  # one of four asked has exactly a and b
    f1 = f1_score([[1, 1], [1, 0], [1, 0], [0, 1]], [[1, 1]] * 4, average="macro")
    assert numbers["macro_f1"].value == pytest.approx(f1) and numbers["auroc"].value == 0.5 and "mcc" not in numbers


def test_without_a_split_there_is_no_level() -> None:
    labels = labels_of("kind", pd.Series(["a", "b"]))
    with pytest.raises(CannotAnalyze, match="nothing to split"):
        levels_of(replace(task_over(labels), why="There is nothing to split."))


def test_a_method_that_asks_every_sample_is_held_to_the_level_of_all() -> None:
    card = Result({"accuracy": Number(value=0.5), "accuracy|all": Number(value=0.6)})
    assert level_of(card, "knn", "accuracy").value == 0.6
    assert level_of(card, "linear", "accuracy").value == level_of(card, "few_shot", "accuracy@8").value == 0.5
    assert level_of(card, "cluster", "v_measure") is None and level_of(None, "knn", "accuracy") is None
    given = Result({"accuracy": Number(value=0.5)})
    assert level_of(given, "knn", "accuracy").value == 0.5
    differ = Result({}, tables={"commonest": pd.DataFrame({"seed": [0, 1], "class": ["a", "b"]})})
    assert commonest_in(differ) == "" and commonest_in(None) == ""


STUDY = """
k = 5
draws = 60
[dataset]
path = "t.csv"
text = "text"
labels = ["kind", "size"]
[[checkpoint]]
name = "words"
family = "tfidf"
[[checkpoint]]
name = "trained"
family = "vectors"
model = "trained.npy"
[[checkpoint]]
name = "twin"
family = "vectors"
model = "twin.npy"
[[task]]
name = "kinds"
label = "kind"
methods = ["linear", "knn"]
[[task]]
name = "sizes"
label = "size"
methods = ["linear"]
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Words that tell the kind, vectors that half do, and noise."""
    folder: Path = tmp_path_factory.mktemp("gains")
    rng = np.random.default_rng(0)
    kind = np.repeat([0, 1, 2], [90, 40, 20])
    text = [f"{('red', 'green', 'blue')[code]} thing {i}" for i, code in enumerate(kind)]
    frame = pd.DataFrame({"text": text, "kind": np.array(list("xyz"))[kind], "size": rng.normal(size=150)})
    frame.to_csv(folder / "t.csv", index=False)
    np.save(folder / "trained.npy", (np.eye(3)[kind] * 2 + rng.normal(size=(150, 3))).astype(np.float32))
    np.save(folder / "twin.npy", rng.normal(size=(150, 3)).astype(np.float32))
    (folder / "study.toml").write_text(STUDY)
    found = open_study(folder / "study.toml", cache=folder / "cache")
    found.dataset()
    for ask in [*task_asks(found), *cards_of(found)]:
        found.make(ask)
    return found


@pytest.fixture
def acted(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The same as if the vectors were a pre-trained encoder's and those of its random twin."""
    for module in ("gains", "answer"):
        monkeypatch.setattr(f"analysis.series.{module}.is_trained", lambda space: space.name == "trained")
    monkeypatch.setattr("analysis.series.answer.is_control", lambda space: space.name in ("words", "twin"))
    twins = [space for space in pipeline.spaces() if space.name == "twin"]
    monkeypatch.setattr(
        "analysis.series.gains.twins_of", lambda space, spaces: twins if space.name == "trained" else []
    )
    return pipeline


def test_the_card_is_made_once_for_tasks_of_classes_and_keeps_its_levels_as_a_table(pipeline: Pipeline) -> None:
    assert cards_of(pipeline) == [Ask("task_card", other="kinds")]  # a number has no commonest class
    assert cards_of(pipeline)[0] in wanted(pipeline)
    levels = pipeline.find(cards_of(pipeline)[0]).tables["levels"].set_index("number")
    assert levels.loc["accuracy|all", "value"] == 0.6 and levels.loc["accuracy|all", "n"] == 150
    assert not len(number_rows(pipeline, cards_of(pipeline)))  # numbers.csv holds what spaces score


def test_the_gain_over_the_twin_is_the_paired_difference_of_the_two(acted: Pipeline) -> None:
    (gain,) = gains_of(acted, "kinds", "linear", "accuracy")
    scores = {name: acted.find(Ask("task", "linear", name, "kinds")) for name in ("trained", "twin")}
    apart = scores["trained"].numbers["accuracy"].value - scores["twin"].numbers["accuracy"].value
    assert gain.gap.value == pytest.approx(apart) and gain.gap.low > 0 and gain.significant
    table = standings(acted, [ask for ask in task_asks(acted) if ask.subject != "words" and ask.name == "linear"])
    row = table[(table["space"] == "twin") & (table["task"] == "kinds")].iloc[0]  # the same test as the table's
    assert (gain.gap.low, gain.gap.high, gain.p) == pytest.approx((row["behind_low"], row["behind_high"], row["p"]))
    assert gains_of(acted, "kinds", "linear", "no such number") == []


def test_the_answer_names_the_best_of_all_the_best_pre_trained_and_what_that_gained(acted: Pipeline) -> None:
    kinds, sizes = answers_of(acted, task_asks(acted))
    assert (kinds.best, kinds.second, kinds.trained, kinds.method) == ("words", "trained", "trained", "linear")
    assert kinds.lead.startswith("On “kinds”, words, a baseline, is best by linear probe: accuracy 1.0")
    only, gained = kinds.more
    assert only.startswith("trained, the only pre-trained one, has 0.") and kinds.twin == "twin"
    assert gained.startswith("trained against its own random weights, twin: +0.") and "(significant, p" in gained
    assert gained.count(" by ") == 2 and gained.index("by linear probe") < gained.index("by nearest neighbours")
    beside = " ".join(kinds.beside)
    assert "p is corrected (Holm) for 2 comparisons: with trained and twin." in beside
    assert "Always naming the commonest class (“x”) gives 0.60; shuffled labels (chance) give 0." in beside
    assert "By nearest neighbours it is words too" in beside
    assert sizes.task == "sizes" and "commonest class" not in " ".join(sizes.beside)  # a number has none
    assert verdicts(acted, task_asks(acted))[0] == " ".join((kinds.lead, *kinds.more, *kinds.beside))


def test_while_a_space_waits_nothing_is_said_of_gains(acted: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    find = Pipeline.find
    monkeypatch.setattr(Pipeline, "find", lambda self, ask: None if ask.subject == "twin" else find(self, ask))
    (kinds,) = [one for one in answers_of(acted, task_asks(acted)) if one.task == "kinds"]
    assert kinds.lead.endswith("twin is not scored yet.") and not kinds.more and not kinds.best


def gain(value: float, low: float, high: float, p: float, **more: object) -> Gain:
    return Gain("A", "A (random)", Number(value=value, low=low, high=high), p, **({"tests": 1} | more))


def test_a_gain_is_called_one_only_where_the_test_says_so() -> None:
    one = gain(0.017, -0.025, 0.069, 0.4)
    assert gain_said({"Linear probe": one, "Neighbours": gain(0.11, 0.08, 0.13, 1e-5)}) == (
        "A against its own random weights, A (random): +0.017 [−0.025, 0.069] by linear probe (not significant,"
        " p = 0.40), +0.11 [0.08, 0.13] by neighbours (significant, p < 0.001)."
    )
    assert ": −0.017 [−0.069, 0.025] by x (not" in gain_said({"x": gain(-0.017, -0.069, 0.025, 0.4)})
    assert "A (random) (the best of 3): " in gain_said({"x": gain(0.1, 0.0, 0.2, 0.06, twins=3)})
    other = replace(one, twin="A (seed 2)")
    assert "[−0.025, 0.069] over A (seed 2) by y" in gain_said({"x": one, "y": other}) and gain_said({}) == ""
    assert correction_said([replace(one, tests=3)]) == (
        "That of gains for the 3 checkpoints with random weights of their own."
    )
    assert correction_said([one]) == correction_said([]) == ""
    others = [gain(0.1, 0.05, 0.2, 0.001), gain(-0.1, -0.2, -0.05, 0.001)]
    named = [replace(others[0], space="B"), replace(others[1], space="C"), others[0]]
    assert others_said(named, "A") == "Beside their own random weights: B significantly above, C not."
    assert others_said([others[0]], "A") == ""


def test_twins_are_the_same_layer_with_random_weights_and_only_weights_are_trained(pipeline: Pipeline) -> None:
    one = pipeline.spaces()[0]

    def space(name: str, **changes: object):  # type: ignore[no-untyped-def]
        own = CheckpointSpec(name=name, family="transformer", model="m")
        return replace(one, name=name, checkpoint=replace(own, **changes), layer=6)

    trained, first, second = space("a"), space("b", init="random"), space("c", init="random", init_seed=1)
    other = space("d", init="random", model="n")
    assert twins_of(trained, [trained, first, second, other]) == [first, second]
    assert twins_of(first, [trained, first, second]) == [] and twins_of(replace(trained, layer=3), [first]) == []
    assert is_trained(trained) and not is_trained(first) and not is_trained(space("e", init="statistics"))
    assert not any(is_trained(space("f", family=family)) for family in ("tfidf", "numeric", "vectors"))


def test_every_seed_is_told_and_a_penalty_at_the_end_of_its_grid_too(pipeline: Pipeline) -> None:
    asks = task_asks(pipeline)
    said = seeds_said(pipeline, standings(pipeline, asks))
    each = pipeline.find(Ask("task", "linear", "trained", "kinds")).tables["by_seed"]["accuracy"]
    assert said[0].startswith("kinds, linear probe, accuracy by seed (0, 1 and 2): words 1.000, 1.000, 1.000; trained ")
    assert f"trained {', '.join(f'{value:.3f}' for value in each)};" in said[0]
    assert len(said) == 2  # neighbours are asked once
    noted = at_end(pipeline, asks)
    tops = {
        (ask.subject, ask.other): (table["alpha" if ask.other == "sizes" else "C"] == top).sum()
        for ask in asks
        if ask.name == "linear"
        for top in [1e4 if ask.other == "sizes" else 1e3]
        for table in [pipeline.find(ask).tables["by_seed"]]
    }
    assert {place[:2] for place in noted} == {place for place, times in tops.items() if times}
    assert ("twin", "sizes", "linear") in noted  # noise is not read at any penalty
    assert noted["twin", "sizes", "linear"] == f"alpha = 10,000 in {tops['twin', 'sizes']} of 3 seeds"
    assert "beyond which another might read more: " in ends_said(noted) and ends_said({}) == ""
