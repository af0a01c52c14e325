"""Centred, whitened and all-but-the-top spaces: known answers, their keys, and a base that is embedded once."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

from analysis import derived
from analysis.ask import Ask
from analysis.derived import Transform, fitted
from analysis.geometry import moments
from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study_file import dump_study, parse_study
from models.errors import BadInput
from models.place import Place

COLUMNS = """
k = 5
draws = 0
analyses = ["health"]
[dataset]
path = "t.csv"
id = "id"
numeric = ["a", "b", "c", "d"]
"""
BASE = '[[checkpoint]]\nname = "columns"\nfamily = "numeric"\n'


def checkpoint(how: str, name: str = "", **more: str) -> str:
    lines = {"name": name or f"columns ({how})", "family": "numeric", "transform": how} | more
    return "[[checkpoint]]\n" + "".join(f'{key} = "{value}"\n' for key, value in lines.items())


def cloud(n: int = 300, d: int = 20, seed: int = 0) -> np.ndarray:
    """Correlated axes of very different widths about a mean that is not 0."""
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.standard_normal((d, d)))[0]
    turned = rng.standard_normal((n, d)) * np.arange(1, d + 1) ** -1.0 @ rotation
    return (turned + rng.standard_normal(d)).astype(np.float32)


def open_world(folder: Path, study: str) -> Pipeline:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.standard_normal((60, 4)) @ rng.standard_normal((4, 4)), columns=list("abcd"))
    frame.insert(0, "id", [f"s{i}" for i in range(60)])
    frame.to_csv(folder / "t.csv", index=False)
    return Pipeline(parse_study(study), Place(folder), Store(folder / "cache"))


def vectors_of(pipeline: Pipeline, name: str) -> np.ndarray:
    found: np.ndarray = np.array(pipeline.make(Ask("space", subject=name)).vectors, np.float64)
    return found


def test_centred_vectors_have_mean_0_and_keep_every_distance() -> None:
    vectors = cloud()
    after = fitted("centered", vectors, "x").of(vectors).astype(np.float64)
    assert np.abs(after.mean(axis=0)).max() < 1e-6
    assert after - after[0] == pytest.approx(vectors.astype(np.float64) - vectors[0], abs=1e-5)


def test_whitened_vectors_have_the_identity_as_covariance_and_mean_0() -> None:
    vectors = cloud()
    after = fitted("whitened", vectors, "x").of(vectors).astype(np.float64)
    assert np.abs(after.mean(axis=0)).max() < 1e-5
    assert np.cov(after.T, bias=True) == pytest.approx(np.eye(20), abs=1e-4)


def test_whitening_is_scikit_learns_up_to_a_rotation_and_moves_vectors_least() -> None:
    vectors = cloud()
    after = fitted("whitened", vectors, "x").of(vectors).astype(np.float64)
    principal = PCA(whiten=True).fit_transform(vectors.astype(np.float64)) * np.sqrt(300 / 299)
    assert after @ after.T == pytest.approx(principal @ principal.T, abs=1e-3)
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    with_own = np.sum(after * centred)
    assert with_own > np.sum(principal * centred) and np.allclose(after.T @ centred, (after.T @ centred).T, atol=0.1)


def test_the_widest_axes_are_gone_and_the_others_as_they_were() -> None:
    vectors = cloud(d=250)
    after = fitted("all_but_the_top", vectors, "x").of(vectors).astype(np.float64)
    exact = vectors.astype(np.float64)
    axes = PCA(n_components=6, svd_solver="full").fit(exact).components_
    assert np.abs(after @ axes[:2].T).max() < 1e-4  # 250 / 100 rounds to 2
    assert after @ axes[2:].T == pytest.approx((exact - exact.mean(axis=0)) @ axes[2:].T, abs=1e-4)
    assert np.abs(after.mean(axis=0)).max() < 1e-5


def test_one_axis_at_least_is_left_out() -> None:
    transform = fitted("all_but_the_top", cloud(d=20), "x")
    assert transform.gone is not None and transform.gone.shape == (20, 1)
    assert "the widest axis of 20" in transform.said


def test_an_axis_without_variance_is_not_blown_up_and_the_card_says_so() -> None:
    vectors = cloud()
    vectors[:, 19] = vectors[:, 18] + 1e-4 * np.random.default_rng(1).standard_normal(300)
    transform = fitted("whitened", vectors, "x")
    variances = np.linalg.eigvalsh(np.cov(transform.of(vectors).T, bias=True))
    assert variances[0] < 0.1 and variances[1:] == pytest.approx(np.ones(19), abs=1e-3)
    assert "1 of 20 axis has under 0.0001 of the mean variance" in transform.said


def test_too_few_samples_to_whiten_are_said_and_lie_equally_far_apart() -> None:
    vectors = cloud(n=15)
    transform = fitted("whitened", vectors, "x")
    assert "15 samples span at most 14 of 20 axes" in transform.said
    after = transform.of(vectors).astype(np.float64)
    apart = np.linalg.norm(after[:, None] - after, axis=2)[np.triu_indices(15, 1)]
    assert apart == pytest.approx(np.full(len(apart), np.sqrt(2 * 15)), rel=1e-3)


def test_equal_vectors_can_be_centred_and_nothing_else() -> None:
    vectors = np.full((9, 3), 0.1, np.float32)
    assert not fitted("centered", vectors, "x").of(vectors).any()
    for how in ("whitened", "all_but_the_top"):
        with pytest.raises(BadInput, match="'x' is derived from are equal"):
            fitted(how, vectors, "x")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="nothing is left"):
        fitted("all_but_the_top", cloud(d=1), "x")


@pytest.mark.parametrize("how", derived.DERIVATIONS)
def test_blocks_give_what_the_whole_gives(how: derived.Derivation, tmp_path: Path, monkeypatch) -> None:
    vectors = cloud()
    whole = fitted(how, vectors, "x").of(vectors)
    for module in (moments, derived):
        monkeypatch.setattr(module, "CHUNK", 7)
    derived.write(fitted(how, vectors, "x"), vectors, tmp_path / "v.npy")
    assert np.load(tmp_path / "v.npy") == pytest.approx(whole, abs=1e-5)


def test_a_study_without_derived_spaces_keeps_its_text_and_its_keys(tmp_path: Path) -> None:
    bare = open_world(tmp_path, COLUMNS + BASE)
    said = open_world(tmp_path, COLUMNS + BASE + 'transform = "none"\n')
    assert "transform" not in dump_study(said.study) and bare.study == said.study
    dataset = bare.dataset()
    recipe = bare.recipe(Ask("space", subject="columns"))
    assert recipe is not None and set(recipe.inputs) == {"items"} and "transform" not in recipe.params
    assert recipe.inputs["items"] == dataset.item_key("numeric")


def test_the_key_of_a_derived_space_is_that_of_its_base_and_what_is_done_to_it(tmp_path: Path) -> None:
    study = COLUMNS + BASE + "".join(map(checkpoint, derived.DERIVATIONS)) + checkpoint("centered", "again")
    pipeline = open_world(tmp_path, study)
    pipeline.dataset()
    base, *others, again = (pipeline.recipe(Ask("space", subject=space.name)) for space in pipeline.spaces())
    assert base is not None and again is not None
    assert [one.inputs for one in others if one] == [{"space": base.key}] * 3
    assert len({one.key for one in others if one}) == 3 and again.key == others[0].key  # type: ignore[union-attr]


def test_a_base_is_embedded_once_whoever_asks_first(tmp_path: Path, monkeypatch) -> None:
    import models.embedding

    calls, real = [], models.embedding.embed
    monkeypatch.setattr(models.embedding, "embed", lambda *a, **k: calls.append(k["layers"]) or real(*a, **k))
    pipeline = open_world(tmp_path, COLUMNS + "".join(map(checkpoint, derived.DERIVATIONS)) + BASE)
    whitened = vectors_of(pipeline, "columns (whitened)")
    assert np.cov(whitened.T, bias=True) == pytest.approx(np.eye(4), abs=1e-4)
    base = vectors_of(pipeline, "columns")
    assert vectors_of(pipeline, "columns (centered)") == pytest.approx(base - base.mean(axis=0), abs=1e-6)
    vectors_of(pipeline, "columns (all_but_the_top)")
    assert calls == [[0]]


def test_a_derived_space_needs_no_base_among_the_studys_and_answers_like_any_other(tmp_path: Path) -> None:
    from analysis.report import derivation_of, manifest
    from analysis.rows import space_rows

    pipeline = open_world(tmp_path, COLUMNS + checkpoint("whitened", "white"))
    result = pipeline.make(Ask("analysis", "health", "white"))
    assert result.numbers["duplicates"].value == 0
    assert derivation_of(pipeline, "white").startswith("whitened (ZCA)")
    assert space_rows(pipeline)["transform"].tolist() == ["whitened"]
    said = manifest(pipeline, [Ask("analysis", "health", "white")])["notes"]
    assert any("vectors of white: whitened (ZCA)" in note for note in said)


def test_what_a_derived_space_was_kept_with_places_other_vectors_in_it(tmp_path: Path) -> None:
    pipeline = open_world(tmp_path, COLUMNS + BASE + checkpoint("all_but_the_top", "top"))
    base, top = vectors_of(pipeline, "columns"), vectors_of(pipeline, "top")
    artifact = pipeline.store.get(pipeline.recipe(Ask("space", subject="top")))  # type: ignore[arg-type]
    assert artifact is not None
    assert Transform.kept(artifact).of(base[3:5]) == pytest.approx(top[3:5], abs=1e-6)
    assert not list((tmp_path / "cache" / "partial").glob("*"))


@pytest.mark.parametrize("how", derived.DERIVATIONS)
def test_a_query_is_placed_where_the_same_text_lies_in_a_derived_space(how: str, tmp_path: Path) -> None:
    from analysis import warm
    from analysis.described import described

    words = ["cat", "dog", "sofa", "bowl", "postman", "garden", "river"]
    texts = [" ".join(words[(i * j) % 7] for j in (1, 2, 3)) + f" {words[i % 5]}" for i in range(12)]
    (tmp_path / "t.jsonl").write_text(
        "".join(json.dumps({"id": f"s{i}", "text": t}) + "\n" for i, t in enumerate(texts))
    )
    study = 'k = 3\n[dataset]\npath = "t.jsonl"\nid = "id"\ntext = "text"\n' + checkpoint(how, "far", family="tfidf")
    pipeline = Pipeline(parse_study(study), Place(tmp_path), Store(tmp_path / "cache"))
    vectors_of(pipeline, "far")
    question = {"do": "query", "job": described(pipeline), "space": "far", "text": texts[5], "k": 1}
    answer = warm.answer(question)
    assert texts[answer["indices"][0]] == texts[5] and answer["distances"][0] == pytest.approx(0, abs=1e-4)


def test_vectors_of_a_file_are_derived_too(tmp_path: Path) -> None:
    vectors = cloud(n=60, d=6)
    np.save(tmp_path / "v.npy", vectors)
    more = {"family": "vectors", "model": "v.npy"}
    pipeline = open_world(tmp_path, COLUMNS + BASE + checkpoint("centered", "file (centred)", **more))
    expected = vectors - vectors.mean(axis=0, dtype=np.float64)
    assert vectors_of(pipeline, "file (centred)") == pytest.approx(expected, abs=1e-6)


def test_every_layer_of_a_checkpoint_is_derived_from_its_own_in_one_pass(tmp_path: Path, monkeypatch) -> None:
    import models.embedding
    from tests.tiny_models import TEXTS, write_model

    write_model(tmp_path / "bert", "bert")
    rows = [{"id": f"s{i}", "text": f"{TEXTS[i % 4]} {TEXTS[i // 4]}"} for i in range(12)]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    calls, real = [], models.embedding.embed
    monkeypatch.setattr(models.embedding, "embed", lambda *a, **k: calls.append(k["layers"]) or real(*a, **k))
    model = '[[checkpoint]]\nname = "{}"\nmodel = "bert"\n'
    study = 'k = 3\n[engine]\nworkers = 1\n[dataset]\npath = "t.jsonl"\nid = "id"\ntext = "text"\n'
    study += model.format("bert") + model.format("centred") + 'layers = "all"\ntransform = "centered"\n'
    pipeline = Pipeline(parse_study(study), Place(tmp_path), Store(tmp_path / "cache"))
    names = [space.name for space in pipeline.spaces()]
    assert names == ["bert", "centred@0", "centred@1", "centred@2"]
    found = {name: vectors_of(pipeline, name) for name in reversed(names)}
    assert calls == [[0, 1, 2]]
    assert found["centred@2"] == pytest.approx(found["bert"] - found["bert"].mean(axis=0), abs=1e-6)
    assert not np.allclose(found["centred@1"], found["centred@2"])


def test_a_transform_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"'whitend'.*whitened"):
        open_world(tmp_path, COLUMNS + checkpoint("whitend"))
