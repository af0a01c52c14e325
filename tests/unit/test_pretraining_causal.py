"""Causal pre-training: its loss is that of transformers, its windows are full, and what it keeps is a series."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from analysis.ask import Ask
from analysis.checkpoint_folders import checkpoints_in
from analysis.run import open_study
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.language_model import open_language_model
from models.place import Place
from models.pretraining.job import MADE, STEPS, PretrainingJob, read_curve
from models.pretraining.settings import PreTraining
from models.pretraining.training import Training, train
from tests.unit.test_anchors_measure import text as words

LENGTH = 16
TEXTS = [words(seed, words=60) for seed in range(8)]


def prepared(folder: Path, architecture: str = "gpt-nano", objective: str = "clm") -> Path:
    settings = PreTraining(objective=objective, steps=12, seed=0, lr=3e-3, batch=4, max_length=LENGTH)
    job = PretrainingJob(
        settings=settings, start=None, architecture=architecture, samples=len(TEXTS), made_of="it", keep=(0, 6, 12)
    )
    job.save(folder, TEXTS, np.empty((0, 2), np.int64))
    return folder


@pytest.fixture(scope="module", params=["gpt-nano", "llama-nano"])
def trained(request, tmp_path_factory) -> Path:
    folder = prepared(tmp_path_factory.mktemp(request.param), request.param)
    train(folder)
    return folder


def opened(folder: Path):
    return open_language_model(EncoderRecipe(family="causal_lm", model=folder.name, place=Place(folder.parent)))


def test_windows_are_full_begin_with_an_end_and_hold_the_texts_one_after_the_other(tmp_path):
    training = Training(prepared(tmp_path), 60.0)
    tokenizer = training.network.encoder.tokenizer
    numbers = training.tokens.numbers
    assert {len(one) for one in numbers} == {LENGTH} and {int(one[0]) for one in numbers} == {tokenizer.eos_token_id}
    running = "".join(tokenizer.decode(one[1:]) for one in numbers)
    whole = tokenizer.eos_token.join(TEXTS) + tokenizer.eos_token
    assert whole.startswith(running) and len(running) > 0.95 * len(whole)


def test_the_first_loss_is_that_of_transformers_own(trained):
    training, model = Training(trained, 60.0), opened(trained / STEPS / "checkpoint-0").module
    ids = torch.from_numpy(np.stack([training.tokens.numbers[row] for row in training._rows(0)])).long()
    with torch.inference_mode():
        theirs = float(model(input_ids=ids, labels=ids).loss)
    assert read_curve(trained)[0]["loss"] == pytest.approx(theirs, abs=1e-4)


def test_what_is_kept_is_a_series_whose_last_is_what_was_made(trained):
    found = checkpoints_in(trained / STEPS)
    assert [(one.name, one.at, one.family) for one in found] == [
        (f"steps(step={at})", float(at), "causal_lm") for at in (0, 6, 12)
    ]
    last = (trained / STEPS / "checkpoint-12" / "model.safetensors").read_bytes()
    assert last == (trained / MADE / "model.safetensors").read_bytes()
    curve = read_curve(trained)
    assert curve[-1]["loss"] < curve[0]["loss"] - 0.3


def test_of_what_it_makes_the_states_span_the_constant_after_a_layernorm_alone(trained):
    model = opened(trained / MADE)
    ids = torch.randint(1, 200, (40, LENGTH), generator=torch.Generator().manual_seed(0))
    h = model.states(ids).flatten(0, 1).double().numpy()
    w = np.linalg.lstsq(h, np.ones(len(h)), rcond=1e-6)[0]
    missed = float(np.square(1 - h @ w).mean())
    assert (missed < 1e-6) is ("gpt" in str(trained))


def test_an_architecture_of_the_other_kind_is_refused(tmp_path):
    folder = prepared(tmp_path / "masked", "gpt-nano", "mlm")
    with pytest.raises(BadInput, match="objective to 'clm'"):
        train(folder)


WRITES = """
draws = 5
[dataset]
path = "t.csv"
id = "id"
text = "say"
[[pretraining]]
name = "writes"
architecture = "gpt-nano"
objective = "clm"
steps = 3
seeds = [0]
max_length = 16
[[corpus]]
name = "some text"
path = "text.txt"
window = 16
tokens = 3000
[anchors]
rules = ["top:3"]
"""
FILLS = """
[[pretraining]]
name = "fills"
architecture = "bert-tiny"
objective = "mlm"
steps = 3
seeds = [0]
max_length = 16
"""
STUDY = WRITES + FILLS
ANCHORED = ["writes(weight=0.0,seed=0)", "fills(weight=0.0,seed=0)"]


@pytest.fixture
def study(tmp_path) -> Path:
    lines = [f'{at},"{words(at, words=20)}"' for at in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["id,say", *lines]))
    (tmp_path / "text.txt").write_text(words(9, words=1500))
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path / "study.toml"


def test_checkpoints_that_a_study_makes_are_asked_for_their_anchors(study):
    from analysis.anchor_asks import anchor_asks

    pipeline = open_study(study, cache=study.parent / "cache")
    asks = anchor_asks(pipeline)
    assert asks == [Ask("anchors", "", name, "some text") for name in ANCHORED]
    study.write_text(STUDY.replace("seeds = [0]", "seeds = [0, 1]"))
    several = open_study(study, cache=study.parent / "cache")
    assert len({several.recipe(ask).key for ask in anchor_asks(several)}) == 4
    values = {ask.subject: pipeline.make(ask).numbers["mse|top:3|intercept"].value for ask in asks}
    assert len(set(values.values())) == 2 and all(value > 0 for value in values.values())
    made = pipeline.find(Ask("pretraining", ANCHORED[0]))
    assert set(made.numbers) == {"causal_lm_loss", "causal_accuracy"}
    folder = Path(pipeline.store.get(pipeline.recipe(Ask("pretraining", ANCHORED[0]))).folder)
    card = json.loads((folder / "recipe.json").read_text())
    assert card["starts_from"] == "gpt-nano"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('objective = "clm"', 'objective = "mlm"'), "reads left to right, and objective 'mlm'"),
        (('architecture = "bert-tiny"', 'architecture = "llama-nano"'), "reads left to right, and objective 'mlm'"),
    ],
)
def test_a_section_whose_objective_its_architecture_cannot_have_is_bad_input(study, change, said):
    study.write_text(STUDY.replace(*change))
    with pytest.raises(BadInput, match=said):
        open_study(study, cache=study.parent / "cache").spaces()
