"""From a study with [[pretraining]] to spaces and numbers: trained once, found again, and like any checkpoint."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.pretraining import lineage, live_curve, make_checkpoint, pretraining_recipe
from analysis.rows import number_rows, space_rows
from analysis.run import open_study
from analysis.task_data import spec_called, task_of
from models.hashes import sha256_of

N = 40
PLAIN, LINKED = "sipt(weight=0.0,seed=0)", "sipt(weight=0.1,seed=0)"
STUDY = """
k = 5
draws = 10
[dataset]
path = "rows.csv"
id = "id"
text = "text"
labels = ["kind"]
[[graph]]
name = "same kind"
source = "labels"
label = "kind"
[[task]]
name = "kinds"
label = "kind"
[[task]]
name = "own"
train = "train.csv"
test = "test.csv"
label = "kind"
methods = ["linear"]
[[pretraining]]
name = "base"
architecture = "bert-tiny"
objective = "mlm"
steps = 5
seeds = [0]
max_length = 16
[[pretraining]]
name = "sipt"
start = "base"
graph = "same kind"
without = "kinds"
weight = [0.0, 0.1]
seeds = [0]
steps = 25
max_length = 16
lr = 1e-3
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    folder = tmp_path_factory.mktemp("study")
    rng = np.random.default_rng(0)
    words = [f"{a}{b}" for a in "bdfgklmn" for b in "aeiou"]
    for name in ("rows", "train", "test"):
        texts = [" ".join(rng.choice(words[15 * (i % 2) : 15 * (i % 2) + 25], 9)) for i in range(N)]
        frame = pd.DataFrame({"id": range(N), "text": texts, "kind": ["even", "odd"] * (N // 2)})
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "study.toml").write_text(STUDY)
    found = open_study(folder / "study.toml", cache=folder / "cache")
    found.make(Ask("space", subject=LINKED))
    return found


def test_asked_for_vectors_the_section_is_trained_first_and_stands_in_the_tables(pipeline: Pipeline) -> None:
    asks = [Ask("pretraining", name) for name in (PLAIN, LINKED)]
    rows = number_rows(pipeline, asks).set_index(["subject", "number"])["value"]
    assert rows[PLAIN, "masked_lm_loss"] > 1 and np.isnan(rows[PLAIN, "structure_loss"])
    assert 0 < rows[LINKED, "structure_loss"] < 5.5
    spaces = space_rows(pipeline).set_index("space")
    assert spaces.loc[LINKED, ["series", "at", "d", "pooling"]].tolist() == ["sipt", 0.1, 128, "mean"]
    folder = pipeline.store.folder(pretraining_recipe(pipeline, asks[1]))
    assert spaces.loc[LINKED, "weights_sha256"] == sha256_of(folder / "model.safetensors")
    assert not list(folder.glob("*.bin")) and not list(folder.glob("*.pt"))
    said = json.loads((folder / "recipe.json").read_text())
    assert said["starts_from"] == "base(weight=0.0,seed=0)" and said["recipe"]["params"]["weight"] == 0.1
    assert lineage(pipeline, asks[1]) == {"base(weight=0.0,seed=0)"}


def test_what_was_trained_is_found_again_and_trained_no_more(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = open_study(pipeline.place.base / "study.toml", cache=pipeline.store.root)
    monkeypatch.setattr("models.pretraining.pool.run_jobs", lambda folders, **how: assert_none(folders))
    make_checkpoint(again, Ask("pretraining", LINKED), lambda *said: None)
    assert again.find(Ask("space", subject=LINKED)) is not None
    assert again.find(Ask("space", subject=PLAIN)) is None  # trained beside it, not embedded yet
    assert len(live_curve(again, Ask("pretraining", PLAIN))) == 25
    assert not list((again.store.root / "partial").glob("*/job.json"))


def assert_none(folders: object) -> None:
    assert not folders


def test_links_pull_their_samples_nearer_than_masked_lm_alone(pipeline: Pipeline) -> None:
    contrast = {}
    for name in (PLAIN, LINKED):
        vectors = pipeline.make(Ask("space", subject=name)).vectors
        apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
        same = np.arange(N)[:, None] % 2 == np.arange(N)[None] % 2
        contrast[name] = apart[~same].mean() / apart[same & ~np.eye(N, dtype=bool)].mean()
    assert contrast[LINKED] > contrast[PLAIN] + 0.1


def test_what_a_task_asks_has_no_part_in_the_links(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis.pretraining import _links

    pairs, among = _links(pipeline, pipeline.study.pretraining[1], lambda *said: None)
    splits = task_of(pipeline, spec_called(pipeline, "kinds")).splits
    asked = set(np.concatenate([one.test for one in splits]).tolist())
    left = [row for row in range(N) if row not in asked]
    assert among is not None and among.tolist() == left
    assert asked and not asked & set(pairs.ravel().tolist())
    assert {tuple(pair) for pair in pairs.tolist()} == {
        (a, b) for a in left for b in left if a < b and (b - a) % 2 == 0
    }


def test_a_task_with_texts_of_its_own_is_scored_by_what_the_studys_samples_taught(pipeline: Pipeline) -> None:
    found = pipeline.make(Ask("task", "linear", LINKED, "own"))
    value = found.numbers["accuracy"].value
    assert value is not None and value > 0.6, found.numbers["accuracy"].why
    named = f"{LINKED}#own"
    assert named in set(space_rows(pipeline)["space"])
