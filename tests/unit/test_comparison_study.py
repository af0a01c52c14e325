"""Comparisons of a whole study: which pairs, which measures, what the report holds, and how cells are judged."""

import csv
from pathlib import Path

import numpy as np
import pytest

from analysis.__main__ import main
from analysis.ask import Ask
from analysis.figures.matrix import matrix_figure
from analysis.labels import Labels
from analysis.number import Number
from analysis.plan import pairs_of
from analysis.run import open_study
from analysis.series.matrix import Matrix, beyond, matrices
from analysis.series.pair import Reference, ask_of, by_class, changed, references, weighed
from models.errors import BadInput
from tests.unit.test_command_line import STUDY, write_world

THREE = STUDY + "".join(
    f'\n[[checkpoint]]\nname = "{name}"\nfamily = "vectors"\nmodel = "{name}.npy"\n' for name in ("turned", "noise")
)


def world(folder: Path, more: str = "") -> Path:
    """Three spaces of 60 samples: columns, the same turned and scaled, and noise."""
    rng = np.random.default_rng(1)
    study = write_world(folder, THREE + more)
    columns = np.loadtxt(folder / "t.csv", delimiter=",", skiprows=1, usecols=(1, 2, 3))
    standard = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    np.save(folder / "turned.npy", (7 * standard @ turn + 1).astype(np.float32))
    np.save(folder / "noise.npy", rng.normal(size=(60, 5)).astype(np.float32))
    return study


def run(study: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    folder = study.parent
    assert main(["run", str(study), "--out", str(folder / "out"), "--cache", str(folder / "cache")]) == 0
    with (folder / "out" / "numbers.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "comparison"]
    return {(row["subject"], row["other"], row["number"]): row for row in rows}


def test_a_run_compares_every_two_spaces_by_the_usual_measures(tmp_path: Path) -> None:
    found = run(world(tmp_path))
    pairs = [("columns", "turned"), ("columns", "noise"), ("turned", "noise")]
    usual = ["debiased_cka", "procrustes", "mutual_knn@10", "mutual_knn@50"]
    assert sorted(found) == sorted((*pair, number) for pair in pairs for number in usual)
    assert float(found["columns", "turned", "debiased_cka"]["value"]) == pytest.approx(1, abs=1e-5)
    assert float(found["columns", "turned", "procrustes"]["value"]) == pytest.approx(0, abs=1e-5)
    alike, unlike = (float(found["columns", other, "mutual_knn@10"]["value"]) for other in ("turned", "noise"))
    assert alike > 0.8 > 0.4 > unlike
    none = found["columns", "noise", "debiased_cka"]
    assert float(none["null_low"]) < float(none["value"]) < float(none["null_high"]) and none["n"] == "60"
    assert (tmp_path / "out/figures/comparison--debiased_cka.html").is_file()


def test_a_study_names_measures_ks_and_pairs(tmp_path: Path) -> None:
    section = '[comparison]\nmeasures = ["jaccard", "rsa_pearson"]\nks = [5, 80]\npairs = [["noise", "columns"]]\n'
    found = run(world(tmp_path, section))
    assert sorted(found) == [("noise", "columns", "jaccard@5"), ("noise", "columns", "rsa_pearson")]


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ('measures = ["cka"]', "no measure 'cka'"),
        ('pairs = [["columns", "colums"]]', "no space 'colums'; did you mean 'columns'"),
        ('pairs = [["columns", "columns"]]', "give two different spaces"),
    ],
)
def test_what_cannot_be_compared_is_said_before_any_work(tmp_path: Path, section: str, sentence: str) -> None:
    pipeline = open_study(world(tmp_path, f"[comparison]\n{section}\n"), cache=tmp_path / "cache")
    pipeline.dataset()
    with pytest.raises(BadInput, match=sentence):
        pairs_of(pipeline)


def test_globs_of_a_study_pick_measures_too(tmp_path: Path) -> None:
    study = world(tmp_path)
    study.write_text(study.read_text().replace("k = 5", 'k = 5\nanalyses = ["health", "procr*"]'))
    pipeline = open_study(study, cache=tmp_path / "cache")
    found = pipeline.make(Ask("comparison", subject="columns", other="noise"))
    assert list(found.numbers) == ["procrustes"]
    study.write_text(study.read_text().replace('"procr*"', '"hubness"'))
    none = open_study(study, cache=tmp_path / "cache")
    none.dataset()
    assert pairs_of(none) == []


