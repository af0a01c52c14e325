"""Series: which spaces are one, its numbers as a frame, where it collapses, and its maps in one frame."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.figures.course import course_figure
from analysis.pipeline import Pipeline
from analysis.registry import analyses
from analysis.report import write_report
from analysis.series.course import COLUMNS, NOT_YET, collapse_in, finding, numbers_of
from analysis.series.series import PLACE, Member, Series, series_of
from analysis.spaces import SpaceOf
from analysis.store import Store
from analysis.study import CheckpointSpec
from analysis.study_file import parse_study
from analysis.uncertainty import answer
from models.encoder import Card
from models.place import Place
from tests.worlds import space_of

CARD = Card(
    title="", weights_sha256="", layers=3, width=4, parameters=None, pooling="mean", normalize=False, identity={}
)
SPECTRUM = analyses()["spectrum"]


def space(name: str, layer: int = 2, **spec: object) -> SpaceOf:
    checkpoint = CheckpointSpec(name=name, **spec)  # type: ignore[arg-type]
    return SpaceOf(name if checkpoint.layers == "last" else f"{name}@{layer}", checkpoint, CARD, layer)


def table_of(number: str, values: list[float], half: float = 1.0, d: float = np.nan) -> pd.DataFrame:
    rows = [
        {"analysis": "spectrum", "number": number, "other": "", "at": 10.0 * i, "space": f"s{i}", "value": value}
        | {"low": value - half, "high": value + half, "n": 100.0, "why": "", "d": d}
        for i, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


# Which spaces are a series


def test_checkpoints_of_one_series_stand_in_the_order_of_their_places():
    found = series_of([space(f"run(step={at})", series="run", at=float(at)) for at in (500, 20, 100)])
    assert found == (Series("run", "step", tuple(Member(f"run(step={at})", at) for at in (20, 100, 500))),)


def test_layers_of_one_checkpoint_are_a_series_along_its_depth():
    (found,) = series_of([space("M", layer, layers="all") for layer in (2, 0, 1)])
    assert (found.name, found.along, found.spaces) == ("M", "layer", ("M@0", "M@1", "M@2"))


def test_steps_with_several_layers_are_a_series_at_each_layer_and_one_along_each_depth():
    spaces = [space(f"r(step={at})", i, series="r", at=float(at), layers=(0, 2)) for at in (1, 2) for i in (0, 2)]
    assert {found.title: found.spaces for found in series_of(spaces)} == {
        "r@0, by step": ("r(step=1)@0", "r(step=2)@0"),
        "r@2, by step": ("r(step=1)@2", "r(step=2)@2"),
        "r(step=1), by layer": ("r(step=1)@0", "r(step=1)@2"),
        "r(step=2), by layer": ("r(step=2)@0", "r(step=2)@2"),
    }


def test_what_places_count_is_read_off_the_names():
    of = lambda name, at: space(name, series="s", at=at)  # noqa: E731
    assert series_of([of("s(weight=0.1,seed=0)", 0.1), of("s(weight=0.5,seed=0)", 0.5)])[0].along == "weight"
    assert series_of([of("small", 1.0), of("large", 2.0)])[0].along == "at"


def test_a_series_without_places_stands_in_the_order_of_the_study():
    (found,) = series_of([space("b", series="s"), space("a", series="s", at=3.0)])
    assert (found.along, found.members) == (PLACE, (Member("b", 1.0), Member("a", 2.0)))


def test_one_space_is_no_series():
    assert series_of([space("a", series="s", at=1.0), space("b"), space("c", layers=(1,))]) == ()


# Where it collapses


def test_a_planted_collapse_is_marked_where_it_happens_and_not_before_or_after():
    found = collapse_in(table_of("rankme", [20, 40, 60, 58, 25, 24, 50]))
    assert found is not None
    assert (found.space, found.at, found.value, found.before, found.before_at) == ("s4", 40.0, 25.0, 60.0, 20.0)
    assert found.sentence("step") == "collapse at step 40: RankMe falls to 25.0 from 60.0 at step 20"


@pytest.mark.parametrize("values", [[20, 30, 40, 50], [60, 55, 45, 31], [5, 5, 5, 5], [60]], ids=str)
def test_a_series_that_grows_or_falls_by_less_than_half_marks_nothing(values):
    assert collapse_in(table_of("effective_rank", values)) is None


def test_a_fall_within_the_intervals_marks_nothing():
    assert collapse_in(table_of("rankme", [60, 20], half=25)) is None
    assert collapse_in(table_of("rankme", [60, 20], half=15)) is not None


def test_without_intervals_nothing_is_marked():
    bare = table_of("rankme", [60, 20]).assign(low=np.nan)
    assert collapse_in(bare) is None


def test_the_earlier_of_two_ranks_that_collapse_is_marked():
    both = pd.concat([table_of("effective_rank", [60, 50, 20]), table_of("rankme", [60, 20, 10])])
    found = collapse_in(both)
    assert found is not None and (found.number, found.at) == ("rankme", 10.0)


def test_other_numbers_and_missing_members_mark_nothing():
    assert collapse_in(table_of("twonn", [60, 5])) is None
    gap = table_of("rankme", [60, 5, 55])
    gap.loc[1, ["value", "low", "high"]] = np.nan
    assert collapse_in(gap) is None


def test_a_narrower_space_is_held_to_its_own_width():
    narrow = table_of("effective_rank", [100, 40])
    assert collapse_in(narrow) is not None
    narrow.loc[1, "d"] = 48  # 40 of 48 directions are used
    assert collapse_in(narrow) is None
    narrow.loc[1, "value"], narrow.loc[1, "high"] = 20, 21  # fewer than half of 48
    assert collapse_in(narrow) is not None


@pytest.mark.parametrize("cone", [False, True], ids=["few directions", "narrow cone"])
def test_spaces_that_collapse_are_found_from_their_vectors(cone):
    """Measured, not made up: the numbers and intervals of round clouds of which the last two are pressed flat."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(5):
        vectors = rng.standard_normal((300, 24))
        if i >= 3 and cone:
            vectors = 0.1 * vectors + np.eye(24)[0] * 20
        elif i >= 3:
            vectors[:, 4:] *= 0.01
        result = answer(SPECTRUM, space_of(vectors), SPECTRUM.params(), {}, draws=60, seed=0, k=5)
        for name in ("effective_rank", "rankme"):
            number = result.numbers[name]
            cells = {"value": number.value, "low": number.low, "high": number.high, "d": 24, "why": ""}
            rows.append({"number": name, "at": float(i), "space": f"s{i}"} | cells)
    found = collapse_in(pd.DataFrame(rows, columns=list(COLUMNS)))
    assert found is not None and found.space == "s3"
    assert found.number == ("rankme" if cone else "effective_rank")
    assert collapse_in(pd.DataFrame(rows[:6], columns=list(COLUMNS))) is None


