"""The whole measurement on tiny models of several architectures."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis.anchors.measure import answered, live_head
from analysis.anchors.told import PER_FIT, SHARED, Asked
from models.streaming import contexts
from models.windows import cut, tokens_of
from tests.tiny_models import SPECIALS, WORDS
from tests.unit.language_worlds import opened, written

ASKED = Asked(["none", "top:3", "threshold:0.2", "words:cat,dog"], ["plain", "intercept"], 20, 0)


def silent(done, total, message):
    pass


def text(seed: int = 0, words: int = 1500) -> str:
    return " ".join(np.random.default_rng(seed).choice(WORDS, size=words))


def measured(folder, kind, family="causal_lm", asked=ASKED, **changes):
    written(folder / kind, kind, **changes)
    model = opened(folder / kind, family)
    windows = cut(model, tokens_of(model, [text()], 0), 30)
    return model, windows, answered(model, windows, asked, silent)


@pytest.mark.parametrize(
    ("kind", "family"), [("gpt2", "causal_lm"), ("opt", "causal_lm"), ("llama", "causal_lm"), ("bert", "masked_lm")]
)
def test_every_number_is_that_of_a_plain_computation(tmp_path, kind, family):
    model, windows, result = measured(tmp_path, kind, family)
    assert {name for name in result.numbers if not name.startswith("shift")} == {
        f"{name}|{rule}|{fit}" for name in (*PER_FIT, *SHARED) for rule in ASKED.rules for fit in ASKED.fits
    }
    from analysis.anchors.split import split_windows

    split, head = split_windows(len(windows), model.width, 0), live_head(model, windows)
    sides = []
    for blocks in (split.train, split.test):
        parts = [part for rows in blocks for part in contexts(model, head, windows, [], rows=rows, seed=0)]
        sides.append([np.concatenate([getattr(part, name) for part in parts]) for name in ("states", "surprise")])
    (h, _), (held, surprise) = sides
    middle = np.append(head.vectors.mean(axis=0), head.bias.mean())
    for name, used in (("plain", model.head.biased), ("intercept", True)):
        x, z = (np.concatenate([part.astype(np.float64), np.ones((len(part), 1))], axis=1) for part in (h, held))
        columns = slice(None) if used else slice(0, -1)
        logits = [part @ np.append(head.vectors, head.bias[:, None], axis=1).T.astype(np.float64) for part in (x, z)]
        y = [np.logaddexp.reduce(np.sort(part, axis=1)[:, :-3], axis=1) for part in logits]
        v = np.linalg.lstsq(x[:, columns], y[0], rcond=1e-6)[0]
        error = z[:, columns] @ v - y[1]
        found = {key: result.numbers[f"{key}|top:3|{name}"].value for key in (*PER_FIT, *SHARED)}
        assert found["mse"] == pytest.approx(np.square(error).mean(), rel=1e-3)
        assert found["max_error"] == pytest.approx(np.abs(error).max(), rel=1e-3)
        assert found["variance"] == pytest.approx(y[1].var(), rel=1e-3)
        assert found["constant_mse"] == pytest.approx(np.square(y[1] - y[0].mean()).mean(), rel=1e-3)
        centred = y[1] - z @ middle
        assert found["r2_centred"] == pytest.approx(1 - np.square(error).mean() / centred.var(), abs=1e-3)
        assert found["perplexity"] == pytest.approx(np.exp(np.nanmean(surprise)), rel=1e-4)
        assert found["log_partition_sd"] == pytest.approx(np.logaddexp.reduce(logits[1], axis=1).std(), rel=1e-3)
    number = result.numbers["mse|top:3|intercept"]
    assert number.low < number.value < number.high and number.n == len(held) and number.null_low > number.value


def test_states_of_a_layernorm_span_the_constant_and_those_of_an_rmsnorm_do_not(tmp_path):
    """Sum of h_j / g_j is the same for every x where h = g * normalized + b: the plain fit has its intercept free."""
    _, _, normed = measured(tmp_path, "gpt2")
    _, _, scaled = measured(tmp_path, "llama")
    key = "constant_in_span|none|plain"
    assert normed.numbers[key].value < 1e-6 and scaled.numbers[key].value > 1e-3
    pair = [normed.numbers[f"mse|top:3|{fit}"].value for fit in ("plain", "intercept")]
    assert pair[0] == pytest.approx(pair[1], rel=1e-3)


def test_what_cannot_be_answered_says_why(tmp_path):
    asked = Asked(["top:9999", "words:zebra", "threshold:0.0001", "none"], ["plain"], 20, 0)
    _, _, result = measured(tmp_path, "gpt2", asked=asked)
    assert "no bulk is left" in result.numbers["mse|top:9999|plain"].why
    assert "no single token" in result.numbers["mse|words:zebra|plain"].why
    assert "removes every word" in result.numbers["mse|threshold:0.0001|plain"].why
    assert result.numbers["mse|none|plain"].value is not None
    assert "threshold:0.0001" not in set(result.tables["fits"]["rule"])
    model = opened(tmp_path / "gpt2")
    few = cut(model, tokens_of(model, [text(words=100)], 0), 30)
    assert "windows" in answered(model, few, asked, silent).numbers["mse|none|plain"].why


def test_tables_hold_what_figures_draw(tmp_path):
    _, _, result = measured(tmp_path, "gpt2")
    fits = result.tables["fits"].set_index(["rule", "fit"])
    assert fits.loc[("top:3", "plain"), "mse"] == result.numbers["mse|top:3|plain"].value
    gauge = result.tables["gauge"].query("rule == 'top:3' and fit == 'plain'")
    assert np.ptp(gauge["mse"]) < 1e-6 * gauge["mse"].max() + 1e-9
    assert gauge[gauge["length"] == 30]["r2"].min() > 0.9
    positions = result.tables["positions"].query("rule == 'none' and fit == 'plain'")
    assert (positions["n"] * positions["mse"]).sum() / positions["n"].sum() == pytest.approx(
        result.numbers["mse|none|plain"].value, rel=1e-6
    )
    worst = result.tables["worst"].query("rule == 'none' and fit == 'plain'")
    assert worst["error"].abs().max() <= result.numbers["max_error|none|plain"].value
    assert set(result.tables["map"]["kind"]) == {"word", "task word", "state", "anchor"}
    assert {"shuffled targets", "Gaussian rows"} <= set(result.tables["nulls"]["null"])
    assert any("fitted on" in note for note in result.notes)


@pytest.mark.parametrize(
    ("kind", "family"), [("gpt2", "causal_lm"), ("opt", "causal_lm"), ("llama", "causal_lm"), ("bert", "masked_lm")]
)
def test_the_last_layer_is_the_model_and_the_one_before_what_its_head_makes_of_it(tmp_path, kind, family):
    import torch

    from models.lens import states_by_layer

    model = written(tmp_path / kind, kind)
    mine = opened(tmp_path / kind, family)
    ids = torch.randint(4, 24, (3, 10), generator=torch.Generator().manual_seed(0))
    first, last = states_by_layer(mine, ids)
    assert torch.allclose(last, mine.states(ids), atol=1e-6)
    with torch.inference_mode():
        inner = model(input_ids=ids, output_hidden_states=True).hidden_states[1]
        after = {"gpt2": lambda: model.transformer.ln_f(inner), "llama": lambda: model.model.norm(inner)}
        after["opt"] = lambda: model.model.decoder.project_out(model.model.decoder.final_layer_norm(inner))
        after["bert"] = lambda: model.cls.predictions.transform(inner)
        assert torch.allclose(first, after[kind](), atol=1e-5)


def test_layers_have_the_numbers_of_the_model_at_the_last(tmp_path):
    _, _, result = measured(tmp_path, "gpt2")
    layers = result.tables["layers"].query("rule == 'top:3' and fit == 'intercept'").set_index("layer")
    assert list(layers.index) == [1, 2]
    number = result.numbers["mse|top:3|intercept"]  # the same windows: there are fewer than would be left out
    assert layers.loc[2, "mse"] == pytest.approx(number.value, rel=1e-6)
    assert layers.loc[2, "perplexity"] == pytest.approx(result.numbers["perplexity|none|plain"].value, rel=1e-6)


def test_rows_of_a_model_that_no_training_reached_are_counted_and_no_bulk_holds_them(tmp_path):
    """Ten words never occur and share one direction: every number is that of a head which never had them."""
    saved = written(tmp_path / "gpt2", "gpt2")
    dead = len(SPECIALS) + np.arange(10, 20)
    rows = saved.get_output_embeddings().weight.data
    rows[dead] = rows[dead[0]] * torch.linspace(0.5, 2, 10)[:, None]
    saved.save_pretrained(str(tmp_path / "gpt2"))
    model = opened(tmp_path / "gpt2")
    spoken = " ".join(np.random.default_rng(0).choice(WORDS[:10], size=1500))
    windows, asked = cut(model, tokens_of(model, [spoken], 0), 30), Asked(["none", "top:3"], ["plain"], 0, 0)
    found = answered(model, windows, asked, silent)
    by_hand = answered(replace(model, head=model.head.without(dead)), windows, asked, silent)
    assert "10 rows never trained are left out" in " ".join(found.notes)
    for name in ("mse|none|plain", "mse|top:3|plain", "log_partition_sd|none|plain", "perplexity|none|plain"):
        assert found.numbers[name].value == by_hand.numbers[name].value, name
    with_all = model.states(torch.from_numpy(windows)).flatten(0, 1).numpy() @ model.head.vectors.T
    assert np.logaddexp.reduce(with_all, axis=1).std() != pytest.approx(
        found.numbers["log_partition_sd|none|plain"].value, rel=1e-3
    )


def test_a_hidden_coordinate_that_never_moves_is_an_intercept_and_breaks_no_fit(tmp_path):
    """[H, 1] has the same column twice: the solution of least norm, and the errors of both fits are one."""
    saved = written(tmp_path / "gpt2", "gpt2")
    saved.transformer.ln_f.weight.data[3], saved.transformer.ln_f.bias.data[3] = 0.0, 1.0
    saved.save_pretrained(str(tmp_path / "gpt2"))
    model = opened(tmp_path / "gpt2")
    windows = cut(model, tokens_of(model, [text()], 0), 30)
    assert model.states(torch.from_numpy(windows))[..., 3].unique().tolist() == [1.0]
    found = answered(model, windows, Asked(["top:3"], ["plain", "intercept"], 0, 0), silent).numbers
    assert found["constant_in_span|top:3|plain"].value < 1e-9
    assert found["mse|top:3|plain"].value == pytest.approx(found["mse|top:3|intercept"].value, rel=1e-6)
    assert found["mse|top:3|plain"].value < found["variance|top:3|plain"].value
