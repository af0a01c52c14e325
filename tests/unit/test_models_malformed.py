"""Checkpoints whose files are not what they should be are refused in a sentence when they are described."""

import json
from pathlib import Path
from typing import Any

import pytest

from models import sizes
from models.checkpoints import parameters_in, weight_files
from models.embedding_job import family_called
from models.encoder import Card, EncoderRecipe
from models.errors import BadInput
from models.estimate import estimate
from models.memory import machine_memory
from models.place import Place
from models.tokens import count_tokens
from tests.tiny_models import write_model

BERT: dict[str, Any] = {"model_type": "bert", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
BERT |= {"intermediate_size": 64, "vocab_size": 100, "max_position_embeddings": 64}
VIT: dict[str, Any] = {"model_type": "vit", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
VIT |= {"intermediate_size": 64, "image_size": 32, "patch_size": 8}
PIXELS: dict[str, Any] = {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}}


def describe(folder: Path, family: str = "transformer", **options: Any) -> Card:
    recipe = EncoderRecipe(family=family, model="m", place=Place(folder), **options)
    return family_called(family).describe(recipe)


def refusal(folder: Path, family: str = "transformer", **options: Any) -> str:
    with pytest.raises(BadInput) as caught:
        describe(folder, family, **options)
    sentence = str(caught.value)
    assert "\n" not in sentence and len(sentence) < 400
    return sentence


def write(folder: Path, **files: Any) -> Path:
    """A model's folder `m`; `__` in a name stands for the dot."""
    (folder / "m").mkdir(exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / "m" / name.replace("__", ".")).write_text(text)
    return folder


@pytest.mark.parametrize(
    "index",
    [
        ["l"],
        {"a": ["l"]},
        {"a": [["l"]]},
        {"a": None},
        {"a": {"b": "c"}},
        "text",
        3,
        None,
        {"a": "x" * 5000},
        {"a": ""},
    ],
    ids=lambda index: str(index)[:20],
)
@pytest.mark.parametrize("name", ["model.safetensors.index.json", "pytorch_model.bin.index.json"])
def test_an_index_that_is_none_is_refused(tmp_path: Path, name: str, index: Any) -> None:
    (tmp_path / name).write_text(json.dumps({"weight_map": index}))
    with pytest.raises(BadInput, match=r"no `weight_map` from weights to files|lacks the file '"):
        weight_files(tmp_path)


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": "ab", "data_offsets": [0, 64]},
        {"dtype": "F32", "shape": [-4, -4], "data_offsets": [0, 64]},
        {"dtype": "F32", "shape": [[4], 4], "data_offsets": [0, 64]},
        {"dtype": "F32", "shape": 16, "data_offsets": [0, 64]},
        {"dtype": "F32", "shape": [4, 4], "data_offsets": [64]},
        {"dtype": "F32", "shape": [4, 4], "data_offsets": "xx"},
        {"dtype": "F32", "shape": [4, 4]},
        [],
        None,
    ],
    ids=str,
)
def test_a_header_of_safetensors_that_is_none_is_refused(tmp_path: Path, entry: Any) -> None:
    header = json.dumps({"a": entry}).encode()
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(64))
    with pytest.raises(BadInput, match="truncated or not safetensors"):
        parameters_in((path,))


@pytest.mark.parametrize("content", ['{"model":' + "[" * 5000 + "]" * 5000 + "}", "[1]", "{", ""], ids=lambda c: c[:9])
def test_a_tokenizer_that_is_none_is_refused_when_the_model_is_described(tmp_path: Path, content: str) -> None:
    write(tmp_path, config__json=BERT, tokenizer__json=content)
    assert "tokenizer.json of checkpoint 'm' is not" in refusal(tmp_path, init="random")


