"""Text transformers: what is read from their folders, and what their vectors are, by hand."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.place import Place
from tests.tiny_models import SHAPE, TEXTS, write_model, write_sentence_modules

KINDS = ("bert", "roberta", "esm", "gpt2", "t5", "bart")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("tiny")
    for kind in KINDS:
        write_model(base / kind, kind)
    return base


def recipe(base: Path, model: str, **options: Any) -> EncoderRecipe:
    return EncoderRecipe(family="transformer", model=model, place=Place(base), **options)


def encode(of: EncoderRecipe, texts: list[str], layers: tuple[int, ...] = (2,)) -> list[npt.NDArray[np.float32]]:
    return family_called(of.family).load(of).encode(texts, layers)


def states_alone(folder: Path, kind: str, text: str) -> list[npt.NDArray[np.float32]]:
    """The states of each layer for one text without padding, by transformers alone."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(str(folder), dtype=torch.float32).eval()
    if kind in ("t5", "bart"):
        model = model.get_encoder()
    tokens = AutoTokenizer.from_pretrained(str(folder))(text, return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        out = model(input_ids=tokens, output_hidden_states=True)
    return [state[0].numpy() for state in (*out.hidden_states[:-1], out.last_hidden_state)]


@pytest.mark.parametrize("kind", KINDS)
def test_pooled_layers_are_those_computed_by_hand_from_one_text_without_padding(folders: Path, kind: str) -> None:
    by_hand = {"mean": lambda s: s.mean(0), "cls": lambda s: s[0], "max": lambda s: s.max(0), "last": lambda s: s[-1]}
    for pooling, of_states in by_hand.items():
        layers = encode(recipe(folders, kind, pooling=pooling), TEXTS, (0, 1, 2))
        for row, text in enumerate(TEXTS):
            for layer, state in enumerate(states_alone(folders / kind, kind, text)):
                np.testing.assert_allclose(layers[layer][row], of_states(state), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_has_the_same_vector_whatever_else_stands_in_its_batch(folders: Path, kind: str) -> None:
    together = encode(recipe(folders, kind), TEXTS, (0, 1, 2))
    for row, text in enumerate(TEXTS):
        for layer, alone in enumerate(encode(recipe(folders, kind), [text], (0, 1, 2))):
            np.testing.assert_allclose(together[layer][row], alone[0], atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_card_counts_the_embedding_layer_and_every_block(folders: Path, kind: str) -> None:
    card = family_called("transformer").describe(recipe(folders, kind))
    assert (card.layers, card.width, card.pooling, card.normalize) == (3, 16, "mean", False)


def test_texts_are_cut_to_the_positions_the_model_has(folders: Path) -> None:
    assert family_called("transformer").describe(recipe(folders, "roberta")).identity["max_length"] == 23  # 24 - 0 - 1
    assert family_called("transformer").describe(recipe(folders, "bert")).identity["max_length"] == 40
    assert family_called("transformer").describe(recipe(folders, "t5", max_length=99)).identity["max_length"] == 99
    long = " ".join(["cat"] * 500)
    for kind in KINDS:
        assert np.isfinite(encode(recipe(folders, kind, max_length=400), [long])[0]).all()
    np.testing.assert_array_equal(
        encode(recipe(folders, "bert", max_length=6), ["the cat sat on the mat"])[0],
        encode(recipe(folders, "bert"), ["the cat sat on"])[0],
    )


def test_the_prefix_is_read_before_each_text(folders: Path) -> None:
    prefixed = encode(recipe(folders, "bert", prefix="the big "), ["cat sat"])[0]
    np.testing.assert_array_equal(prefixed, encode(recipe(folders, "bert"), ["the big cat sat"])[0])


def test_normalized_vectors_have_length_one_on_every_layer(folders: Path) -> None:
    for vectors in encode(recipe(folders, "gpt2", normalize=True), TEXTS, (0, 1, 2)):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_the_random_control_is_reproducible_and_is_neither_the_trained_model_nor_another_seed(folders: Path) -> None:
    import torch

    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    trained = encode(recipe(folders, "bert"), TEXTS)[0]
    control = encode(recipe(folders, "bert", init="random"), TEXTS)[0]
    assert torch.equal(torch.rand(3), expected)  # the process's own random numbers go on as if nothing was
    np.testing.assert_array_equal(control, encode(recipe(folders, "bert", init="random"), TEXTS)[0])
    assert np.abs(control - trained).max() > 0.1
    assert np.abs(control - encode(recipe(folders, "bert", init="random", init_seed=1), TEXTS)[0]).max() > 0.01


def test_the_random_control_needs_no_weights_and_has_its_own_identity(folders: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (bare / name).write_bytes((folders / "bert" / name).read_bytes())
    np.testing.assert_array_equal(
        encode(recipe(tmp_path, "bare", init="random"), TEXTS)[0],
        encode(recipe(folders, "bert", init="random"), TEXTS)[0],
    )
    describe = family_called("transformer").describe
    hashes = {
        describe(recipe(folders, "bert", init=init, init_seed=seed)).weights_sha256
        for init in ("pretrained", "random", "shuffled")
        for seed in (0, 1)
    }
    assert len(hashes) == 5  # a pretrained one has no seed
    with pytest.raises(BadInput, match="no weights"):
        describe(recipe(tmp_path, "bare"))


def test_shuffled_weights_keep_their_values_and_lose_their_places(folders: Path) -> None:
    load = family_called("transformer").load
    trained = dict(load(recipe(folders, "bert")).module.named_parameters())
    shuffled = dict(load(recipe(folders, "bert", init="shuffled")).module.named_parameters())
    moved = 0
    for name, weights in trained.items():
        np.testing.assert_array_equal(np.sort(weights.flatten()), np.sort(shuffled[name].flatten()))
        moved += int((weights != shuffled[name]).sum())
    assert moved > 0.9 * sum(weights.numel() for weights in trained.values())


def test_sentence_transformers_settings_are_the_default_and_the_recipe_goes_first(
    folders: Path, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import save_file

    write_model(tmp_path / "sentence", "bert")
    pooling = {"word_embedding_dimension": 16, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    dense = {"in_features": 16, "out_features": 4, "bias": True}
    dense["activation_function"] = "torch.nn.modules.activation.Tanh"
    write_sentence_modules(
        tmp_path / "sentence",
        ("Transformer", "", {}),
        ("Pooling", "1_Pooling", pooling),
        ("Dense", "2_Dense", dense),
        ("Normalize", "3_Normalize", {}),
    )
    (tmp_path / "sentence" / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 7}))
    weight, bias = torch.randn(4, 16), torch.randn(4)
    save_file({"linear.weight": weight, "linear.bias": bias}, tmp_path / "sentence" / "2_Dense" / "model.safetensors")
    card = family_called("transformer").describe(recipe(tmp_path, "sentence"))
    assert (card.pooling, card.normalize, card.width, card.identity["max_length"]) == ("cls", True, 4, 7)
    first, last = encode(recipe(tmp_path, "sentence"), ["a dog"], (1, 2))
    state = states_alone(folders / "bert", "bert", "a dog")
    raw = np.tanh(weight.numpy() @ state[2][0] + bias.numpy())
    np.testing.assert_allclose(last[0], raw / np.linalg.norm(raw), atol=1e-5)
    np.testing.assert_allclose(first[0], state[1][0] / np.linalg.norm(state[1][0]), atol=1e-5)
    other = dataclasses.replace(recipe(tmp_path, "sentence"), pooling="max", normalize=False)
    assert family_called("transformer").describe(other).pooling == "max"


def test_modules_that_cannot_be_read_are_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    write_model(folder, "bert")
    write_sentence_modules(folder, ("Transformer", "", {}), ("LSTM", "1_LSTM", {}))
    with pytest.raises(BadInput, match="'LSTM'"):
        family_called("transformer").describe(recipe(tmp_path, "odd"))
    both = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}
    write_sentence_modules(folder, ("Transformer", "", {}), ("Pooling", "1_Pooling", both))
    with pytest.raises(BadInput, match="set pooling"):
        family_called("transformer").describe(recipe(tmp_path, "odd"))
    assert family_called("transformer").describe(recipe(tmp_path, "odd", pooling="mean")).pooling == "mean"
    write_sentence_modules(folder, ("Transformer", "", {}), ("Pooling", "../elsewhere", both))
    with pytest.raises(BadInput, match="leads outside"):
        family_called("transformer").describe(recipe(tmp_path, "odd"))


def test_a_folder_without_tokenizer_says_so_and_takes_another_ones(folders: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mute"
    write_model(folder, "bert")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    with pytest.raises(BadInput, match=r"has no tokenizer.*`tokenizer`"):
        family_called("transformer").describe(recipe(tmp_path, "mute"))
    lent = recipe(tmp_path, "mute", tokenizer=str(folders / "bert"))
    np.testing.assert_array_equal(encode(lent, TEXTS)[0], encode(recipe(folders, "bert"), TEXTS)[0])


def test_weights_of_another_model_are_refused_and_never_filled_up_at_random(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    write_model(folder, "bert")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(BadInput, match=r"lack 16 .*encoder\.layer\.2"):
        encode(recipe(tmp_path, "mixed"), TEXTS)


def test_code_in_a_checkpoint_is_never_run(tmp_path: Path) -> None:
    folder = tmp_path / "remote"
    write_model(folder, "bert")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig", "AutoModel": "own.OwnModel"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').write('x')\n")
    with pytest.raises(BadInput, match="cannot be"):
        encode(recipe(tmp_path, "remote"), TEXTS)
    assert not (tmp_path / "ran").exists()


def test_folders_that_are_no_text_checkpoint_say_what_is_missing(tmp_path: Path) -> None:
    describe = family_called("transformer").describe
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=r"no config\.json"):
        describe(recipe(tmp_path, "empty"))
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(BadInput, match="is a file"):
        describe(recipe(tmp_path, "file.txt"))
    (tmp_path / "empty" / "config.json").write_text("{")
    with pytest.raises(BadInput, match="not valid JSON"):
        describe(recipe(tmp_path, "empty"))
    (tmp_path / "empty" / "config.json").write_text("{}")
    with pytest.raises(BadInput, match="how many layers"):
        describe(recipe(tmp_path, "empty"))
    with pytest.raises(BadInput, match="needs a `model`"):
        describe(recipe(tmp_path, ""))


def test_the_other_text_families_read_the_same_states(folders: Path) -> None:
    for family, kind in (("causal_lm", "gpt2"), ("masked_lm", "esm")):
        of = dataclasses.replace(recipe(folders, kind), family=family)
        np.testing.assert_array_equal(encode(of, TEXTS)[0], encode(recipe(folders, kind), TEXTS)[0])


def test_half_precision_weights_give_float32_vectors_near_the_exact_ones(folders: Path) -> None:
    exact, half = (encode(recipe(folders, "bert", dtype=dtype), TEXTS)[0] for dtype in ("float32", "bfloat16"))
    assert half.dtype == np.float32
    cosines = (exact * half).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(half, axis=1)
    assert cosines.min() > 0.999 and np.abs(exact - half).max() > 0


def test_a_sharded_checkpoint_and_a_torch_one_give_the_vectors_of_the_single_file(
    folders: Path, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file

    model = write_model(tmp_path / "sharded", "bert")
    (tmp_path / "sharded" / "model.safetensors").unlink()
    model.save_pretrained(str(tmp_path / "sharded"), max_shard_size="5KB")
    assert not (tmp_path / "sharded" / "model.safetensors").exists()
    write_model(tmp_path / "torch", "bert")
    torch.save(load_file(tmp_path / "torch" / "model.safetensors"), tmp_path / "torch" / "pytorch_model.bin")
    (tmp_path / "torch" / "model.safetensors").unlink()
    for name in ("sharded", "torch"):
        np.testing.assert_array_equal(
            encode(recipe(tmp_path, name), TEXTS)[0], encode(recipe(folders, "bert"), TEXTS)[0]
        )


def test_layers_and_sizes_hidden_in_a_text_configuration_are_found(tmp_path: Path) -> None:
    from models.text_settings import read_settings

    (tmp_path / "config.json").write_text(json.dumps({"model_type": "x", "text_config": SHAPE}))
    settings = read_settings(tmp_path, recipe(tmp_path, "x"))
    assert (settings.layers, settings.width) == (3, 16)
