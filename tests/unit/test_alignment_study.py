"""Graphs in a study: what a run writes of them, which globs pick, what stands before any work, and what is kept."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.ask import Ask
from analysis.graph_asks import graph_asks
from analysis.run import open_study
from analysis.series.linked import alignment_asks
from tests.unit.test_command_line import STUDY, write_world

GRAPHS = """
[[graph]]
name = "links"
path = "links.csv"
[[graph]]
name = "same kind"
source = "labels"
label = "kind"
[[graph]]
name = "near"
source = "knn"
space = "columns"
k = 3
[[graph]]
name = "across"
source = "sequence"
"""


def world(folder: Path, more: str = GRAPHS, study: str = STUDY) -> Path:
    found = write_world(folder, study + more)
    ends = [(f"s{i:03d}", f"s{(i + 3) % 60:03d}") for i in range(60)]  # a cycle in each of the three kinds
    pd.DataFrame(ends, columns=["source", "target"]).to_csv(folder / "links.csv", index=False)
    return found


def run(study: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    folder = study.parent
    assert main(["run", str(study), "--out", str(folder / "out"), "--cache", str(folder / "cache")]) == 0
    with (folder / "out" / "numbers.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "alignment"]
    return {(row["subject"], row["other"], row["number"]): row for row in rows}


def test_a_run_says_how_every_space_agrees_with_every_graph(tmp_path):
    found = run(world(tmp_path))
    assert {other for subject, other, _ in found if not subject} == {
        *("links", "same kind", "near", "across"), *("links|kind", "same kind|kind", "near|kind", "across|kind")
    }  # fmt: skip
    assert float(found["", "links|kind", "homophily"]["value"]) == 1.0
    assert float(found["", "links|kind", "lc_majority"]["null_mean"]) < 0.6
    assert found["", "links", "edges"]["value"] == "60.0" and found["", "links", "components"]["value"] == "3.0"
    for number in ("average_precision", "link_auroc", "mrr", "ndcg@10", "recall@25", "mutual_overlap@5", "best_radius"):
        row = found["columns", "links", number]
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"]) and row["null_low"], number
    assert float(found["columns", "same kind", "best_radius_f1"]["value"]) > 0.9
    assert float(found["columns", "links|kind", "one_nn_accuracy"]["value"]) == 1.0
    assert found["columns", "same kind", "hop_correlation"]["value"] == ""
    assert float(found["columns", "near", "mrr"]["value"]) == 1.0
    said = json.loads((tmp_path / "out/manifest.json").read_text())
    assert found["", "across|kind", "homophily"]["value"] == "0.0"
    warned = [note for note in said["notes"] if "Heterophilous: 0.0% of the links of 'across'" in note]
    assert warned and "Heterophilous" in (tmp_path / "out/report.html").read_text()
    assert "graph" not in said["not_used_yet"] and any("links apart" in one["why"] for one in said["without_an_answer"])
    names = {path.name for path in (tmp_path / "out/tables").iterdir()}
    figures = {path.name for path in (tmp_path / "out/figures").iterdir()}
    assert {f"alignment--columns--links--{one}.html" for one in ("distances", "theorem")} <= figures
    assert "alignment--columns--links--theorem.parquet" in names and "graph links--degrees.parquet" in names


@pytest.mark.parametrize(
    ("globs", "kept"),
    [
        ('["alignment"]', None),
        ('["mrr", "lc_*"]', {"mrr", "lc_majority", "lc_soft", "lc_strict", "lc_adjusted"}),
        ('["spectrum"]', set()),
    ],
)
def test_globs_pick_measures_of_alignment(tmp_path, globs, kept):
    study = world(tmp_path, GRAPHS.split('[[graph]]\nname = "same')[0], f"analyses = {globs}\n" + STUDY)
    found = run(study)
    numbers = {number for subject, other, number in found if subject or "|" in other}
    assert len(numbers) > 25 if kept is None else numbers == kept


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('source = "knn"\nspace = "columms"', "did you mean 'columns'"),
        ('source = "labels"\nlabel = "kin"', "did you mean 'kind'"),
        ('path = "nowhere.csv"', "does not exist"),
        ('source = "see_also"', "pydocs"),
        ('path = "links.csv"\nadd = 99', "pairs are not linked"),
    ],
)
def test_a_graph_that_cannot_be_is_said_before_any_work(tmp_path, capsys, more, words):
    study = world(tmp_path, f'\n[[graph]]\nname = "g"\n{more}\n')
    assert main(["run", str(study), "--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out/numbers.csv").exists()


def test_a_graph_that_is_not_to_judge_by_is_read_and_asked_nothing(tmp_path):
    study = world(tmp_path, '\n[[graph]]\nname = "g"\npath = "links.csv"\njudge = false\n')
    pipeline = open_study(study, cache=tmp_path / "cache")
    assert graph_asks(pipeline) == [Ask("graph", "g")]
    assert alignment_asks(pipeline, [space.name for space in pipeline.spaces()]) == []


def test_a_graph_is_kept_by_what_it_is_made_of(tmp_path):
    first = open_study(world(tmp_path), cache=tmp_path / "cache")
    graph = first.make(Ask("graph", "links"))
    again = open_study(tmp_path / "study.toml", cache=tmp_path / "cache")
    again.dataset()
    assert again.find(Ask("graph", "links")).pairs.tolist() == graph.pairs.tolist()
    (tmp_path / "links.csv").write_text("source,target\ns000,s001\n")
    other = open_study(tmp_path / "study.toml", cache=tmp_path / "cache")
    other.dataset()
    assert other.find(Ask("graph", "links")) is None and other.make(Ask("graph", "links")).edges == 1
    noisy = world(tmp_path, '\n[[graph]]\nname = "g"\npath = "links.csv"\nflip = 0.5\n')
    made = open_study(noisy, cache=tmp_path / "cache").make(Ask("graph", "g"))
    assert made.counts["rewired"] == 30 and made.edges == 60


def test_alignment_stands_among_the_numbers_of_spaces_and_as_an_axis(tmp_path):
    from analysis.rows import number_rows
    from analysis.series.course import asks_of, numbers_of
    from analysis.series.linked import answers
    from analysis.series.measured import numbers_in
    from analysis.series.series import Member, Series

    pipeline = open_study(world(tmp_path, GRAPHS.split('[[graph]]\nname = "same')[0]), cache=tmp_path / "cache")
    every = Series("", "", (Member("columns", 0.0),))
    pipeline.dataset()
    before = numbers_of(pipeline, every).query("analysis == 'alignment'")
    assert before["value"].isna().all() and set(before["why"]) == {"Not computed yet."}
    ask = Ask("graph_alignment", "", "columns", "links")
    assert ask in asks_of(pipeline, ["columns"]) and answers(ask, "alignment", "links|kind")
    made = pipeline.make(ask)
    after = numbers_of(pipeline, every).query("analysis == 'alignment'").set_index(["number", "other"])["value"]
    assert list(after.index) == list(before[["number", "other"]].itertuples(index=False, name=None))
    assert after["one_nn_accuracy", "links|kind"] == 1.0 and after["mrr", "links"] == made.numbers["mrr"].value
    axes = set(numbers_in(number_rows(pipeline, [ask]))["axis"])
    assert {"alignment|link_auroc|links", "alignment|one_nn_accuracy|links|kind"} <= axes
