"""Steps of a pre-training that a study keeps: checkpoints of their own, a series along the training."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from analysis.anchor_asks import anchor_asks
from analysis.ask import Ask
from analysis.made import checkpoints_of, places_of
from analysis.pipeline import Pipeline
from analysis.pretraining import made_in
from analysis.series.anchor_course import course
from analysis.series.series import series_of
from analysis.store import Store
from analysis.study_file import parse_study
from models.errors import BadInput
from models.place import Place
from models.pretraining.training import train
from tests.unit.test_anchors_measure import text as words
from tests.unit.test_pretraining_causal import WRITES

STUDY = WRITES.replace("steps = 3", "steps = 4")
END = "writes(weight=0.0,seed=0)"
KEPT = ["writes(step=0,weight=0.0,seed=0)", "writes(step=2,weight=0.0,seed=0)"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("kept")
    lines = [f'{at},"{words(at, words=20)}"' for at in range(40)]
    (made / "t.csv").write_text("\n".join(["id,say", *lines]))
    (made / "text.txt").write_text(words(9, words=1500))
    return made


def opened(folder, keep: str = "") -> Pipeline:
    study = parse_study(STUDY.replace("steps = 4\n", f"steps = 4\n{keep}\n"))
    return Pipeline(study, Place(folder), Store(folder / "cache"))


@pytest.fixture
def here(monkeypatch):
    """Jobs are trained in this process, which has torch already."""

    def run_jobs(folders, *, done, **_):
        for name, job in folders.items():
            train(job)
            done(name)

    monkeypatch.setattr("models.pretraining.pool.run_jobs", run_jobs)


def weights(pipeline: Pipeline, name: str) -> np.ndarray:
    artifact = pipeline.store.get(pipeline.recipe(Ask("pretraining", name)))
    tensors = load_file(artifact.folder / "model.safetensors")
    return np.concatenate([tensors[key].ravel() for key in sorted(tensors)])


def test_the_steps_kept_are_a_series_that_the_training_ends_and_its_own_key_is_what_it_was(folder):
    pipeline = opened(folder, "keep = [4, 2, 0]")
    assert [one.name for one in checkpoints_of(pipeline.study)] == [*KEPT, END]
    (series,) = series_of(pipeline.spaces())
    assert (series.name, series.along) == (END, "step")
    assert [(one.space, one.at) for one in series.members] == [(KEPT[0], 0), (KEPT[1], 2), (END, 4)]
    keys = {name: made.key for name, made in made_in(pipeline).items()}
    assert keys[END] == made_in(opened(folder))[END].key and len(set(keys.values())) == 3


def test_asked_for_after_the_end_they_are_made_and_the_end_stays(folder, here):
    """One of the three is asked for; the run that makes it makes the other, and keeps what was there."""
    before = opened(folder)
    before.make(Ask("pretraining", END))
    first = weights(before, END)
    pipeline = opened(folder, "keep = [0, 2]")
    pipeline.make(Ask("pretraining", KEPT[1]))
    start, middle = (weights(pipeline, name) for name in KEPT)
    assert not list((folder / "cache" / "partial").iterdir())
    assert np.array_equal(weights(pipeline, END), first)
    assert 0 < np.abs(middle - start).mean() < np.abs(first - start).mean()
    losses = [pipeline.find(Ask("pretraining", name)) for name in (*KEPT, END)]
    assert losses[0].numbers["causal_lm_loss"].why.startswith("Before the first step")
    assert losses[1].tables["curves"]["step"].tolist() == [1, 2]
    assert losses[1].numbers["causal_lm_loss"].value == losses[2].tables["curves"]["masked"][1]
    assert losses[1].notes[0].startswith("Kept after 2 of 4 steps")

    asks = anchor_asks(pipeline)
    assert [ask.subject for ask in asks] == [*KEPT, END]
    for ask in asks:
        pipeline.make(ask)
    table = course(pipeline, asks, "top:3", "plain")
    assert table["at"].tolist() == [0, 2, 4] and set(table["series"]) == {END}
    assert table["loss"].is_monotonic_decreasing and table["mse"].nunique() == 3


def test_with_several_weights_an_end_stands_in_two_series():
    study = parse_study(
        STUDY.replace('"clm"', '"structure"\ngraph = "g"\nweight = [0.0, 0.5]\nkeep = [2]')
        .replace("gpt-nano", "bert-tiny")
        .replace("[anchors]", '[[graph]]\nname = "g"\nsource = "edges"\npath = "e.csv"\n[anchors]')
    )
    found = {one.name: places_of(one) for one in checkpoints_of(study)}
    assert found["writes(weight=0.5,seed=0)"] == (("writes", 0.5), ("writes(weight=0.5,seed=0)", 4.0))
    assert found["writes(step=2,weight=0.5,seed=0)"] == (("writes(weight=0.5,seed=0)", 2.0),)


@pytest.mark.parametrize(
    ("keep", "said"),
    [
        ("keep = [5]", "is to keep step 5; give steps of 0 to 4"),
        ("keep = [2, 2]", "keep step 2 twice"),
        ("keep = [-1]", "step -1"),
    ],
)
def test_steps_that_cannot_be_kept_are_bad_input(folder, keep, said):
    with pytest.raises(BadInput, match=said):
        parse_study(STUDY.replace("steps = 4\n", f"steps = 4\n{keep}\n"))
