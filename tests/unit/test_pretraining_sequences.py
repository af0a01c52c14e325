"""Span corruption, batches, and the trainer of encoder-decoders: killed ones end as undisturbed ones do."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from analysis.registry import generators
from models.errors import BadInput, Failed
from models.pretraining import sequence_training
from models.pretraining.sequence_answers import scores_of, written
from models.pretraining.sequence_batches import NO_LABEL, Batches, Cut, padded, trimmed
from models.pretraining.sequence_model import SMALL, Shape, Start, network_of
from models.pretraining.sequence_source import Pairs, Synthetic, Text
from models.pretraining.sequence_training import Course, judged, train
from models.pretraining.spans import Spans, corrupted
from models.pretraining.synthetic.generator import Record, first
from models.pretraining.synthetic.simple import SimpleSettings
from models.pretraining.synthetic.small import small_settings
from models.pretraining.text_tokens import FIRST_PIECE, learnt, read_tokenizer, tokens_of
from models.weight_groups import Scheme

SHAPE = Shape(vocabulary=48, width=16, heads=2, head_width=8, feed_forward=32, layers=1, dropout=0.1)
SETTINGS = SimpleSettings(
    first=27, last=47, shortest=4, longest=8, name=(), after_name=3, between_words=4, between_arguments=5, nothing=6
)
TASK = Synthetic(generators()["copy"], SETTINGS, seed=0)
HELD = [TASK.record(1_000_000 + i) for i in range(20)]
COURSE = Course(steps=6, batch=4, every=2, warmup=2, cut=Cut(12, 12))


def test_a_corrupted_text_can_be_mended_from_what_is_written() -> None:
    spans, rng = Spans(sentinels=tuple(range(3, 27)), noise=0.25, span=3.0), np.random.default_rng(0)
    for n in (2, 3, 10, 80, 81):
        for _ in range(50):
            text = rng.integers(27, 99, size=n).tolist()
            record = corrupted(text, rng, spans)
            lost: dict[int, list[int]] = {}
            for token in record.output:
                if token < 27:
                    lost[token] = []
                else:
                    lost[list(lost)[-1]].append(token)
            mended = [part for token in record.input for part in lost.get(token, [token])]
            assert mended == text and list(lost) == list(range(3, 3 + len(lost)))
            assert sum(map(len, lost.values())) == min(max(round(n * 0.25), 1), n - 1)
            assert record.input[0] >= 27 and record.input[-1] < 27


def test_noise_and_spans_have_the_sizes_said() -> None:
    spans, rng = Spans(sentinels=tuple(range(3, 27)), noise=0.25, span=3.0), np.random.default_rng(1)
    records = [corrupted(list(range(27, 107)), rng, spans) for _ in range(300)]
    assert {(len(one.input), len(one.output)) for one in records} == {(67, 27)}  # 20 of 80 in 7 spans
    lost = Counter(token for one in records for token in one.output if token >= 27)
    assert lost[27] == 0  # the first stretch is text
    assert np.std([lost[token] for token in range(35, 105)]) < 25 and min(lost[token] for token in range(30, 107)) > 20


def test_batches_hold_every_record_once_and_those_of_like_length() -> None:
    source = Synthetic(generators()["set"], small_settings(generators()["set"]), seed=3)
    batches = Batches(source, batch=8, cut=Cut(), seed=1)
    records = [record for step in range(16) for record in batches.at(step)]
    expected = [trimmed(source.record(number), Cut()) for number in range(128)]
    assert sorted(records) == sorted(expected)
    padding = sum(8 * max(len(one.input) for one in batches.at(step)) for step in range(16))
    assert padding < 1.06 * sum(len(one.input) for one in records)
    assert Batches(source, batch=8, cut=Cut(), seed=1).at(13) == batches.at(13) != batches.at(12)


def test_padding_is_neither_read_nor_asked_for() -> None:
    network = network_of(SHAPE, seed=0).eval()
    short, long = Record([30, 31, 1], [32, 1]), Record([33, 34, 35, 36, 1], [37, 38, 39, 1])
    with torch.inference_mode():
        both = network(**padded([short, long]))
        alone = network(**padded([short]))
    np.testing.assert_allclose(both.logits[0, :2], alone.logits[0], atol=1e-5)
    assert padded([short, long])["labels"][0].tolist() == [32, 1, NO_LABEL, NO_LABEL]
    assert judged(network, [short])[0] == pytest.approx(float(alone.loss), rel=1e-5)


def test_pairs_come_all_in_each_round_and_in_another_order() -> None:
    records = [Record([i], [i]) for i in range(10)]
    pairs = Pairs(records, seed=0)
    rounds = [[pairs.record(turn * 10 + place) for place in range(10)] for turn in (0, 1)]
    assert sorted(rounds[0]) == sorted(rounds[1]) == records and rounds[0] != rounds[1]
    assert pairs.record(3) == rounds[0][3]


def test_windows_of_a_text_are_of_the_text() -> None:
    text = Text(np.arange(27, 1000, dtype=np.uint16), 40, Spans(sentinels=tuple(range(3, 27))), seed=0)
    read = [token for token in text.record(5).input if token >= 27]
    assert read == sorted(read) and read[-1] - read[0] < 40 and text.record(5) != text.record(6)
    with pytest.raises(BadInput, match="give more text"):
        Text(np.arange(5), 40, Spans(sentinels=(3,)), seed=0)


def test_a_training_that_was_killed_ends_as_an_undisturbed_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = network_of(SHAPE, seed=0)
    curve = train(whole, TASK, HELD, COURSE, tmp_path / "whole", seed=7, made_of="a")
    killed, write = network_of(SHAPE, seed=0), sequence_training._write

    def dies(folder: Path, network: object, optimizer: object, made_of: str, curve: list[object]) -> None:
        write(folder, network, optimizer, made_of, curve)  # type: ignore[arg-type]
        if len(curve) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(sequence_training, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        train(killed, TASK, HELD, COURSE, tmp_path / "killed", seed=7, made_of="a")
    monkeypatch.undo()
    said = [json.loads(line) for line in (tmp_path / "killed" / "curves.jsonl").read_text().splitlines()]
    assert [one["step"] for one in said] == [2, 4]
    resumed = network_of(SHAPE, seed=99)
    again = train(resumed, TASK, HELD, COURSE, tmp_path / "killed", seed=7, made_of="a")
    assert [(one.step, one.loss, one.held_right) for one in again] == [
        (one.step, one.loss, one.held_right) for one in curve
    ]
    for name, weight in whole.named_parameters():
        assert torch.equal(weight, dict(resumed.named_parameters())[name])
    assert not (tmp_path / "killed" / "state.safetensors").exists()
    found = network_of(SHAPE, seed=5)
    assert train(found, TASK, HELD, COURSE, tmp_path / "killed", seed=7, made_of="a") == again
    assert torch.equal(found.shared.weight, whole.shared.weight)


def test_a_folder_of_another_training_begins_anew(tmp_path: Path) -> None:
    one, other = network_of(SHAPE, seed=0), network_of(SHAPE, seed=0)
    train(one, TASK, HELD, COURSE, tmp_path, seed=7, made_of="a")
    train(other, TASK, HELD, COURSE, tmp_path, seed=8, made_of="b")
    assert not torch.equal(one.shared.weight, other.shared.weight)


def test_a_training_learns_and_stops_early(tmp_path: Path) -> None:
    constant = [Record([30 + i % 3], [40]) for i in range(30)]
    course = Course(steps=400, batch=8, every=5, warmup=10, cut=Cut(4, 4))
    network = network_of(SHAPE, seed=0)
    curve = train(network, Pairs(constant, 0), constant, course, tmp_path, seed=0, made_of="constant")
    assert curve[-1].held_right >= 0.99 and curve[-1].step < 400 and curve[-1].held_loss < curve[0].held_loss
    assert written(network, constant[:3], Cut(4, 4)) == [[40]] * 3
    scores = scores_of(network, constant[:5], Cut(4, 4))
    assert (scores.exact_match, scores.token_f1, scores.rouge_l, scores.token_accuracy) == (1, 1, 1, 1)
    texts = scores_of(network, [Record([30], [41, 42, 40])], Cut(4, 4), decode=lambda ids: " ".join(map(str, ids)))
    assert (texts.exact_match, texts.token_f1) == (0, 0.5)
    again = network_of(SHAPE, seed=3, start=Start(checkpoint=tmp_path / "model.safetensors"))
    assert judged(again, [trimmed(one, Cut(4, 4)) for one in constant])[1] >= 0.99
    drawn = network_of(SHAPE, seed=3)
    of_statistics = network_of(SHAPE, seed=3, start=Start(checkpoint=tmp_path / "model.safetensors", scheme=Scheme()))
    weights, fresh = dict(of_statistics.named_parameters()), dict(drawn.named_parameters())
    assert torch.equal(weights["shared.weight"], fresh["shared.weight"])
    assert [name for name in weights if torch.equal(weights[name], fresh[name])] == ["shared.weight"]


def test_a_loss_that_is_no_number_is_said_with_the_way_out(tmp_path: Path) -> None:
    network = network_of(SHAPE, seed=0)
    with torch.no_grad():
        network.shared.weight.fill_(float("nan"))
    with pytest.raises(Failed, match="give a lower rate"):
        train(network, TASK, HELD, COURSE, tmp_path, seed=0, made_of="nan")


def test_the_papers_schedule_is_flat_up_to_ten_thousand_steps_and_then_falls() -> None:
    course = Course(steps=1, rate=0.01, schedule="inverse_root")
    assert course.rate_at(100) == 0.01 == course.rate_at(9_999) and course.rate_at(39_999) == pytest.approx(0.005)
    assert Course(steps=1, rate=1.0, warmup=10).rate_at(4) == 0.5
    falling = Course(steps=100, rate=1.0, warmup=1, schedule="falling")
    assert [falling.rate_at(step) for step in (0, 70, 85, 100)] == pytest.approx([1, 1, 0.5, 0])


def test_shapes_have_the_weights_said() -> None:
    tiny = network_of(Shape(), seed=0)
    assert sum(one.numel() for one in tiny.parameters()) == 295_936
    with torch.device("meta"):
        small = network_of(SMALL, seed=0)
    assert sum(one.numel() for one in small.parameters()) == 60_506_624  # T5-small


@pytest.mark.parametrize("name", sorted(generators()))
def test_small_settings_keep_every_task_within_a_small_vocabulary(name: str) -> None:
    task = generators()[name]
    for record in first(task, 20, settings=small_settings(task)):
        used = [*record.input, *record.output]
        assert min(used) >= 3 and max(used) <= 1_023 and len(record.input) <= 220


def test_text_goes_to_tokens_and_back(tmp_path: Path) -> None:
    texts = ["def f(x):\n    return x + 1\n" * 5, "größe = 'ünï'\n"]
    tokenizer = learnt(texts, vocabulary=320)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    ids = tokens_of(texts, read_tokenizer(tmp_path / "tokenizer.json"), most=10_000)
    assert ids.max() < 320 and (ids == 1).sum() == 2 and min(token for token in ids if token != 1) >= FIRST_PIECE
    assert tokenizer.decode(ids[-30:].tolist()).endswith("größe = 'ünï'\n")
    assert len(tokens_of(texts, tokenizer, most=7)) == 7
    with pytest.raises(BadInput, match="no room"):
        learnt(texts, vocabulary=100)
