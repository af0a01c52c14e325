"""Drawings brought near that of another space: known answers, scipy's own Procrustes, and what cannot be aligned."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import procrustes

from analysis.aligned_drawing import RESIDUAL
from analysis.ask import ALIGNMENTS, Ask
from analysis.number import CannotAnalyze
from analysis.pipeline import Drawing, Pipeline
from analysis.projection.joint import fitted_together
from analysis.projection.onto import laid_onto, residual
from analysis.report import manifest
from analysis.rows import number_rows
from analysis.run import open_study
from models.errors import BadInput
from tests.worlds import space_of

N = 150
STUDY = """
k = 10
draws = 5
[dataset]
path = "t.csv"
id = "id"
"""
SPACES = ("first", "turned", "near", "other")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Five groups in a space; the same turned and scaled; with noise; and groups dealt otherwise."""
    return world(tmp_path_factory.mktemp("aligned"), N)


def world(folder: Path, n: int) -> Pipeline:
    rng = np.random.default_rng(0)
    centers = 4 * rng.normal(size=(5, 8))
    first = centers[np.arange(n) % 5] + rng.normal(size=(n, 8))
    spaces = {
        "first": first,
        "turned": 3 * first @ np.linalg.qr(rng.normal(size=(8, 8)))[0],
        "near": first + 0.5 * rng.normal(size=(n, 8)),
        "other": first[rng.permutation(n)],
    }
    for name, vectors in spaces.items():
        np.save(folder / f"{name}.npy", vectors.astype(np.float32))
    (folder / "t.csv").write_text("id,x\n" + "".join(f"s{i},{i}\n" for i in range(n)))
    told = (f'[[checkpoint]]\nname = "{name}"\nfamily = "vectors"\nmodel = "{name}.npy"\n' for name in SPACES)
    (folder / "study.toml").write_text(STUDY + "".join(told))
    found = open_study(folder / "study.toml", cache=folder / "cache")
    found.dataset()
    return found


def aligned(how: str, subject: str, other: str = "first", name: str = "umap", **params: object) -> Ask:
    return Ask("projection", name, subject, other, {"alignment": how, **params})


def left(drawing: Drawing) -> float:
    value = drawing.trust.numbers[RESIDUAL].value
    assert value is not None
    return value


def cloud(n: int, dimensions: int, seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=(n, dimensions)) * [3, 1, 2][:dimensions]).astype(np.float32)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_residual_and_the_laid_map_equal_scipys(dimensions):
    reference = cloud(80, dimensions, 0)
    drawn = (reference @ np.linalg.qr(cloud(dimensions, dimensions, 1))[0] + 0.7 * cloud(80, dimensions, 2)) * 9 + 5
    _, theirs, disparity = procrustes(reference.astype(float), drawn.astype(float))
    found = residual(reference, drawn, seed=0)
    assert found.value == pytest.approx(disparity, rel=1e-5) and found.n == 80
    centered = reference - reference.mean(axis=0)
    laid = laid_onto(reference, drawn) - reference.mean(axis=0)
    np.testing.assert_allclose(laid / np.linalg.norm(laid), theirs / np.linalg.norm(theirs), atol=1e-5)
    assert np.linalg.norm(laid) == pytest.approx(np.linalg.norm(centered), rel=1e-5)
    unexplained = np.square(centered - np.sqrt(1 - found.value) * laid).sum() / np.square(centered).sum()
    assert unexplained == pytest.approx(found.value, rel=1e-4)  # at the scale of the least squares, as its name says


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_turned_mirrored_scaled_and_shifted_copy_is_laid_onto_its_original(dimensions):
    reference = cloud(60, dimensions, 0) + 7
    mirrored = np.linalg.qr(cloud(dimensions, dimensions, 3))[0]
    mirrored[:, 0] *= -np.sign(np.linalg.det(mirrored))
    copy = (0.01 * reference @ mirrored - 3).astype(np.float32)
    np.testing.assert_allclose(laid_onto(reference, copy), reference, atol=1e-3)
    assert residual(reference, copy, seed=0).value == pytest.approx(0, abs=1e-6)