def test_a_tokenizer_that_is_json_and_none_is_refused_when_tokens_are_counted(tmp_path: Path) -> None:
    write(tmp_path, tokenizer__json='{"version": "1.0", "model": ' + "[" * 200 + "]" * 200 + "}")
    with pytest.raises(BadInput, match=r"the tokenizer in .* cannot be used"):
        count_tokens(tmp_path / "m", ["a"], 8)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 10**9},
        {"hidden_size": 10**300},
        {"vocab_size": 10**13},
        {"intermediate_size": 10**12},
        {"num_hidden_layers": 10**7},
        {"max_position_embeddings": 10**13},
    ],
    ids=str,
)
@pytest.mark.parametrize("init", ["random", "pretrained"])
def test_sizes_that_no_machine_holds_are_refused(tmp_path: Path, changes: dict[str, int], init: str) -> None:
    write(tmp_path, config__json=BERT | changes, vocab__txt="[UNK]\na\n")
    assert "config.json of model 'm' asks for " in refusal(tmp_path, init=init)


@pytest.mark.parametrize("changes", [{"hidden_size": 10**9}, {"image_size": 10**9, "patch_size": 1}], ids=str)
def test_images_of_sizes_that_no_machine_holds_are_refused(tmp_path: Path, changes: dict[str, int]) -> None:
    write(tmp_path, config__json=VIT | changes, preprocessor_config__json=PIXELS)
    assert "config.json of model 'm' asks for " in refusal(tmp_path, "image", init="random")


@pytest.mark.parametrize("size", [{"height": 200_000, "width": 32}, {"shortest_edge": 10**6}, 10**9], ids=str)
def test_a_preprocessing_that_blows_images_up_is_refused(tmp_path: Path, size: Any) -> None:
    write(tmp_path, config__json=VIT, preprocessor_config__json=PIXELS | {"size": size})
    assert "scales images to" in refusal(tmp_path, "image", init="random")


def test_the_weights_that_settings_ask_for_are_nearly_those_that_are_there(tmp_path: Path) -> None:
    for kind, family in (("bert", "transformer"), ("roberta", "transformer"), ("vit", "image")):
        write_model(tmp_path / kind / "m", kind, hidden_size=64)
        card = describe(tmp_path / kind, family)
        assert card.parameters is not None
        assert card.asked == pytest.approx(card.parameters, rel=0.3)  # biases, norms and heads are left out


def test_a_model_larger_than_the_memory_is_refused_by_the_estimate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "m", "bert")
    recipe = EncoderRecipe(family="transformer", model="m", place=Place(tmp_path))
    assert estimate(recipe, ["the cat"], [2]).megabytes > 0
    monkeypatch.setattr(sizes, "machine_memory", lambda: 10_000)
    with pytest.raises(BadInput, match=r"model 'm' has about [\d,]+ weights, .* this machine has 0 MB"):
        estimate(recipe, ["the cat"], [2])


def test_the_memory_of_this_machine_is_a_plausible_number() -> None:
    assert 256 << 20 < machine_memory() < 1 << 50


@pytest.mark.parametrize(
    "files",
    [
        {"config__json": BERT | {"model_type": "roberta", "pad_token_id": "x"}},
        {"config__json": BERT, "config_sentence_transformers__json": {"prompts": ["a"]}},
        {"config__json": BERT | {"hidden_size": None}},
        {"config__json": BERT | {"num_hidden_layers": "x"}},
        {"config__json": "[" * 5000},
        {"modules__json": [{"type": "a.Pooling", "path": 3}, 4]},
        {"config__json": BERT, "modules__json": [{"type": "Transformer", "path": ""}, {"type": "Dense", "path": ""}]},
    ],
    ids=range(7),
)
def test_settings_of_types_that_nobody_writes_are_refused(tmp_path: Path, files: dict[str, Any]) -> None:
    write(tmp_path, vocab__txt="[UNK]\na\n", **files)
    assert "model 'm'" in (said := refusal(tmp_path, init="random")) or "checkpoint 'm'" in said


@pytest.mark.parametrize(
    "changes", [{"vision_config": [1]}, {"depths": "ab", "hidden_sizes": ["x"]}, {"depths": 3}], ids=str
)
def test_settings_of_images_that_nobody_writes_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    write(tmp_path, config__json=VIT | changes, preprocessor_config__json=PIXELS)
    assert "the configuration of model 'm' is not what it should be" in refusal(tmp_path, "image", init="random")
