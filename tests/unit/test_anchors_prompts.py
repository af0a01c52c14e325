"""Tasks as a prompt and words: the context that is asked, the two halves, and what a shift does to them."""

import numpy as np
import pytest
import torch

from analysis.anchor_prompts import check_prompt
from analysis.anchors.measure import answered
from analysis.anchors.prompts import Prompt
from analysis.anchors.told import Asked
from analysis.ask import Ask
from analysis.laboratory import PromptSpec
from analysis.run import open_study
from models.errors import BadInput
from models.prompts import asked_contexts, check_template, prompted
from models.windows import cut, tokens_of
from tests.unit.language_worlds import opened, written
from tests.unit.test_anchors_measure import silent, text
from tests.unit.test_anchors_study import ALONE, CORPUS, world

TEMPLATE = "{text} sat on the"
TEXTS = ["the big cat", "a dog", "the small red dog ran and", "cat"]


@pytest.mark.parametrize(("kind", "family"), [("gpt2", "causal_lm"), ("llama", "causal_lm"), ("bert", "masked_lm")])
def test_the_context_of_a_text_is_what_its_model_reads_at_the_place_that_is_asked(tmp_path, kind, family):
    written(tmp_path / kind, kind)
    model = opened(tmp_path / kind, family)
    template = TEMPLATE if family == "causal_lm" else "{text} sat on {mask} mat"
    prompts = prompted(model, TEXTS, template)
    found = asked_contexts(model, model.head, prompts)
    for row, numbers in enumerate(prompts):
        place = len(numbers) - 1 if family == "causal_lm" else int(np.flatnonzero(numbers == model.mask)[0])
        states = model.states(torch.from_numpy(numbers[None]))[0, place].numpy()
        assert np.allclose(found.states[row], states, atol=1e-5) and found.positions[row] == place
        logits = states.astype(np.float64) @ model.head.vectors.T + model.head.bias
        assert found.partition[row] == pytest.approx(np.logaddexp.reduce(logits), abs=1e-4)
    assert found.windows.tolist() == [0, 1, 2, 3]


def test_a_long_text_loses_its_end_and_never_the_template(tmp_path):
    written(tmp_path / "gpt2", "gpt2", n_positions=12)
    model = opened(tmp_path / "gpt2")
    (numbers,) = prompted(model, [" ".join(["cat"] * 50)], TEMPLATE)
    assert len(numbers) <= 12 and str(model.tokenizer.decode(numbers)).endswith("sat on the")


