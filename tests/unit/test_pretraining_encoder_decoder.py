"""[[pretraining]] on synthetic tasks and corrupted spans: made, read like any checkpoint, or refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.pretraining import live_curve, made_in
from analysis.recipe_cards import card_of_made
from analysis.rows import number_rows
from analysis.series.series import series_of
from models.checkpoints import read_tensors
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.finetuning.state import write_tensors
from models.place import Place
from models.pretraining import sequence_job
from models.pretraining.job import MADE, PretrainingJob
from models.pretraining.sequence_model import Shape, network_of
from models.pretraining.settings import PreTraining
from tests.unit.test_pretraining_study import BASE, folder, pipeline_of

__all__ = ["folder"]

SET = {"name": "set", "architecture": "t5-tiny", "objective": "set", "seeds": [0], "steps": 4, "batch": 2}
NAME = "{}(weight=0.0,seed=0)"


def test_a_synthetic_task_makes_a_checkpoint_whose_space_is_like_any_other(folder: Path) -> None:
    span = SET | {"name": "span", "objective": "span", "start": "set", "architecture": ""}
    drawn = SET | {"name": "statistics", "init_from": "set", "mode": "mean_sd", "steps": 1}
    pipeline = pipeline_of(folder, SET, span, drawn)
    spaces = {name: pipeline.make(Ask("space", subject=NAME.format(name))) for name in ("set", "span")}
    assert all(space.vectors.shape == (4, 64) for space in spaces.values())
    assert not np.allclose(spaces["set"].vectors, spaces["span"].vectors)
    made = {space.name: space.checkpoint for space in pipeline.spaces()}
    home = Path(made[NAME.format("set")].model)
    recipe = json.loads((home / "recipe.json").read_text())
    assert recipe["recipe"]["params"]["objective"] == "set" and recipe["starts_from"] == "t5-tiny"
    assert "decoder.final_layer_norm.weight" in read_tensors(home / "model.safetensors")
    asks = [Ask("pretraining", NAME.format("set"))]
    rows = number_rows(pipeline, asks).set_index(["subject", "number"])
    assert {"token_loss", "token_accuracy"} == set(rows.loc[NAME.format("set")].index)
    curve = live_curve(pipeline, asks[0])
    assert list(curve["step"]) == [1, 2, 3, 4] and (curve["tokens"] > 0).all()
    card = card_of_made(made[NAME.format("statistics")], pipeline.study)
    assert card.within == "synthetic task: set" and "statistics of set(weight=0.0,seed=0)" in card.reference
    copied = [(Path(made[NAME.format(name)].model) / "tokenizer.json").read_bytes() for name in spaces]
    assert copied[0] == copied[1]


def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are trained in this process, which has torch already."""

    def run_jobs(folders: dict[str, Path], *, done: Callable[[str], None], **_: object) -> None:
        for name, job in folders.items():
            sequence_job.train(job)
            done(name)

    monkeypatch.setattr("models.pretraining.pool.run_jobs", run_jobs)


def weights_of(pipeline: Pipeline, name: str) -> np.ndarray:
    artifact = pipeline.store.get(pipeline.recipe(Ask("pretraining", name)))
    assert artifact is not None
    return read_tensors(artifact.folder / "model.safetensors")["shared.weight"].numpy()


