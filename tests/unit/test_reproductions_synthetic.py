"""The matrix of synthetic pre-training: the formula by hand, its gate and tables, and a whole plan in miniature."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.registry import sequence_tasks
from analysis.reproductions import synthetic, synthetic_command, synthetic_data, synthetic_tables
from analysis.reproductions.benefit import area, benefit, denominator, headline, steps_to
from analysis.reproductions.synthetic import (
    NATURAL,
    TINY,
    Plan,
    Run,
    finetunings,
    folder_of,
    made,
    pretrainings,
    recipe_of,
    tuned,
)
from analysis.store import Store
from models.errors import BadInput

RANDOM, FULL = [0.30, 0.31, 0.29], [0.80, 0.79, 0.81]


def test_a_benefit_is_the_share_of_what_natural_brings() -> None:
    found = benefit([0.54, 0.55, 0.56], RANDOM, FULL)
    assert (found.score, found.denominator, found.benefit) == pytest.approx((0.55, 0.5, 0.5)) and found.counts
    assert 0.45 < found.low < 0.5 < found.high < 0.55
    assert benefit(RANDOM, RANDOM, FULL).benefit == 0 and benefit(FULL, RANDOM, FULL).benefit == pytest.approx(1)


@pytest.mark.parametrize(
    ("random", "natural", "counts"),
    [
        ([0.30, 0.31, 0.29], [0.38, 0.39, 0.37], False),  # 8 points
        ([0.2, 0.4, 0.3], [0.5, 0.4, 0.45], False),  # less than three standard deviations
        ([0.30, 0.31, 0.29], [0.45, 0.44, 0.46], True),
        ([0.3], [0.8], False),  # of one seed nothing is known
    ],
)
def test_a_cell_counts_only_where_natural_brings_enough(
    random: list[float], natural: list[float], counts: bool
) -> None:
    assert denominator(random, natural)[1] is counts


def test_cells_that_do_not_count_are_never_averaged() -> None:
    good, bad = benefit([0.55] * 3, RANDOM, FULL), benefit([0.9] * 3, RANDOM, [0.31, 0.32, 0.30])
    assert headline({"a": good, "b": bad}) == pytest.approx(0.5) and np.isnan(headline({"b": bad}))
    assert np.isnan(benefit([0.5], [0.3], [0.3]).benefit)


def test_the_area_under_a_line_is_its_mean_and_a_threshold_is_met_between_points() -> None:
    assert area([0, 100], [0.2, 0.6]) == pytest.approx(0.4)
    assert area([10, 20, 40], [0.0, 1.0, 1.0]) == pytest.approx((5 + 20) / 30)
    assert steps_to([100, 200], [0.2, 0.6], 0.5) == pytest.approx(175)
    assert steps_to([100, 200], [0.2, 0.6], 0.1) == 100 and np.isnan(steps_to([100], [0.2], 0.5))


def scores(way: str, task: str, values: list[float], regime: str = "low") -> list[dict[str, object]]:
    metrics = ("token_f1", "exact_match", "rouge_l", "area")
    return [
        {"way": way, "task": task, "regime": regime, "seed": seed, "token_accuracy": value, "rate": 0.03}
        | dict.fromkeys(metrics, value)
        | {"steps": [50, 100], "right": [value / 2, value]}
        for seed, value in enumerate(values)
    ]


def table() -> pd.DataFrame:
    rows = scores("random", "rewrite", RANDOM) + scores("identity", "rewrite", [0.6, 0.61, 0.59])
    rows += scores("set", "rewrite", [0.7, 0.71, 0.69]) + scores(NATURAL, "rewrite", FULL)
    rows += scores("random", "name", RANDOM) + scores("set", "name", RANDOM) + scores(NATURAL, "name", RANDOM)
    return pd.DataFrame(rows)


def test_the_matrix_shows_scores_and_benefits_and_flags_what_does_not_count() -> None:
    matrix = synthetic_tables.matrix(table(), "low", "token_accuracy").set_index("way")
    assert matrix.loc["set", "rewrite"].startswith("70.0; 0.80 (") and matrix.loc["set", "mean benefit"] == "0.80"
    assert matrix.loc["set", "published"] == "0.65" and matrix.loc["identity", "name"] == ""
    assert matrix.loc["set", "name"].endswith("(!)")
    assert synthetic_tables.passing(table(), "low") == ("rewrite",)


def test_speed_and_the_order_are_said() -> None:
    speed = synthetic_tables.speed(table(), "low").set_index("way")
    assert speed.loc["random", "rewrite"] == "0.300, not by all"  # two of three seeds reach their mean
    assert speed.loc["set", "rewrite"].endswith(" 50 steps")
    (verdict,) = synthetic_tables.verdicts(table(), "low")
    assert (
        verdict
        == "rewrite, low data: random < identity < set holds; natural is not below set by more than the interval"
    )
    worse = table().replace({"way": {"identity": "set", "set": "identity"}})
    assert "does NOT hold" in synthetic_tables.verdicts(worse, "low")[0]


def test_the_plan_is_that_of_the_laboratory() -> None:
    tasks = tuple(sequence_tasks())
    low = finetunings(TINY, "low", tasks)
    low += finetunings(TINY, "low", tasks, TINY.later)
    assert len(tasks) == 6 and len(low) == (len(TINY.ways["low"]) + len(TINY.later)) * 6 * 3 >= 9 * 6 * 3
    assert TINY.ways["full"] == ("random", "statistics", "gain", "higher rate", "set", NATURAL)
    assert {run.way for run in pretrainings(TINY, (*TINY.ways["low"], *TINY.later))} == set(TINY.pretraining)
    assert {run.way for run in low} | set(synthetic.CONTROLS) == set(synthetic.WAYS)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Plan, Store]:
    """A plan of two steps on made-up data, made in this process."""
    from models.pretraining.text_tokens import learnt, tokens_of

    store = Store(tmp_path / "cache", ())
    texts = [f"value_{i} = first_{i % 7} + second_{i % 5}\n" for i in range(200)]
    tokenizer = learnt(texts, 1_024)
    rows = [
        ("rewrite", part, f"first_{i} + second_{i}", f"second_{i} + first_{i}")
        for part, start in (("train", 0), ("dev", 300), ("test", 400))
        for i in range(start, start + 40)
    ]
    store.put(
        synthetic_data.data_recipe(),
        content={"tokenizer": tokenizer.to_str()},
        arrays={"text": tokens_of(texts, tokenizer, most=5_000)},
        tables={"pairs": pd.DataFrame(rows, columns=["task", "part", "input", "target"])},
    )
    one = {"rewrite": sequence_tasks()["rewrite"]}
    monkeypatch.setattr(synthetic, "sequence_tasks", lambda: one)
    for name, value in (("HELD", 4), ("TESTED", 4)):
        monkeypatch.setattr(synthetic, name, value)

    def here(runs: list[Run], plan: Plan, store: Store, say: object) -> None:
        for run, said in list(made(runs, plan, store)):
            if said is None:
                synthetic.make(run, plan, store)

    monkeypatch.setattr(synthetic_command, "_make", here)
    plan = replace(
        TINY,
        pretraining={"set": 2, NATURAL: 2},
        pairs={"low": 16, "full": 32},
        steps={"low": 2, "full": 2},
        ways={"low": ("random", "set", NATURAL), "full": ("random", "higher rate", NATURAL)},
        later=("statistics",),
        seeds=(0,),
        every=1,
        kept_every=1,
    )
    return plan, store


def test_a_plan_is_made_kept_and_told(small: tuple[Plan, Store], monkeypatch: pytest.MonkeyPatch) -> None:
    plan, store = small
    monkeypatch.setattr(synthetic_tables, "passing", lambda table, regime: ("rewrite",))
    parts = list(synthetic_command.parts_of(plan, store, lambda said: None))
    found = parts[-1]
    assert [len(part) for part in parts] == [3, 6, 7] and set(found["regime"]) == {"low", "full"}
    rates = found.set_index(["regime", "way"])["rate"]
    base = tuned("rewrite", "full", plan, store)
    assert base in synthetic.RATES and rates["full", "higher rate"] == pytest.approx(3 * base)
    assert rates["full", "random"] == base
    folder = folder_of("set", plan, store)
    assert (folder / "model.safetensors").is_file() and (folder / "config.json").is_file()
    assert json.loads((folder / "recipe.json").read_text())["course"]["steps"] == 2
    monkeypatch.setattr(synthetic, "make", lambda *asked: pytest.fail("it was kept"))
    again = list(synthetic_command.parts_of(plan, store, lambda said: None))
    pd.testing.assert_frame_equal(again[-1], found)
    run = Run("set", "rewrite", "low", 0)
    kept = store.get(recipe_of(run, plan, store))
    assert kept is not None
    before, after = kept.array("before"), kept.array("after")
    assert before.shape == after.shape == (4, 64) and not np.allclose(before, after)
    monkeypatch.undo()
    text, _ = synthetic_command.told(found)
    assert "token accuracy, low data" in text and "| statistics |" in text and "0.39" in text


def test_a_rate_that_is_not_tuned_yet_is_not_guessed(small: tuple[Plan, Store]) -> None:
    plan, store = small
    with pytest.raises(LookupError, match="rewrite"):
        list(made(finetunings(plan, "low", ("rewrite",)), plan, store))


def test_a_size_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "synthetic", "--size", "full", "--cache", str(tmp_path)]) == 2
    assert "give --size tiny or small" in capsys.readouterr().err
    with pytest.raises(BadInput):
        synthetic_command.reproduce("smal", None, tmp_path, lambda said: None)
