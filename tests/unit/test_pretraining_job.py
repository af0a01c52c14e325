"""Pre-training of real encoders: its loss written out, a head of its own, going on after a kill, and the whole way."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.encoder import EncoderRecipe
from models.errors import BadInput, Failed
from models.place import Place
from models.pretraining import pool
from models.pretraining.architectures import text_architecture, write_start
from models.pretraining.job import CURVES, MADE, RESULT, PretrainingJob, read_curve
from models.pretraining.network import Network
from models.pretraining.pool import run_jobs
from models.pretraining.settings import PreTraining
from models.pretraining.training import Training, train

WORDS = ["".join(pair) for pair in zip("abcdefghijklmnopqrstuvwx" * 2, "bcdfghjklmnp" * 4, strict=True)]
N = 24
EDGES = np.array([(i, i + 2) for i in range(N - 3)])  # the last two: one linked, one alone


def texts() -> list[str]:
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(WORDS[20 * (i % 2) : 20 * (i % 2) + 20], rng.integers(6, 12))) for i in range(N)]


def prepared(folder: Path, *, start: EncoderRecipe | None = None, **settings: Any) -> Path:
    said: dict[str, Any] = {"objective": "structure", "steps": 6, "seed": 0, "lr": 1e-3, "weight": 0.1, "batch": 8}
    said |= {"max_length": 16, "head_steps": 3} | settings
    architecture = "" if start else "bert-tiny"
    job = PretrainingJob(
        settings=PreTraining(**said), start=start, architecture=architecture, samples=N, made_of=repr(said)
    )
    job.save(folder, texts(), EDGES)
    return folder


def weights(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return dict(load_file(folder / MADE / "model.safetensors"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> EncoderRecipe:
    """A checkpoint with a masked-LM head, ours."""
    folder = prepared(tmp_path_factory.mktemp("base"), objective="mlm", weight=0.0)
    train(folder)
    made = folder / MADE
    return EncoderRecipe(family="masked_lm", model=str(made), place=Place(made), max_length=16)


@pytest.fixture(scope="module")
def headless(base: EncoderRecipe, tmp_path_factory: pytest.TempPathFactory) -> EncoderRecipe:
    """The same without its head, as sentence encoders come."""
    import shutil

    from transformers import AutoModel

    folder = tmp_path_factory.mktemp("headless")
    AutoModel.from_pretrained(base.model, add_pooling_layer=False).save_pretrained(str(folder))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(Path(base.model) / name, folder / name)
    return EncoderRecipe(family="transformer", model=str(folder), place=Place(folder), max_length=16)


def test_a_step_follows_the_weighted_sum_of_both_losses_written_out(tmp_path: Path, base: EncoderRecipe) -> None:
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    training = Training(prepared(tmp_path, start=base, weight=0.3), 1e9)
    rows = np.array([0, 5, N - 1])  # the last has no neighbour
    batch = training._batch(4, rows)
    found = training.objective.loss(batch)

    rng, generator = np.random.default_rng([0, 4, 71]), torch.Generator().manual_seed(training._drawn(4, 73))
    model, tokenizer = (
        AutoModelForMaskedLM.from_pretrained(base.model).train(),
        AutoTokenizer.from_pretrained(base.model),
    )
    said = texts()
    read = tokenizer([said[row] for row in rows], padding=True, truncation=True, max_length=16, return_tensors="pt")
    ids, real = read["input_ids"], read["attention_mask"].bool()
    open_ = real & (ids > 4)  # our own five tokens come first
    hidden = (torch.rand(ids.shape, generator=generator) < 0.15) & open_
    states = model.bert(torch.where(hidden, 4, ids), attention_mask=real.long()).last_hidden_state
    masked = torch.nn.functional.cross_entropy(model.cls(states[hidden]), ids[hidden])

    def mean(states: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        return torch.stack([one[: int(mask.sum())].mean(0) for one, mask in zip(states, real, strict=True)])

    links = training.links
    others = np.concatenate([links.partners(rows[:2], rng), links.strangers(rows[:2], rng)])
    whole = tokenizer([said[row] for row in others], padding=True, truncation=True, max_length=16, return_tensors="pt")
    z = mean(model.bert(**whole).last_hidden_state, whole["attention_mask"])
    distance = (mean(states, real)[[0, 1, 0, 1]] - z + 1e-6).norm(dim=1)
    structure = torch.cat([distance[:2], (10 - distance[2:]).clamp(min=0)]).mean()
    assert found.masked == pytest.approx(masked.item(), abs=1e-5)
    assert found.structure == pytest.approx(structure.item(), abs=1e-4)
    assert found.total.item() == pytest.approx(0.7 * masked.item() + 0.3 * structure.item(), abs=1e-4)
    assert found.tokens == int(real.sum() + whole["attention_mask"].sum())


def test_weight_0_learns_what_the_masked_loss_alone_teaches(tmp_path: Path, base: EncoderRecipe) -> None:
    training = Training(prepared(tmp_path, start=base, weight=0.0), 1e9)
    found = training.objective.loss(training._batch(0, np.arange(4)))
    assert found.total.item() == found.masked and np.isnan(found.structure)


def test_multi_similarity_takes_samples_and_partners_together(tmp_path: Path, base: EncoderRecipe) -> None:
    from models.pretraining.structure import multi_similarity

    training = Training(prepared(tmp_path, start=base, loss="multi_similarity", weight=1.0), 1e9)
    rows = np.array([0, 5])
    found = training.objective.loss(training._batch(0, rows))
    rng, links, network = np.random.default_rng([0, 0, 71]), training.links, training.network
    every = np.concatenate([rows, links.partners(rows, rng), links.strangers(rows, rng)])
    batch = training._batch(0, rows)
    from models.pretraining.objective import masked_loss

    own = masked_loss(batch, rows)[1]
    inputs = network.inputs(training.tokens, every[2:])
    z = torch.cat([own, network.pooled(network.states(inputs), inputs)])
    linked = torch.tensor(
        [[bool(i == j or j in links.indices[links.starts[i] : links.starts[i + 1]]) for j in every] for i in every]
    )
    assert found.structure == pytest.approx(multi_similarity(z, linked).item(), abs=1e-5)


def test_a_killed_run_goes_on_and_ends_with_the_bits_of_an_undisturbed_one(
    tmp_path: Path, base: EncoderRecipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = prepared(tmp_path / "whole", start=base)
    train(whole)
    broken = prepared(tmp_path / "broken", start=base)
    step = Training.step

    def dies(self: Training, number: int) -> dict[str, Any]:
        if number == 4:
            raise KeyboardInterrupt
        return step(self, number)

    monkeypatch.setattr(Training, "step", dies)
    with pytest.raises(KeyboardInterrupt):
        train(broken, interval=0.0)
    monkeypatch.undo()
    with (broken / CURVES).open("a") as file:
        file.write('{"part": "all", "step": 5, "half a li')
    done = Training(broken, 1e9)._resume()
    assert done == 4
    train(broken)
    assert [point["step"] for point in read_curve(broken)] == [1, 2, 3, 4, 5, 6]
    assert [point["loss"] for point in read_curve(broken)] == [point["loss"] for point in read_curve(whole)]
    assert all(torch.equal(one, weights(broken)[name]) for name, one in weights(whole).items())


def test_a_missing_head_is_trained_alone_first_and_leaves_the_encoder_as_it_is(
    tmp_path: Path, headless: EncoderRecipe
) -> None:
    training = Training(prepared(tmp_path, start=headless), 1e9)
    assert training.network.fresh and training.head == 3
    before = {name: one.clone() for name, one in training.network.model.named_parameters()}
    for number in range(3):
        assert training.step(number)["part"] == "head"
    moved = {name for name, one in training.network.model.named_parameters() if not torch.equal(one, before[name])}
    assert moved and all(name.startswith("cls.") for name in moved)
    training.optimizer = training._optimizer(3)
    assert training.step(3)["part"] == "all"
    assert not torch.equal(
        training.network.model.bert.embeddings.word_embeddings.weight, before["bert.embeddings.word_embeddings.weight"]
    )


def test_a_head_that_is_there_is_kept(tmp_path: Path, base: EncoderRecipe) -> None:
    training = Training(prepared(tmp_path, start=base), 1e9)
    kept = training.network.model.cls.predictions.transform.dense.weight
    assert training.head == 0
    assert torch.equal(kept, weights(Path(base.model).parent)["cls.predictions.transform.dense.weight"])


def test_masked_lm_reads_all_of_a_text_in_pieces(tmp_path: Path, base: EncoderRecipe) -> None:
    network = Network(base, pooling="mean", seed=0)
    pieces = network.tokens([" ".join(WORDS)], whole=True).numbers
    inner = [number for piece in pieces for number in piece[1:-1]]
    assert len(pieces) > 2 and max(map(len, pieces)) <= 16
    assert inner == network.encoder.tokenizer(" ".join(WORDS), add_special_tokens=False)["input_ids"]
    assert len(network.tokens([" ".join(WORDS)], whole=False).numbers) == 1


def test_the_words_of_a_new_checkpoint_are_the_same_each_time(tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_start(tmp_path / name, text_architecture("bert-tiny"), texts(), words=90, longest=16)
        found.append((tmp_path / name / "tokenizer.json").read_text())
    assert found[0] == found[1]


def test_a_tokenizer_without_a_mask_is_refused(tmp_path: Path) -> None:
    from tests.tiny_models import write_model

    write_model(tmp_path / "bert", "bert")
    with pytest.raises(BadInput, match="has no mask"):
        Network(EncoderRecipe(family="transformer", model="bert", place=Place(tmp_path)), pooling="mean", seed=0)


def test_a_loss_that_is_no_number_ends_the_run_with_a_sentence(tmp_path: Path, base: EncoderRecipe) -> None:
    training = Training(prepared(tmp_path, start=base), 1e9)
    with torch.no_grad():
        training.network.model.bert.embeddings.word_embeddings.weight.fill_(float("nan"))
    with pytest.raises(Failed, match="broke down at step 1 of 6"):
        training.step(0)


def test_a_run_whose_loss_ends_at_half_its_margin_is_said_to_have_collapsed(
    tmp_path: Path, base: EncoderRecipe
) -> None:
    for ends, said in ((4.99, True), (3.0, False)):
        folder = prepared(tmp_path / str(ends), start=base)
        training = Training(folder, 1e9)
        point = training.step(0) | {"seconds": 0.1}
        lines = [json.dumps(point | {"structure": one}) for one in [6.0] * 9 + [ends]]
        (folder / CURVES).write_text("\n".join(lines) + "\n")
        training._end(1.0)
        found = json.loads((folder / RESULT).read_text())
        assert (found["collapsed"], found["structure"]) == (said, ends)


def test_jobs_in_processes_of_their_own_end_and_say_what_went_wrong(tmp_path: Path, base: EncoderRecipe) -> None:
    good = prepared(tmp_path / "good", start=base, steps=3)
    bad = prepared(tmp_path / "bad", start=EncoderRecipe(family="masked_lm", model="gone", place=Place(tmp_path)))
    done: list[str] = []
    heard: list[tuple[int, int, str]] = []
    with pytest.raises(BadInput, match=r"pre-training 'bad': .*'gone'"):
        run_jobs(
            {"bad": bad, "good": good},
            workers=2,
            threads=1,
            report=lambda *said: heard.append(said),
            done=done.append,
        )
    assert done == ["good"] and (good / MADE / "model.safetensors").is_file()
    assert heard and heard[-1][1] == 9


def test_the_time_that_is_left_follows_the_pace_between_two_steps_seen(tmp_path: Path, monkeypatch) -> None:
    now, run = [1000.0], pool._Run("r", tmp_path, None, None, 300)  # type: ignore[arg-type]
    monkeypatch.setattr(pool.time, "monotonic", lambda: now[0])

    def said(step: int) -> str:
        point = {"part": "all", "step": step, "masked": 2.0, "structure": None}
        (tmp_path / CURVES).write_text(json.dumps(point) + "\n")
        return run.said()[1]

    assert said(15) == "r: step 15 of 300, LM loss 2.00"  # reading took long, which says nothing of a step
    now[0] += 60
    assert said(15) == "r: step 15 of 300, LM loss 2.00"
    now[0] += 30
    assert said(30).endswith("27 min left")  # fifteen steps in 90 s, 270 to go
    now[0] += 60
    assert said(30).endswith("26 min left")  # it goes down until the next step is seen