def test_steps_kept_are_checkpoints_that_the_training_passes_and_its_end_is_as_without(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here(monkeypatch)
    plain, kept = pipeline_of(folder, SET), pipeline_of(folder, SET | {"keep": [0, 3, 4]})
    end, passed = NAME.format("set"), ["set(step=0,weight=0.0,seed=0)", "set(step=3,weight=0.0,seed=0)"]
    plain.make(Ask("pretraining", end))
    kept.make(Ask("pretraining", passed[1]))
    assert kept.recipe(Ask("pretraining", end)) == plain.recipe(Ask("pretraining", end))
    fresh = network_of(Shape(), seed=0).shared.weight.detach().numpy()
    assert np.array_equal(weights_of(kept, passed[0]), fresh)
    ways = [np.abs(weights_of(kept, name) - fresh).mean() for name in (*passed, end)]
    assert 0 == ways[0] < ways[1] < ways[2]
    results = [kept.find(Ask("pretraining", name)) for name in (*passed, end)]
    assert results[0].numbers["token_loss"].why.startswith("Before the first step")
    assert results[1].numbers["token_loss"].value == results[2].tables["curves"]["masked"][2]
    assert results[1].notes[0].startswith("Kept after 3 of 4 steps")
    cards = [card_of_made(made_in(kept)[name], kept.study).reference for name in (*passed, end)]
    assert [one.partition(" steps")[0] for one in cards] == ["0 of 4", "3 of 4", "4"]
    (series,) = series_of(kept.spaces())
    assert [member.at for member in series.members] == [0, 3, 4]


def test_a_step_that_a_training_never_came_to_has_the_weights_of_its_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here(monkeypatch)
    usual = sequence_job.course_of
    monkeypatch.setattr(sequence_job, "course_of", lambda settings: replace(usual(settings), stop_at=0.0))
    pipeline = pipeline_of(folder, SET | {"keep": [3]})
    passed, end = "set(step=3,weight=0.0,seed=0)", NAME.format("set")
    pipeline.make(Ask("pretraining", end))
    assert np.array_equal(weights_of(pipeline, passed), weights_of(pipeline, end))
    assert pipeline.find(Ask("pretraining", passed)).notes[0].startswith("The training had stopped at step 1")


def trained(folder: Path, start: Path | None, seed: int = 0) -> dict[str, np.ndarray]:
    settings = PreTraining(objective="copy", steps=2, seed=seed, lr=3e-2, batch=2)
    recipe = None if start is None else EncoderRecipe(family="transformer", model=str(start), place=Place(start))
    statistics = None if start is None else ("per_parameter", "scale")
    job = PretrainingJob(
        settings=settings, start=recipe, architecture="t5-tiny", samples=2, made_of="x", statistics=statistics
    )
    job.save(folder, ["one red cat", "two red dogs"], np.empty((0, 2), np.int64))
    sequence_job.train(folder)
    return {name: one.numpy() for name, one in read_tensors(folder / MADE / "model.safetensors").items()}


def test_one_job_makes_one_set_of_weights_and_statistics_alone_are_carried_over(tmp_path: Path) -> None:
    one, again, other = trained(tmp_path / "a", None), trained(tmp_path / "b", None), trained(tmp_path / "c", None, 1)
    assert all(np.array_equal(one[name], again[name]) for name in one)
    kernel = "encoder.block.0.layer.1.DenseReluDense.wi.weight"
    assert not np.array_equal(one[kernel], other[kernel])
    wide = {name: tensor * (10 if name == kernel else 1) for name, tensor in one.items()}
    write_tensors(tmp_path / "a" / MADE / "model.safetensors", {n: torch.from_numpy(t) for n, t in wide.items()}, {})
    drawn = trained(tmp_path / "d", tmp_path / "a" / MADE)
    assert drawn[kernel].std() == pytest.approx(wide[kernel].std(), rel=0.1)
    assert abs(np.corrcoef(drawn[kernel].ravel(), wide[kernel].ravel())[0, 1]) < 0.05  # no value is


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ([SET | {"architecture": ""}], "names no `architecture`, such as 't5-tiny'"),
        ([SET | {"architecture": "t5-tny"}], "no architecture 't5-tny'"),
        ([SET | {"weight": [0.1]}], "knows no weight"),
        ([SET | {"objective": "sett"}], "objective of .* is 'sett'.*'set'"),
        ([BASE, SET | {"start": "base"}], "which no synthetic task or 'span' made"),
        ([SET, BASE | {"start": "set"}], "an encoder-decoder"),
        ([SET, SET | {"name": "b", "start": "set", "architecture": "t5-mini"}], "leave `architecture` out"),
        ([SET | {"mode": "mean_sd"}], "no `init_from`"),
        ([SET | {"init_from": "nothing"}], "starts from 'nothing'"),
        ([BASE | {"init_from": "set"}], "has `init_from`"),
        ([SET | {"corpus": ["pydocs"]}], "has a `corpus`"),
    ],
)
def test_what_cannot_be_made_is_refused_before_any_work(folder: Path, sections: list[dict], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        pipeline_of(folder, *sections).spaces()
