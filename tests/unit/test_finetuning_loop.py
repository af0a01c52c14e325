"""Full fine-tuning of tiny checkpoints: what it learns, that one step is what it should be, and that it goes on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.finetuning import loop
from models.finetuning.batches import epoch_batches
from models.finetuning.loop import FineTuner, Training
from models.finetuning.objective import score_of
from models.finetuning.settings import Diverged, FineTuning, Kind, Parts, Targets, Tuned
from models.finetuning.state import curve_in
from models.place import Place
from tests.tiny_models import WORDS, write_model

N, CLASSES = 90, 3
QUICK = FineTuning(epochs=8, lr=5e-3, batch=8, warmup=0.1)
PARTS = Parts(np.arange(60), np.arange(60, 72), np.arange(72, N))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("models")
    write_model(found / "bert", "bert")
    write_model(found / "gpt2", "gpt2")
    return found


def toy() -> tuple[list[str], np.ndarray]:
    """Texts of three classes, each of words of its own."""
    rng = np.random.default_rng(0)
    codes = np.arange(N) % CLASSES
    return [" ".join(rng.choice(WORDS[5 * c : 5 * c + 5], rng.integers(2, 8))) for c in codes], codes


def tuner(folder: Path, work: Path, settings: FineTuning = QUICK, model: str = "bert", **recipe: object) -> FineTuner:
    others = recipe.pop("others", None)
    asked = EncoderRecipe(family="transformer", model=model, place=Place(folder), **recipe)
    return FineTuner(asked, toy()[0], others, settings=settings, folder=work)


def classes() -> Targets:
    return Targets("classes", toy()[1], CLASSES)


def silent(done: int, total: int, words: str) -> None:
    return


def run(one: FineTuner, targets: Targets | None = None, seed: int = 0) -> Tuned:
    return one.run(targets or classes(), PARTS, seed=seed, report=silent)


@pytest.mark.parametrize("model", ["bert", "gpt2"])
def test_a_separable_set_is_learnt_wholly(folder: Path, tmp_path: Path, model: str) -> None:
    found = run(tuner(folder, tmp_path, model=model, init="random"))
    assert (found.outputs.argmax(axis=1) == toy()[1][PARTS.test]).all() and found.dev == 1.0
    assert found.curve[-1].loss < found.curve[0].loss / 2
    assert [point.epoch for point in found.curve if point.dev is not None] == list(range(1, found.curve[-1].epoch + 1))


def test_one_step_is_that_of_torch_written_out(folder: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    settings = FineTuning(epochs=1, lr=1e-2, batch=8, warmup=0.0, dropout=0.0, clip=0.5, decay=0.1)
    one = tuner(folder, tmp_path, settings)
    training = Training(one, classes(), PARTS, 0, tmp_path, "", silent)
    training.network.eval()  # no dropout within the transformer either
    rows = np.arange(5)
    reader = AutoModel.from_pretrained(str(folder / "bert")).eval()
    head = torch.nn.Linear(16, CLASSES)
    head.load_state_dict(training.network[3].state_dict())
    loss = training.step(rows, 0)

    texts, codes = toy()
    inputs = AutoTokenizer.from_pretrained(str(folder / "bert"))([texts[r] for r in rows], padding=True)
    ids, mask = torch.tensor(inputs["input_ids"]), torch.tensor(inputs["attention_mask"])
    states = reader(input_ids=ids, attention_mask=mask).last_hidden_state
    logits = head((states * mask[:, :, None]).sum(dim=1) / mask.sum(dim=1, keepdim=True))
    chances = logits.softmax(dim=1)[torch.arange(5), torch.from_numpy(codes[rows])]
    expected = -chances.log().mean()
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    own = {f"0.{name}": weight for name, weight in reader.named_parameters()}
    own |= {f"3.{name}": weight for name, weight in head.named_parameters()}
    length = torch.sqrt(sum((weight.grad**2).sum() for weight in own.values() if weight.grad is not None))
    for name, weight in training.network.named_parameters():
        before, gradient = own[name].detach(), own[name].grad
        if gradient is None:
            assert "pooler" in name  # no part of the states
            continue
        gradient = gradient * min(1.0, 0.5 / length.item())
        decay = 0.1 if weight.ndim > 1 else 0.0
        # AdamW's first step: moments are g and g² after the correction of their start
        after = before * (1 - 1e-2 * decay) - 1e-2 * gradient / (gradient.abs() + 1e-8)
        sure = gradient.abs() > 1e-6  # where the step is not the sign of rounding
        torch.testing.assert_close(weight.detach()[sure], after[sure], atol=2e-5, rtol=1e-3)


def test_a_seed_gives_the_same_bits_and_another_seed_others(folder: Path, tmp_path: Path) -> None:
    short = FineTuning(epochs=2, lr=5e-3, batch=8)
    first, again = (run(tuner(folder, tmp_path / name, short)) for name in ("a", "b"))
    np.testing.assert_array_equal(first.outputs, again.outputs)
    assert first.curve == again.curve
    assert not np.array_equal(first.outputs, run(tuner(folder, tmp_path / "a", short), seed=1).outputs)


def test_a_training_that_was_stopped_goes_on_to_the_same_bits(folder: Path, tmp_path: Path) -> None:
    settings = FineTuning(epochs=4, lr=5e-3, batch=8, patience=0)
    whole = run(tuner(folder, tmp_path / "whole", settings))

    class Stopped(Exception):
        pass

    def until(done: int, total: int, words: str) -> None:
        if done > 2 * 8 + 3:
            raise Stopped

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
        patch.setattr(loop, "EVERY", 0.0)
        tuner(folder, tmp_path / "cut", settings).run(classes(), PARTS, seed=0, report=until)
    kept = curve_in(tmp_path / "cut" / "seed-0")
    assert kept[-1].epoch == 2 and kept[-1].step == 16
    heard: list[int] = []
    on = tuner(folder, tmp_path / "cut", settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "EVERY", 0.0)
        found = on.run(classes(), PARTS, seed=0, report=lambda done, total, words: heard.append(done))
    assert min(step for step in heard if step) == 17  # two epochs were not trained again
    np.testing.assert_array_equal(found.outputs, whole.outputs)
    assert found.curve == whole.curve
    assert [path.name for path in (tmp_path / "cut" / "seed-0").iterdir()] == ["answers.safetensors"]


def test_what_was_trained_is_found_and_other_settings_train_anew(folder: Path, tmp_path: Path) -> None:
    short = FineTuning(epochs=1, lr=5e-3, batch=8)
    first = run(tuner(folder, tmp_path, short))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "finish", lambda self: pytest.fail("trained again"))
        np.testing.assert_array_equal(run(tuner(folder, tmp_path, short)).outputs, first.outputs)
    other = run(tuner(folder, tmp_path, FineTuning(epochs=1, lr=1e-3, batch=8)))
    assert not np.array_equal(other.outputs, first.outputs)


def test_damaged_state_is_trained_anew(folder: Path, tmp_path: Path) -> None:
    short = FineTuning(epochs=1, lr=5e-3, batch=8)
    first = run(tuner(folder, tmp_path / "a", short))
    for name in ("state.safetensors", "answers.safetensors"):
        (tmp_path / "b" / "seed-0").mkdir(parents=True, exist_ok=True)
        (tmp_path / "b" / "seed-0" / name).write_bytes(b"\0" * 40)
    np.testing.assert_array_equal(run(tuner(folder, tmp_path / "b", short)).outputs, first.outputs)


def test_a_training_begun_with_other_libraries_begins_anew(folder: Path, tmp_path: Path) -> None:
    settings = FineTuning(epochs=2, lr=5e-3, batch=8)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Training, "ask", _after_an_epoch(Training.ask))
        run(tuner(folder, tmp_path, settings))
    assert curve_in(tmp_path / "seed-0")[-1].epoch == 1
    heard: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "EVERY", 0.0)
        patch.setattr(loop, "library_versions", lambda: {"torch": "another"})
        tuner(folder, tmp_path, settings).run(classes(), PARTS, seed=0, report=lambda *said: heard.append(said[0]))
    assert min(step for step in heard if step) == 1


def _after_an_epoch(ask: Callable[..., object]) -> Callable[..., object]:
    """Stop at the second time that the network is asked."""
    times = iter([True, False])

    def once(training: Training, rows: np.ndarray) -> object:
        if not next(times):
            raise KeyboardInterrupt
        return ask(training, rows)

    return once


@pytest.mark.parametrize("kind", ["labels", "numbers"])
def test_sets_of_labels_and_numbers_are_learnt(folder: Path, tmp_path: Path, kind: Kind) -> None:
    _, codes = toy()
    targets = Targets("labels", np.column_stack([codes == 0, codes != 2]), 2)
    if kind == "numbers":
        targets = Targets("numbers", 100.0 + 7 * codes, 1)
    found = run(tuner(folder, tmp_path, FineTuning(epochs=12, lr=5e-3, batch=8), init="random"), targets)
    assert score_of(kind, found.outputs, targets.values[PARTS.test]) > 0.9


def test_the_second_text_of_a_pair_is_read(folder: Path, tmp_path: Path) -> None:
    texts, codes = toy()
    same = ["the cat sat"] * N
    recipe = EncoderRecipe(family="transformer", model="bert", place=Place(folder), init="random")
    one = FineTuner(recipe, same, texts, settings=QUICK, folder=tmp_path)
    assert (run(one).outputs.argmax(axis=1) == codes[PARTS.test]).mean() == 1.0


def test_without_a_dev_part_the_last_epoch_answers(folder: Path, tmp_path: Path) -> None:
    parts = Parts(PARTS.train, np.empty(0, np.int64), PARTS.test)
    one = tuner(folder, tmp_path, FineTuning(epochs=2, lr=5e-3, batch=8))
    found = one.run(classes(), parts, seed=0, report=silent)
    assert found.best == 2 and found.dev is None


def test_it_stops_when_dev_does_not_get_better(folder: Path, tmp_path: Path) -> None:
    found = run(tuner(folder, tmp_path, FineTuning(epochs=9, lr=1e-9, batch=8, patience=1, dropout=0.0)))
    assert found.curve[-1].epoch < 9 and found.curve[-1].epoch == found.best + 1


def test_a_loss_that_is_no_number_says_seed_step_and_way_out(folder: Path, tmp_path: Path) -> None:
    one = tuner(folder, tmp_path)
    of = loop.loss_of

    def broken(kind: Kind, outputs: object, targets: object) -> object:
        loss = of(kind, outputs, targets)
        return loss * float("nan") if one.__dict__.setdefault("asked", 0) == 2 else _counted(one, loss)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "loss_of", broken)
        with pytest.raises(Diverged, match=r"seed 4 broke down: at step 3 of 64, learning rate 0.0025, the loss .*lr"):
            run(one, seed=4)


def _counted(one: FineTuner, loss: object) -> object:
    one.__dict__["asked"] += 1
    return loss


def test_batches_hold_every_sample_once_and_texts_of_like_length() -> None:
    lengths = np.random.default_rng(0).integers(3, 200, 1000)
    batches = epoch_batches(lengths, 16, seed=0, epoch=1)
    assert sorted(np.concatenate(batches)) == list(range(1000)) and len(batches) == 63
    padded = sum(len(one) * lengths[one].max() for one in batches)
    assert padded < 1.15 * lengths.sum()
    again, other = (epoch_batches(lengths, 16, seed=0, epoch=epoch) for epoch in (1, 2))
    assert np.array_equal(np.concatenate(batches), np.concatenate(again))
    assert not np.array_equal(np.concatenate(batches), np.concatenate(other))


WRONG = [("epochs", 0), ("lr", 0.0), ("lr", float("nan")), ("clip", float("inf")), ("dropout", 1.0)]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_settings_that_cannot_be_are_refused(key: str, value: float) -> None:
    with pytest.raises(BadInput, match=rf"{key} of \[finetuning\] is"):
        FineTuning(**{key: value})


def test_what_is_no_text_transformer_cannot_be_trained(tmp_path: Path) -> None:
    write_model(tmp_path / "vit", "vit")
    recipe = EncoderRecipe(family="image", model="vit", place=Place(tmp_path))
    with pytest.raises(BadInput, match="'image' cannot be fine-tuned"):
        FineTuner(recipe, ["a"], settings=QUICK, folder=tmp_path)