# Its numbers as a frame

STUDY = """
draws = 0
k = 3
analyses = ["spectrum", "hubness", "label_agreement"]
[dataset]
path = "t.csv"
id = "id"
labels = ["kind"]
numeric = ["a", "b"]
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": [f"p{i}" for i in range(12)], "kind": ["x", "y"] * 6})
    frame[["a", "b"]] = rng.standard_normal((12, 2))
    frame.to_csv(tmp_path / "t.csv", index=False)
    study = STUDY
    for at in (20, 10, 30):
        np.save(tmp_path / f"v{at}.npy", rng.standard_normal((12, 4)).astype(np.float32))
        study += f'[[checkpoint]]\nname = "run(step={at})"\nfamily = "vectors"\nmodel = "v{at}.npy"\n'
        study += f'series = "run"\nat = {at}\n'
    return Pipeline(parse_study(study), Place(tmp_path), Store(tmp_path / "cache"))


def test_every_number_of_every_member_is_a_row_in_their_order(pipeline):
    (series,) = series_of(pipeline.spaces())
    for name in series.spaces:
        for ask in (Ask("analysis", "spectrum", name), Ask("analysis", "label_agreement", name, "kind")):
            pipeline.make(ask)
    table = numbers_of(pipeline, series)
    assert tuple(table.columns) == COLUMNS
    ranks = table[table["number"] == "effective_rank"]
    assert ranks["at"].tolist() == [10.0, 20.0, 30.0] and ranks["d"].tolist() == [4.0] * 3
    for _, row in ranks.iterrows():
        known = pipeline.find(Ask("analysis", "spectrum", row["space"])).numbers["effective_rank"].value
        assert row["value"] == known
    agreement = table[table["number"] == "knn_accuracy@3"]
    assert set(agreement["other"]) == {"kind"} and agreement["value"].notna().all()


def test_what_is_missing_says_why(pipeline):
    (series,) = series_of(pipeline.spaces())
    pipeline.make(Ask("analysis", "spectrum", "run(step=10)"))
    table = numbers_of(pipeline, series)
    ranks = table[table["number"] == "effective_rank"].set_index("at")
    assert ranks["why"].to_dict() == {10.0: "", 20.0: NOT_YET, 30.0: NOT_YET}
    unanswered = table[(table["number"] == "alpha_req") & (table["at"] == 10.0)]
    assert unanswered["value"].isna().all() and unanswered["why"].iloc[0] not in ("", NOT_YET)
    hubs = table[table["analysis"] == "hubness"]
    assert set(hubs["number"]) == {"k_skewness@3"} and set(hubs["why"]) == {NOT_YET}


def test_a_report_holds_the_series_as_a_table_a_figure_and_in_words(pipeline, tmp_path):
    import json

    (series,) = series_of(pipeline.spaces())
    for name in series.spaces:
        pipeline.make(Ask("analysis", "spectrum", name))
    write_report(pipeline, [Ask("analysis", "spectrum", name) for name in series.spaces], tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out" / "tables" / "series.parquet")
    assert set(table["series"]) == {"run"} and set(table["along"]) == {"step"}
    assert table[table["number"] == "rankme"]["at"].tolist() == [10.0, 20.0, 30.0]
    assert "effective rank" in (tmp_path / "out" / "figures" / "series--run--step.html").read_text()
    said = json.loads((tmp_path / "out" / "manifest.json").read_text())["series"]
    assert said == [{"name": "run", "along": "step", "spaces": list(series.spaces), "collapse": None}]


def test_a_series_is_told_without_loading_a_model(pipeline, monkeypatch):
    monkeypatch.setattr(Pipeline, "make", lambda *_: pytest.fail("something was made"))
    pipeline.dataset()
    (series,) = series_of(pipeline.spaces())
    assert numbers_of(pipeline, series)["why"].eq(NOT_YET).all()
    assert replace(series, name="x").title == "x, by step"


# Its figures


@dataclass(frozen=True)
class Drawn:
    series: Series
    table: pd.DataFrame


@pytest.fixture
def fallen() -> Drawn:
    table = table_of("rankme", [20, 60, 25])
    return Drawn(Series("run", "step", tuple(Member(f"s{i}", 10.0 * i) for i in range(3))), table)


def test_the_figure_says_and_marks_the_collapse_and_draws_interval_and_chance(fallen):
    table = fallen.table.assign(null_low=70.0, null_high=80.0)
    figure = course_figure(fallen.series, table, [("spectrum", "rankme", "")], collapse_in(table))
    assert "collapse at step 20: RankMe falls to 25.0" in figure.layout.title.text.replace("<br>", " ")
    assert [shape.x0 for shape in figure.layout.shapes] == [20.0]
    assert "collapse" in {note.text for note in figure.layout.annotations}
    chance, interval, line, points = figure.data
    assert (max(chance.y), min(chance.y)) == (80.0, 70.0) and (max(interval.y), min(interval.y)) == (61.0, 19.0)
    assert list(line.y) == list(points.y) == [20.0, 60.0, 25.0]
    assert len({*points.marker.color}) == 3  # light to dark


def test_the_figure_of_a_series_without_a_collapse_marks_nothing(fallen):
    table = table_of("effective_rank", [20, 30, 40])
    figure = course_figure(fallen.series, table, [("spectrum", "effective_rank", "")], collapse_in(table))
    assert not figure.layout.shapes
    assert figure.layout.title.text == finding(fallen.series, table, None).replace("; nothing", ";<br>nothing") or (
        "nothing collapses" in figure.layout.title.text.replace("<br>", " ")
    )


def test_a_member_without_a_value_leaves_a_gap_in_line_and_band(fallen):
    table = table_of("rankme", [20, 30, 40])
    table.loc[1, ["value", "low", "high"]] = np.nan
    figure = course_figure(fallen.series, table, [("spectrum", "rankme", "")], None)
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    line, points = figure.data[-2:]
    assert len(bands) == 2 and np.isnan(line.y[1]) and list(points.x) == [0.0, 20.0]


def test_seeds_at_one_place_are_points_around_the_line_of_their_mean_and_are_named():
    members = tuple(Member(f"s{i}", at) for i, at in enumerate([0.0, 0.0, 0.1]))
    table = table_of("rankme", [20, 30, 40]).assign(at=[0.0, 0.0, 0.1])
    figure = course_figure(Series("sipt", "weight", members), table, [("spectrum", "rankme", "")], None)
    (band,) = [trace for trace in figure.data if trace.fill == "toself"]
    line, points = figure.data[-2:]
    assert list(line.x) == [0.0, 0.1] and list(line.y) == [25.0, 40.0]
    assert list(points.y) == [20.0, 30.0, 40.0] and (min(band.y), max(band.y[:1])) == (19.0, 31.0)
    assert "s1" in points.hovertext[1] and "weight 0.1" in points.hovertext[2]