@pytest.mark.parametrize(
    ("template", "masked", "said"),
    [
        ("It was", False, "with {text} in it once"),
        ("{text} {mask}", False, "without {mask}"),
        ("{text} It was", True, "needs {mask}"),
        ("{text} It was ", False, "ends with a blank"),
    ],
)
def test_a_template_without_its_places_is_refused(template, masked, said):
    with pytest.raises(BadInput) as error:
        check_template(template, masked=masked, where="prompt 'p'")
    assert said in str(error.value)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A tiny model, texts in a prompt whose label is whether its own logit of a word is high: a task it can do."""
    folder = tmp_path_factory.mktemp("prompts")
    written(folder / "gpt2", "gpt2")
    model = opened(folder / "gpt2")
    texts = [text(seed, words=6) for seed in range(120)]
    found = asked_contexts(model, model.head, prompted(model, texts, TEMPLATE))
    row = model.rows_of_words(["cat"])[0]
    chance = found.states @ model.head.vectors[row] - found.partition
    labels = np.where(chance > np.median(chance), "yes", "no").tolist()
    words = {"yes": ("cat",), "no": ("dog",), "never": ("mat",), "unknown": ("zebra",)}
    asked = Asked(["none"], ["plain"], 0, 0, (Prompt("p", TEMPLATE, texts, labels, words),))
    windows = cut(model, tokens_of(model, [text()], 0), 30)
    return answered(model, windows, asked, silent)


def test_a_shift_breaks_the_raw_score_of_a_prompt_and_not_the_one_relative_to_the_anchor(attacked):
    """The anchor is fitted on running text, and follows the shift on the prompts too, up to 5 mean lengths."""
    table = attacked.tables["shift"].query("task == 'prompt:p=yes'")
    assert np.ptp(table["perplexity"]) < 1e-4
    auc = table[table["direction"] != "random"].set_index(["score", "length"])["auc"]
    assert auc["log probability", 0.0] > 0.95
    assert auc["raw logits", 0.0] - auc["raw logits", 5.0] > 0.2
    moved = table.groupby("score")["moved"].max()
    assert moved["anchor, plain"] < 1e-4 < 0.1 < moved["raw logits"]
    assert moved["anchor, ridge"] > 1e-2
    number = attacked.numbers["shift_auc_anchor|prompt:p=yes"]
    assert number.low <= number.value <= number.high and number.n == 60
    facts = attacked.tables["tasks"].set_index("task").loc["prompt:p=yes"]
    assert facts["beyond_bound"] == 0 and facts["positive"] == pytest.approx(0.5, abs=0.15)


def test_a_label_that_no_text_has_and_a_word_of_several_tokens_say_so(attacked):
    assert "0 have 'never'" in attacked.numbers["shift_auc_raw|prompt:p=never"].why
    assert "no single token" in attacked.numbers["shift_auc_raw|prompt:p=unknown"].why


PROMPT = """
[[anchors.prompt]]
name = "kind"
label = "kind"
template = "the {text}"
words = { cat = "cat", dog = "dog" }
"""
SAMPLES = '[dataset]\npath = "t.csv"\nid = "id"\ntext = "say"\nlabels = ["kind"]\n'


def samples(folder, rows=60):
    lines = [f'{at},"{text(at, words=4)}",{("cat", "dog")[at % 2]}' for at in range(rows)]
    (folder / "t.csv").write_text("\n".join(["id,say,kind", *lines]))


def test_a_study_with_a_prompt_has_its_numbers_and_new_ones_where_the_texts_change(tmp_path):
    samples(tmp_path)
    study = world(tmp_path, ALONE.replace("draws = 20", "draws = 5\n" + SAMPLES) + PROMPT + CORPUS)
    pipeline, ask = open_study(study, cache=tmp_path / "cache"), Ask("anchors", "", "small", "some text")
    found = pipeline.make(ask)
    assert found.numbers["shift_auc_raw|prompt:kind=cat"].n == 30
    before = pipeline.recipe(ask).key
    samples(tmp_path, 64)
    assert open_study(study, cache=tmp_path / "cache").recipe(ask).key != before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("{text}", "text"), "with {text} in it once"),
        (('label = "kind"\ntem', 'label = "kinds"\ntem'), "'kinds'"),
        (('cat = "cat", dog = "dog"', ""), "has no words"),
    ],
)
def test_a_prompt_that_cannot_be_asked_is_bad_input(tmp_path, change, said):
    samples(tmp_path)
    study = world(tmp_path, ALONE.replace("draws = 20", "draws = 5\n" + SAMPLES) + PROMPT.replace(*change) + CORPUS)
    with pytest.raises(BadInput) as error:
        from analysis.plan import wanted

        pipeline = open_study(study, cache=tmp_path / "cache")
        wanted(pipeline)
        pipeline.make(Ask("anchors", "", "small", "some text"))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": "kinds"}, "label of [[anchors.prompt]] 'p' is 'kinds'; did you mean 'kind'?"),
        ({"words": {"cta": "cat"}}, "name 'cta', which no 'kind' is; did you mean 'cat'?"),
        ({"template": "the text"}, "give one with {text} in it once"),
        ({"template": "{text} {mask}"}, "a causal model is asked at its end"),
        ({"words": {"cat": "zebra"}}, "'zebra' is no single token of model 'small' and unknown to its tokenizer"),
        ({"words": {"cat": "cat zebra", "dog": "gnu"}}, "give another word. 'gnu' is no single token of model 'small'"),
        ({"words": {"cat": "the-cat"}}, "'the-cat' is no single token of model 'small' but 3 ('the', '[UNK]', 'cat')"),
    ],
)
def test_what_is_wrong_with_a_prompt_is_said_before_any_work(tmp_path, change, said):
    samples(tmp_path)
    pipeline = open_study(world(tmp_path, ALONE.replace("draws = 20", SAMPLES) + CORPUS), cache=tmp_path / "cache")
    usual = {"name": "p", "label": "kind", "template": "the {text}", "words": {"cat": "cat", "dog": "dog"}}
    assert check_prompt(pipeline, PromptSpec(**usual), pipeline.dataset()) == ()
    with pytest.raises(BadInput) as error:
        check_prompt(pipeline, PromptSpec(**usual | change), pipeline.dataset())
    assert said in str(error.value)


def test_a_value_that_hardly_a_text_has_is_refused_with_both_counts(tmp_path):
    samples(tmp_path, 30)
    pipeline = open_study(world(tmp_path, ALONE.replace("draws = 20", SAMPLES) + CORPUS), cache=tmp_path / "cache")
    spec = PromptSpec(name="p", label="kind", template="{text}", words={"cat": "cat"})
    with pytest.raises(BadInput, match="15 of 30 texts have 'kind' 'cat'; 20 that have it"):
        check_prompt(pipeline, spec, pipeline.dataset())


def test_a_prompt_without_samples_is_bad_input(tmp_path):
    study = world(tmp_path, ALONE + PROMPT + CORPUS)
    from analysis.plan import wanted

    with pytest.raises(BadInput, match="needs a \\[dataset\\]"):
        wanted(open_study(study, cache=tmp_path / "cache"))