def test_independent_clouds_leave_nearly_all_and_as_much_as_the_null_says():
    found = [residual(cloud(300, 2, seed), cloud(300, 2, 1000 + seed), seed=seed) for seed in range(40)]
    assert min(number.value for number in found) > 0.9
    assert sum(not number.beyond_null for number in found) >= 36  # 95 % of 40 are 38
    near = residual(cloud(300, 2, 0), cloud(300, 2, 0) + cloud(300, 2, 1), seed=0)
    assert near.value < 0.6 < 0.95 < near.null_low < near.null_mean < near.null_high <= 1


def test_points_that_coincide_are_laid_onto_nothing():
    with pytest.raises(CannotAnalyze, match="All points of a map coincide"):
        laid_onto(cloud(20, 2, 0), np.ones((20, 2), np.float32))


@pytest.mark.parametrize("name", ["pca", "tsne", "umap"])
def test_a_rotated_drawing_keeps_its_neighbours_and_a_turned_space_lies_on_its_original(pipeline, name):
    ask = aligned("procrustes", "turned", name=name)
    drawing, own = pipeline.make(ask), pipeline.find(ask.alone)
    reference = pipeline.find(ask.reference)
    _, _, disparity = procrustes(reference.coordinates.astype(float), own.coordinates.astype(float))
    assert left(drawing) == pytest.approx(disparity, abs=1e-6)
    for number in ("trustworthiness", "continuity"):
        assert drawing.trust.numbers[number] == own.trust.numbers[number]
    np.testing.assert_array_equal(drawing.trust.points["projection_error"], own.trust.points["projection_error"])
    if name == "pca":
        assert left(drawing) < 1e-6
        np.testing.assert_allclose(drawing.coordinates, reference.coordinates, atol=1e-3)


def test_a_flat_drawing_has_one_key_however_it_is_said_and_every_alignment_another(pipeline):
    keys = [pipeline.recipe(aligned(how, "near")).key for how in ALIGNMENTS]
    keys += [pipeline.recipe(aligned(how, "near", dimensions=3)).key for how in ALIGNMENTS]
    keys += [pipeline.recipe(ask).key for ask in (aligned("joint", "first", "near"), aligned("start", "near", "other"))]
    keys += [pipeline.recipe(Ask("projection", "umap", "near")).key]
    assert len(set(keys)) == len(keys)
    for how in ALIGNMENTS:
        assert pipeline.recipe(aligned(how, "near", dimensions=2)) == pipeline.recipe(aligned(how, "near"))
    recipe, reference = pipeline.recipe(aligned("start", "near")), pipeline.recipe(Ask("projection", "umap", "first"))
    assert recipe.inputs["reference"] == reference.key and recipe.params["alignment"] == "start"


def test_a_drawing_in_space_is_aligned_too(pipeline):
    drawing = pipeline.make(aligned("procrustes", "turned", name="pca", dimensions=3))
    assert drawing.coordinates.shape == (N, 3) and left(drawing) < 1e-6


def test_a_map_started_from_another_is_as_trustworthy_lies_nearer_to_it_and_depends_on_the_seed(pipeline):
    started, rotated = (pipeline.make(aligned(how, "near")) for how in ("start", "procrustes"))
    own = pipeline.make(Ask("projection", "umap", "near"))
    worth = [one.trust.numbers["trustworthiness"].value for one in (started, own)]
    assert worth[0] > worth[1] - 0.02
    assert left(started) < left(rotated) and left(started) < 0.2
    assert started.trust.numbers[RESIDUAL].null_low > 0.9
    ask = aligned("start", "near")
    elsewhere, another = (
        Pipeline(replace(pipeline.study, seed=seed), pipeline.place, replace(pipeline.store, root=root))
        for seed, root in ((0, pipeline.store.root / "again"), (1, pipeline.store.root))
    )
    np.testing.assert_array_equal(elsewhere.make(ask).coordinates, started.coordinates)
    assert np.abs(another.make(ask).coordinates - started.coordinates).max() > 0.01


