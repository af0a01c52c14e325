"""Initialisation schemes: which tensors they touch, on T5 and on BERT, and that what they draw has the statistics."""

import math
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.initial_source import source_tensors
from models.initial_weights import groups_in, initialize
from models.place import Place
from models.weight_groups import GROUPINGS, Scheme, touched
from models.weight_roles import parts_of
from tests.tiny_models import TEXTS, write_model

WIDE = {"d_model": 64, "d_kv": 32, "d_ff": 128}
Tensors = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("initialization")
    write_model(folder / "t5", "t5", **WIDE)
    write_model(folder / "deep_t5", "t5", seed=1, num_layers=3, **WIDE)
    write_model(folder / "bert", "bert", hidden_size=64, intermediate_size=128)
    write_model(folder / "gpt2", "gpt2")
    write_model(folder / "vit", "vit")
    return folder


def recipe(base: Path, model: str, family: str = "transformer", **options: Any) -> EncoderRecipe:
    return EncoderRecipe(family=family, model=model, place=Place(base), **options)


@cache
def source(base: Path, model: str) -> Tensors:
    return source_tensors(model, recipe(base, model))


def weights_of(of: EncoderRecipe) -> Tensors:
    module = family_called(of.family).load(of).module
    return {name.removeprefix("0."): value.detach() for name, value in module.named_parameters()}


@cache
def drawn_from(base: Path, model: str, seed: int) -> Tensors:
    return weights_of(recipe(base, model, init="random", init_seed=seed))


@cache
def t5_small() -> dict[str, tuple[int, ...]]:
    """The tensors of T5-small, never allocated."""
    from transformers import T5Config, T5Model

    with torch.device("meta"):
        model = T5Model(T5Config(num_layers=6))
    return {name: tuple(one.shape) for name, one in model.named_parameters()}


def groups(shapes: dict[str, tuple[int, ...]], grouping: str) -> Counter[str]:
    return Counter(one.group for one in touched(shapes, Scheme(grouping=grouping)) if one.group)


def test_t5_small_has_131_tensors_of_which_130_are_touched_and_the_embedding_never_is() -> None:
    shapes = t5_small()
    assert len(shapes) == 131
    for grouping in ("per_parameter", "per_layer", "across_layers", "whole_model"):
        assert groups(shapes, grouping).total() == 130
        left = [one.name for one in touched(shapes, Scheme(grouping=grouping)) if not one.group]
        assert left == ["shared.weight"]


def test_pooled_groups_of_t5_small_are_those_of_the_paper() -> None:
    shapes = t5_small()
    assert groups(shapes, "whole_model") == {"kernels": 96, "norms": 32, "position tables": 2}
    assert groups(shapes, "across_layers") == {
        **{"query": 18, "key": 18, "value": 18, "out": 18, "mlp": 24},
        **{"mlp norms": 12, "attention norms": 18, "final norms": 2, "position tables": 2},
    }
    layers = groups(shapes, "per_layer")
    assert layers["encoder 3 kernels"] == 6 and layers["encoder 3 norms"] == 2
    assert layers["decoder 3 kernels"] == 10 and layers["decoder 3 norms"] == 3
    assert len(layers) == 24 + 4 and layers["encoder.final_layer_norm.weight"] == 1
    assert set(groups(shapes, "per_parameter").values()) == {1}


@pytest.mark.parametrize(
    ("grouping", "told"),
    [
        ("attention_norms", r"layer\.0\.layer_norm|decoder.*layer\.1\.layer_norm"),
        ("mlp_norms", r"encoder.*layer\.1\.layer_norm|decoder.*layer\.2\.layer_norm"),
        ("attention", r"Attention\.[qkvo]\."),
        ("mlp", r"DenseReluDense"),
    ],
)
def test_partial_schemes_of_t5_touch_just_their_kind_and_leaving_out_all_else(grouping: str, told: str) -> None:
    shapes = t5_small()
    expected = {name for name in shapes if re.search(told, name)}
    assert set(groups(shapes, grouping)) == expected
    assert set(groups(shapes, f"without_{grouping}")) == set(shapes) - expected - {"shared.weight"}


