"""A language model as its head sees it: its own logits from our states and rows, whatever the architecture."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.bulk import bulk_targets, largest_needed, parse_rule
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.head import Head, dead_rows
from models.language_model import open_language_model
from models.place import Place
from models.streaming import contexts
from models.windows import cut, sampled, tokens_of
from tests.tiny_models import VOCABULARY, WORDS
from tests.unit.language_worlds import opened, written

TEXT = " ".join(WORDS * 20)


@pytest.mark.parametrize(
    ("kind", "family", "biased"),
    [
        ("gpt2", "causal_lm", False),
        ("opt", "causal_lm", False),  # projects its states before the head
        ("gptj", "causal_lm", True),
        ("llama", "causal_lm", False),
        ("bert", "masked_lm", True),  # transforms its states before the head
        ("esm", "masked_lm", True),  # adds its bias after the head
    ],
)
def test_states_times_rows_are_the_models_own_logits(tmp_path, kind, family, biased):
    model = written(tmp_path / kind, kind)
    mine = opened(tmp_path / kind, family)
    ids = torch.randint(4, VOCABULARY, (3, 12), generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        theirs = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
    ours = mine.states(ids) @ torch.from_numpy(mine.head.vectors).T + torch.from_numpy(mine.head.bias)
    assert mine.head.biased is biased and bool(mine.head.bias.any()) is biased
    assert torch.allclose(ours, theirs, atol=2e-5)


def test_a_language_model_of_statistics_has_them_below_its_head(tmp_path):
    trained = written(tmp_path / "gpt2", "gpt2").requires_grad_(False)
    drawn = opened(tmp_path / "gpt2", init="statistics").module
    theirs, ours = trained.transformer.h[0].mlp.c_fc.weight, drawn.transformer.h[0].mlp.c_fc.weight
    assert not torch.equal(theirs, ours) and float(ours.std()) == pytest.approx(float(theirs.std()), rel=0.1)


def test_a_head_that_caps_its_logits_is_refused(tmp_path):
    written(tmp_path / "capped", "gemma2")
    with pytest.raises(BadInput, match="not linear in its last states"):
        opened(tmp_path / "capped")


def test_the_seven_padding_rows_of_opt_are_counted_and_left_out(tmp_path):
    written(tmp_path / "opt", "opt", vocab_size=VOCABULARY + 7)
    head = opened(tmp_path / "opt").head
    assert head.padding == 7 and head.n == VOCABULARY and head.tokens.tolist() == list(range(VOCABULARY))


def test_shifting_the_head_of_a_tied_model_leaves_its_inputs_alone(tmp_path):
    written(tmp_path / "gpt2", "gpt2")
    model = opened(tmp_path / "gpt2")
    assert model.module.get_output_embeddings().weight is model.module.get_input_embeddings().weight
    before = model.module.get_input_embeddings().weight.clone()
    model.head.vectors[:] += 1
    assert torch.equal(model.module.get_input_embeddings().weight, before)


def test_rows_that_no_training_reached_are_found_among_words_that_never_occur():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 8)).astype(np.float32)
    vectors[40:50] = vectors[40] * rng.uniform(0.5, 2, size=(10, 1)) + 0.001 * rng.normal(size=(10, 8))
    vectors[55] = 0
    head = Head(vectors, np.zeros(60, np.float32), np.arange(60) + 100)
    counts = np.ones(60, np.int64)
    counts[30:60] = 0  # ten more that are absent, and side by side with nothing
    found = dead_rows(head, counts)
    assert found.tolist() == [*range(40, 50), 55]
    left = head.without(found)
    assert left.n == 49 and left.dead == tuple((found + 100).tolist())
    assert left.rows_of([100, 140, 159]).tolist() == [0, -1, 48]
    counts[45] = 3  # it occurs, so it is a word
    assert 45 not in dead_rows(head, counts)


def exact(logits, rule, removed):
    """The same in float64, by sorting."""
    wide = logits.astype(np.float64)
    total = np.logaddexp.reduce(wide, axis=1)
    out = np.empty(len(wide))
    for row, values in enumerate(wide):
        kept = np.ones(len(values), bool)
        if rule.kind == "top":
            kept[np.argsort(-values)[: rule.k]] = False
        elif rule.kind == "threshold":
            kept = values <= total[row] + np.log(rule.bound)
        elif rule.kind == "words":
            kept[list(removed)] = False
        out[row] = np.logaddexp.reduce(values[kept]) if kept.any() else -np.inf
    return out, total


@pytest.mark.parametrize("scale", [0.1, 3.0, 30.0])
@pytest.mark.parametrize("text", ["none", "top:1", "top:100", "threshold:0.01", "threshold:0.001", "words:a,b,c"])
def test_bulk_targets_are_those_of_float64_to_a_hundred_thousandth(text, scale):
    rng = np.random.default_rng(0)
    logits = (scale * rng.normal(size=(40, 700))).astype(np.float32)
    logits[:, 5] += 10 * scale  # a listed word that outweighs all others: subtracting it from Z would cancel
    rule = parse_rule(text)
    rule = replace(rule, rows=(5, 17, 600)) if rule.kind == "words" else rule
    rules = [rule, parse_rule("top:3")]
    found, partition = bulk_targets(torch.from_numpy(logits.copy()), rules, largest_needed(rules, 700))
    wanted, total = exact(logits, rule, rule.rows)
    np.testing.assert_allclose(found[:, 0].numpy(), wanted, rtol=0, atol=1e-5)
    np.testing.assert_allclose(partition.numpy(), total, rtol=0, atol=1e-5)


def test_a_context_without_bulk_says_so():
    logits = torch.zeros((2, 5))
    rules = [parse_rule("threshold:0.1")]
    found, _ = bulk_targets(logits, rules, largest_needed(rules, 5))
    assert torch.isneginf(found).all()
    with pytest.raises(BadInput, match="no bulk is left"):
        largest_needed([parse_rule("top:5")], 5)


@pytest.mark.parametrize(
    "text", ["top:0", "top:x", "threshold:2", "threshold:nan", "words:", "words:a,a", "most:3", "none:1"]
)
def test_a_rule_that_is_none_is_refused(text):
    with pytest.raises(BadInput):
        parse_rule(text)


def test_every_context_of_a_causal_model_is_given_once_with_its_surprise(tmp_path):
    model = written(tmp_path / "gpt2", "gpt2")
    mine = opened(tmp_path / "gpt2")
    windows = cut(mine, tokens_of(mine, [TEXT], 0), 16)
    rules = [parse_rule("none"), parse_rule("top:2")]
    found = list(contexts(mine, mine.head, windows, rules, rows=np.array([3, 1])))
    assert np.concatenate([part.windows for part in found]).tolist() == [3] * 16 + [1] * 16
    part = found[0]
    with torch.inference_mode():
        ids = torch.from_numpy(windows[[3, 1]].astype(np.int64))
        logits = model(input_ids=ids).logits.double()
    told = torch.nn.functional.cross_entropy(
        logits[:, :-1].reshape(-1, VOCABULARY), ids[:, 1:].reshape(-1), reduction="none"
    )
    inner = part.positions < 15
    assert np.allclose(part.surprise[inner], told.numpy(), atol=1e-5) and np.isnan(part.surprise[~inner]).all()
    assert np.allclose(part.partition, logits.logsumexp(-1).ravel(), atol=1e-5)
    assert np.allclose(part.targets[:, 0], part.partition)


def test_a_masked_model_is_asked_where_tokens_are_hidden(tmp_path):
    written(tmp_path / "bert", "bert")
    mine = opened(tmp_path / "bert", "masked_lm")
    windows = cut(mine, tokens_of(mine, [TEXT], 0), 22)
    assert windows[0, 0] == 2 and windows[0, -1] == 3  # [CLS] and [SEP] around each
    part = next(contexts(mine, mine.head, windows, [parse_rule("none")], seed=4))
    assert np.bincount(part.windows).tolist() == [3] * len(windows)
    assert part.next.tolist() == windows[part.windows, part.positions].tolist() and np.isfinite(part.surprise).all()
    again = next(contexts(mine, mine.head, windows, [parse_rule("none")], rows=np.array([5]), seed=4))
    assert again.positions.tolist() == part.positions[part.windows == 5].tolist()
    with pytest.raises(BadInput, match="fills gaps"):
        sampled(mine, 2, 8, seed=0)


def test_text_is_drawn_as_the_model_tells_it_and_alike_from_one_seed(tmp_path):
    model = written(tmp_path / "llama", "llama")
    mine = opened(tmp_path / "llama")
    windows = sampled(mine, 3000, 4, seed=0)
    assert (windows == sampled(mine, 3000, 4, seed=0)).all() and (windows != sampled(mine, 3000, 4, seed=9)).any()
    assert (windows[:, 0] == 2).all()
    with torch.inference_mode():
        chance = model(input_ids=torch.tensor([[2]])).logits[0, -1].softmax(-1).numpy()
    share = np.bincount(windows[:, 1], minlength=VOCABULARY) / 3000
    assert np.abs(share - chance).max() < 4 * np.sqrt(0.25 / 3000)
    with torch.inference_mode():  # the third token too, from the cache
        second = np.bincount(windows[:, 1]).argmax()
        chance = model(input_ids=torch.tensor([[2, int(second)]])).logits[0, -1].softmax(-1).numpy()
    mine_third = windows[windows[:, 1] == second, 2]
    share = np.bincount(mine_third, minlength=VOCABULARY) / len(mine_third)
    assert np.abs(share - chance).max() < 4 * np.sqrt(0.25 / len(mine_third))


def test_the_weights_are_drawn_dealt_or_read_as_the_recipe_says(tmp_path):
    written(tmp_path / "gpt2", "gpt2")
    recipe = EncoderRecipe(family="causal_lm", model="gpt2", place=Place(tmp_path))
    block = "transformer.h.0.mlp.c_fc.weight"
    trained = open_language_model(recipe).module.get_parameter(block)
    ways = [{"init": "random"}, {"init": "shuffled"}, {"init": "statistics", "mode": "mean_sd"}]
    drawn, dealt, alike = (open_language_model(replace(recipe, **way)).module.get_parameter(block) for way in ways)
    assert not any(torch.equal(one, trained) for one in (drawn, dealt, alike))
    assert torch.equal(dealt.flatten().sort().values, trained.flatten().sort().values)
    assert float(alike.std()) == pytest.approx(float(trained.std()), rel=0.15)
    assert float(drawn.std()) < 0.2 * float(trained.std())


def test_a_word_is_one_row_or_refused(tmp_path):
    written(tmp_path / "gpt2", "gpt2")
    mine = opened(tmp_path / "gpt2")
    assert mine.rows_of_words(["cat", "dog"]) == (6, 7)
    with pytest.raises(BadInput, match="no single token"):
        mine.rows_of_words(["cat dog"])