def test_a_joint_fit_makes_both_halves_at_once_whichever_is_asked_for(pipeline):
    drawing, other = pipeline.make(aligned("joint", "near")), pipeline.find(aligned("joint", "first", "near"))
    assert other is not None and drawing.coordinates.shape == other.coordinates.shape == (N, 2)
    assert left(drawing) == pytest.approx(left(other), abs=1e-6)
    assert left(drawing) < 0.2 < 0.9 < drawing.trust.numbers[RESIDUAL].null_low
    for half, name in ((drawing, "near"), (other, "first")):
        own = pipeline.make(Ask("projection", "umap", name))
        worth = [one.trust.numbers["trustworthiness"].value for one in (half, own)]
        assert worth[0] > worth[1] - 0.03
    apart = np.linalg.norm(drawing.coordinates - other.coordinates, axis=1).mean()
    assert apart < 0.5 * np.linalg.norm(drawing.coordinates - drawing.coordinates.mean(axis=0), axis=1).mean()
    assert pipeline.make(Ask("regions", "umap", "near", "first", {"alignment": "joint"})).tables["regions"] is not None


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (aligned("procrustes", "near", "near"), "aligned to that of another space, not to 'near'; give one as `other`"),
        (aligned("start", "near", ""), "aligned to that of another space, and none is named"),
        (aligned("start", "near", name="pca"), "pca cannot start from another map; give umap, or the .* 'procrustes'"),
        (aligned("joint", "near", name="tsne"), "tsne cannot draw two spaces in one fit; give umap, or"),
        (aligned("procustes", "near"), "no alignment 'procustes'; did you mean 'procrustes'"),
        (aligned("procrustes", "near", "frist"), "no space 'frist'; did you mean 'first'"),
        (aligned("procrustes", "near", dimensions=4), "a map has 2 or 3 dimensions, not 4"),
    ],
)
def test_what_cannot_be_aligned_is_refused_in_a_sentence(pipeline, ask, sentence):
    with pytest.raises(BadInput, match=sentence):
        pipeline.make(ask)


@pytest.mark.parametrize("how", ALIGNMENTS)
def test_too_few_samples_are_a_question_without_an_answer(tmp_path, how):
    few = world(tmp_path, 12)
    drawing = few.make(aligned(how, "near"))
    assert not len(drawing.coordinates) and "n_neighbors is 15, but the graph of 12 samples holds 11" in drawing.why
    assert drawing.trust.numbers[RESIDUAL].why == drawing.why


def test_a_joint_fit_says_that_it_knows_no_inner_products():
    spaces = [space_of(cloud(30, 3, seed)) for seed in (0, 1)]
    with pytest.raises(CannotAnalyze, match="knows no inner products; give the metric cosine or euclidean"):
        fitted_together(spaces, "dot", 2, 0, n_neighbors=10, min_dist=0.1)


def test_numbers_and_manifest_name_the_alignment(pipeline):
    ask = aligned("procrustes", "turned", name="pca")
    pipeline.make(ask)
    rows = number_rows(pipeline, [ask, ask.alone])
    assert list(zip(rows["other"], rows["number"], strict=True)) == [
        ("pca|procrustes|first", "trustworthiness@10"),
        ("pca|procrustes|first", "continuity@10"),
        ("pca|procrustes|first", "alignment_residual"),
        ("pca", "trustworthiness@10"),
        ("pca", "continuity@10"),
    ]
    assert list(manifest(pipeline, [ask])["keys"]) == ["pca of turned rotated onto first"]