def test_bert_has_its_parts_told_and_its_heads_and_embeddings_left_alone(base: Path) -> None:
    tensors = source(base, "bert")
    shapes = {name: tuple(one.shape) for name, one in tensors.items()}
    left = {one.name for one in touched(shapes, Scheme()) if not one.group}
    assert left == {
        *(f"embeddings.{name}_embeddings.weight" for name in ("word", "token_type")),
        "pooler.dense.weight",
        "pooler.dense.bias",
    }
    labels = {name: part.label for name, part in parts_of(shapes).items()}
    for name, label in {
        "attention.self.query.weight": "query",
        "attention.self.key.bias": "key bias",
        "attention.output.dense.weight": "out",
        "attention.output.LayerNorm.weight": "attention norm",
        "intermediate.dense.weight": "mlp",
        "output.dense.bias": "mlp bias",
        "output.LayerNorm.bias": "mlp norm bias",
    }.items():
        assert labels[f"encoder.layer.1.{name}"] == label
    assert labels["embeddings.LayerNorm.weight"] == "final norm"
    assert labels["embeddings.position_embeddings.weight"] == "position table"
    across = groups(shapes, "across_layers")
    assert across["query"] == across["query biases"] == across["attention norms"] == 2 and across["mlp"] == 4
    assert set(groups(shapes, "attention_norms")) == {
        f"encoder.layer.{i}.attention.output.LayerNorm.{kind}" for i in (0, 1) for kind in ("weight", "bias")
    }


def test_gpt2_and_a_vision_transformer_have_their_parts_told(base: Path) -> None:
    gpt2 = {name: part.label for name, part in parts_of(source(base, "gpt2")).items()}
    assert gpt2["h.1.attn.c_attn.weight"] == "qkv" and gpt2["h.1.attn.c_proj.weight"] == "out"
    assert gpt2["h.0.ln_1.weight"] == "attention norm" and gpt2["h.0.ln_2.weight"] == "mlp norm"
    assert gpt2["wpe.weight"] == "position table" and gpt2["wte.weight"] == "embedding"
    vit = {name: part.label for name, part in parts_of(source(base, "vit")).items()}
    assert vit["layers.0.layernorm_before.weight"] == "attention norm"
    assert vit["layers.0.layernorm_after.weight"] == "mlp norm" and vit["layernorm.weight"] == "final norm"
    assert vit["embeddings.patch_embeddings.projection.weight"] == "embedding"


@pytest.mark.parametrize("model", ["t5", "bert"])
@pytest.mark.parametrize("grouping", sorted(GROUPINGS))
def test_what_a_scheme_touches_has_the_sources_statistics_and_what_it_does_not_is_as_drawn(
    base: Path, model: str, grouping: str
) -> None:
    drawn = drawn_from(base, model, 5)
    trained = source(base, model)
    for mode in ("mean_sd", "scale", "shuffled"):
        scheme = Scheme(grouping=grouping, mode=mode)
        options = {"init": "statistics", "init_seed": 5, "grouping": grouping, "mode": mode}
        found = weights_of(recipe(base, model, **options))
        again = weights_of(recipe(base, model, **options)) if mode == "mean_sd" else found
        plan = touched({name: tuple(one.shape) for name, one in trained.items()}, scheme)
        pooled: dict[str, list[torch.Tensor]] = {}
        for one in plan:
            if one.name not in found:  # T5's decoder counts in the source, and is not embedded with
                continue
            assert torch.equal(found[one.name], again[one.name])
            if one.group:
                assert not torch.equal(found[one.name], drawn[one.name])
                pooled.setdefault(one.group, []).append(found[one.name].flatten())
            else:
                assert torch.equal(found[one.name], drawn[one.name])
        for name, tensors in pooled.items():
            of_source = torch.cat([trained[one.name].flatten() for one in plan if one.group == name]).double()
            mean, sd = float(of_source.mean()), float(of_source.std(correction=0))
            values = torch.cat(tensors).double()
            n, norm = len(values), any(one.part.role == "norm" for one in plan if one.group == name)
            if mode == "scale" and norm:
                assert torch.allclose(values, torch.tensor(mean, dtype=torch.float64), atol=1e-6)
                continue
            if mode == "shuffled" and n == len(of_source):
                assert torch.equal(values.sort().values, of_source.sort().values)
                continue
            expected = 0.0 if mode == "scale" else mean
            assert abs(float(values.mean()) - expected) < 5 * sd / math.sqrt(n)
            fourth = float(((of_source - mean) ** 4).mean()) if mode == "shuffled" else 3 * sd**4
            spread = math.sqrt(max(fourth - sd**4, 1e-30) / n)  # of the mean of squares
            assert abs(float((values - expected).square().mean()) - sd**2) < 6 * spread + 1e-9