def test_spaces_whose_long_names_begin_alike_are_rows_of_their_own():
    names = tuple(f"a checkpoint with a very long name, seed {seed}" for seed in range(3))
    cells = {(names[i], names[j]): Number(value=0.1 * (i + j), n=9) for i, j in ((0, 1), (0, 2), (1, 2))}
    figure = matrix_figure(Matrix("debiased_cka", names, cells, 1.0))
    assert len(set(figure.data[0].x)) == 3 == len(figure.layout.yaxis.ticktext)
    assert len(set(figure.layout.xaxis.ticktext)) == 1  # as they are cut; hovering names the pair
    assert [(one.x, one.y) for one in figure.layout.annotations] == [(1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2)]


def test_a_cell_is_beyond_chance_only_where_it_is_beyond_that_of_all_cells() -> None:
    cell = Number(value=2.5, null_mean=0.0, null_low=-1.96, null_high=1.96)  # an SD of 1
    assert cell.beyond_null and beyond(cell, 1) and not beyond(cell, 10)
    assert beyond(Number(value=1.0), 3) is None
    matrix = Matrix("procrustes", ("a", "b", "c"), {("a", "b"): cell, ("c", "a"): Number(value=None, why="no")}, 0.0)
    assert matrix.judged == 1 and matrix.beyond_chance("b", "a") and matrix.beyond_chance("b", "c") is None
    values = matrix.values()
    assert values[0, 1] == values[1, 0] == 2.5 and values[2, 2] == 0 and np.isnan(values[0, 2])
    assert matrix.table()["why"].tolist() == ["", "no"]


def test_a_pair_is_asked_in_the_study_s_order_and_stands_beside_its_controls(tmp_path: Path) -> None:
    study = world(tmp_path)
    study.write_text(study.read_text() + '\n[[checkpoint]]\nname = "words"\nfamily = "tfidf"\n')
    text = study.read_text().replace('id = "id"', 'id = "id"\ntext = "id"')
    study.write_text(text)
    pipeline = open_study(study, cache=tmp_path / "cache")
    assert ask_of(pipeline, "noise", "columns") == Ask("comparison", subject="columns", other="noise")
    assert references(pipeline, "columns", "turned", "debiased_cka") == []  # not computed yet
    for space in ("columns", "turned"):
        pipeline.make(ask_of(pipeline, "words", space))
    found = references(pipeline, "columns", "turned", "debiased_cka")
    assert [(one.space, one.control) for one in found] == [("columns", "words"), ("turned", "words")]
    assert list(matrices(pipeline, pairs_of(pipeline))) == [
        "debiased_cka",
        "procrustes",
        "mutual_knn@10",
        "mutual_knn@50",
    ]


def test_a_pair_is_weighed_against_its_references_whichever_way_the_measure_runs() -> None:
    known = [Reference("a", "words", Number(value=0.3)), Reference("b", "words", Number(value=0.5))]
    assert weighed(Number(value=0.9), known, same=1) == "More alike than either is to words."
    assert weighed(Number(value=0.1), known, same=1) == "No more alike than either is to words."
    assert weighed(Number(value=0.1), known, same=0) == "More alike than either is to words."
    assert "some" in weighed(Number(value=0.4), known, same=1) and weighed(Number(value=0.4), [], same=1) == ""


def test_tables_of_change_are_in_order_and_by_class() -> None:
    change = np.array([0.5, 1.0, 0.0, 0.5])
    assert changed("abcd", change, most=True)["id"].tolist() == ["b", "a", "d", "c"]
    assert changed("abcd", change, most=False)["row"].tolist() == [2, 0, 3, 1]
    labels = Labels("l", "categorical", ("x", "y", "z"), np.array([0, 0, 1, -1], np.int32), np.empty(0))
    assert by_class(labels, change).to_dict("list") == {"class": ["x", "y"], "change": [0.75, 0.0], "n": [2, 1]}


def test_a_space_without_structure_leaves_numbers_without_a_value_and_no_failure(tmp_path: Path) -> None:
    study = world(tmp_path)
    np.save(tmp_path / "noise.npy", np.ones((60, 5), np.float32))
    found = run(study)
    assert found["columns", "noise", "debiased_cka"]["value"] == ""
    assert float(found["columns", "turned", "debiased_cka"]["value"]) == pytest.approx(1, abs=1e-5)


def test_a_pair_that_the_study_names_is_not_computed_the_other_way_round_too(tmp_path: Path) -> None:
    pipeline = open_study(world(tmp_path, '[comparison]\npairs = [["noise", "columns"]]\n'), cache=tmp_path / "cache")
    pipeline.dataset()
    assert ask_of(pipeline, "columns", "noise") == Ask("comparison", subject="noise", other="columns")