def test_seeds_give_other_weights_than_each_other(base: Path) -> None:
    one, other = (weights_of(recipe(base, "bert", init="statistics", init_seed=seed)) for seed in (0, 1))
    name = "encoder.layer.0.attention.self.query.weight"
    assert not torch.equal(one[name], other[name])


def test_the_draws_are_not_those_of_the_random_network_over_again() -> None:
    """Else a tensor drawn from statistics would be the embedding that the same seed drew, stretched."""
    layer = torch.nn.Module()
    layer.mlp = torch.nn.Linear(40, 40, bias=False)
    initialize(layer, Scheme(), {"mlp.weight": torch.randn(40, 40)}, 7)
    again = torch.randn(40, 40, generator=torch.Generator().manual_seed(7))
    assert abs(np.corrcoef(layer.mlp.weight.detach().flatten(), again.flatten())[0, 1]) < 0.1


def test_statistics_of_an_encoder_saved_without_its_decoder(base: Path) -> None:
    from transformers import AutoConfig, T5EncoderModel

    torch.manual_seed(0)
    T5EncoderModel(AutoConfig.from_pretrained(str(base / "t5"))).save_pretrained(str(base / "encoder"))
    assert all(name.startswith(("encoder.", "shared.")) for name in source(base, "encoder"))


def test_a_constant_sets_the_norms_before_attention_and_nothing_else(base: Path) -> None:
    drawn = weights_of(recipe(base, "t5", init="random"))
    found = weights_of(recipe(base, "t5", init="statistics", grouping="attention_norms", mode="constant=0.4"))
    changed = [name for name in found if not torch.equal(found[name], drawn[name])]
    assert changed == [f"encoder.block.{i}.layer.0.layer_norm.weight" for i in (0, 1)] or changed == [
        f"block.{i}.layer.0.layer_norm.weight" for i in (0, 1)
    ]
    assert all(torch.equal(found[name], torch.full_like(found[name], 0.4)) for name in changed)


def test_a_gain_multiplies_what_was_drawn_and_leaves_norms_and_embeddings(base: Path) -> None:
    drawn = weights_of(recipe(base, "t5", init="random", init_seed=3))
    found = weights_of(recipe(base, "t5", init="statistics", init_seed=3, mode="gain=3"))
    for name, weights in found.items():
        alone = "norm" in name or "shared" in name or "embed_tokens" in name
        torch.testing.assert_close(weights, drawn[name] * (1 if alone else 3))


def test_statistics_may_come_from_another_checkpoint_and_pooled_ones_from_another_depth(base: Path) -> None:
    of_deep = groups_in(source(base, "deep_t5"), Scheme(grouping="across_layers"))["query"]
    options = {"init": "statistics", "init_from": "deep_t5", "grouping": "across_layers"}
    found = weights_of(recipe(base, "t5", **options))
    values = torch.cat([value.flatten() for name, value in found.items() if name.endswith("SelfAttention.q.weight")])
    assert float(values.std()) == pytest.approx(of_deep.sd, rel=0.05)
    with pytest.raises(BadInput, match=r"have no 'encoder\.block\.2.*grouping = 'across_layers'"):
        weights_of(recipe(base, "deep_t5", init="statistics", init_from="t5"))


def test_statistics_of_bert_fit_a_gpt2_where_they_are_pooled_and_are_refused_where_not(base: Path) -> None:
    with pytest.raises(BadInput, match="have no"):
        weights_of(recipe(base, "gpt2", init="statistics", init_from="bert"))
    found = weights_of(recipe(base, "gpt2", init="statistics", init_from="bert", grouping="whole_model", mode="scale"))
    sd = groups_in(source(base, "bert"), Scheme(grouping="whole_model"))["kernels"].sd
    assert float(found["h.0.mlp.c_fc.weight"].std()) == pytest.approx(sd, rel=0.1)


def test_the_weights_of_a_scheme_have_an_identity_of_their_own_before_they_are_made(base: Path) -> None:
    describe = family_called("transformer").describe
    asked: list[dict[str, Any]] = [{}, {"init_seed": 1}, {"grouping": "mlp"}, {"mode": "scale"}, {"init_from": "t5"}]
    asked += [{"mode": "constant=0.4"}, {"mode": "constant=0.5"}, {"mode": "gain=2"}]
    hashes = {describe(recipe(base, "bert", init="statistics", **one)).weights_sha256 for one in asked}
    hashes |= {
        describe(recipe(base, "bert", init=init)).weights_sha256 for init in ("random", "shuffled", "pretrained")
    }
    hashes.add(describe(recipe(base, "bert", init="shuffled", grouping="mlp")).weights_sha256)
    assert len(hashes) == len(asked) + 4


def test_a_shuffled_checkpoint_may_be_shuffled_by_groups(base: Path) -> None:
    trained = source(base, "bert")
    found = weights_of(recipe(base, "bert", init="shuffled", grouping="across_layers"))
    names = [f"encoder.layer.{i}.attention.self.query.weight" for i in (0, 1)]
    both = [torch.cat([tensors[name].flatten() for name in names]) for tensors in (found, trained)]
    assert torch.equal(both[0].sort().values, both[1].sort().values) and not torch.equal(*both)
    assert not torch.equal(found[names[0]].flatten().sort().values, trained[names[0]].flatten().sort().values)


def test_image_checkpoints_and_bare_state_dicts_are_initialised_too(base: Path, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    from models.architecture import architecture_called

    trained = source(base, "vit")
    name = "layers.0.mlp.fc1.weight"
    found = weights_of(recipe(base, "vit", "image", init="statistics"))[name]
    assert float(found.std()) == pytest.approx(float(trained[name].std()), rel=0.15)
    module = architecture_called("resnet20-cifar").build()
    state = {key: value * 2 for key, value in module.state_dict().items() if value.is_floating_point()}
    save_file(state, tmp_path / "bare.safetensors")
    save_file(module.state_dict(), tmp_path / "other.safetensors")  # which file is meant, its name alone says
    of = recipe(tmp_path, "bare.safetensors", "image", init="statistics", architecture="resnet20-cifar")
    drawn = family_called("image").load(of).module
    got = dict(drawn.named_parameters())["layer1.0.conv1.weight"].detach()
    assert float(got.std()) == pytest.approx(float(state["layer1.0.conv1.weight"].std()), rel=0.1)
    assert family_called("image").describe(of).weights_sha256


def test_a_network_is_embedded_with_new_weights_alike_in_two_runs(base: Path) -> None:
    of, load = recipe(base, "bert", init="statistics"), family_called("transformer").load
    np.testing.assert_array_equal(*(load(of).encode(TEXTS, [2])[0] for _ in range(2)))


def test_a_module_without_what_a_scheme_touches_is_refused() -> None:
    with pytest.raises(BadInput, match="no weights that attention mean_sd would touch"):
        initialize(torch.nn.Sequential(torch.nn.Linear(2, 2)), Scheme(grouping="attention"), {}, 0)
