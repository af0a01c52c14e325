"""Statistics of weights: moments by an independent implementation, distances of known answer, tables by depth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import kurtosis, wasserstein_distance

from analysis.study import CheckpointSpec
from analysis.weights import frame_of, layers_by_type, norm_profile, sentence, side_by_side, weights_of
from models.errors import BadInput
from models.place import Place
from models.weight_groups import scheme_of
from models.weight_statistics import statistics_of
from tests.tiny_models import write_model


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    write_model(folder / "t5", "t5")
    write_model(folder / "bert", "bert")
    write_model(folder / "vit", "vit")
    return folder


def table(base: Path, model: str) -> pd.DataFrame:
    return weights_of(CheckpointSpec(name=model, model=model), Place(base))


def test_moments_and_distances_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    values, one, other = rng.standard_t(8, (30, 20)), rng.standard_normal((30, 20)), rng.standard_normal((30, 20))
    name = "h.0.mlp.c_fc.weight"
    (found,) = statistics_of(*({name: torch.from_numpy(part)} for part in (values, one, other)))
    assert (found.mean, found.sd) == pytest.approx((values.mean(), values.std()))
    assert found.kurtosis == pytest.approx(kurtosis(values.ravel()))
    assert found.moved == pytest.approx(wasserstein_distance(values.ravel(), one.ravel()))
    assert found.chance == pytest.approx(wasserstein_distance(one.ravel(), other.ravel()))
    assert (found.part.label, found.shape) == ("mlp", (30, 20))


def test_a_shift_moves_by_its_size_and_equal_entries_have_no_kurtosis() -> None:
    ones = torch.ones(50)
    (found,) = statistics_of({"ln_f.weight": ones * 3}, {"ln_f.weight": ones}, {"ln_f.weight": ones})
    assert found.moved == 2 and found.chance == 0 and found.sd == 0 and np.isnan(found.kurtosis)
    (alone,) = statistics_of({"ln_f.weight": ones})
    assert np.isnan(alone.moved)


def test_a_checkpoint_has_a_row_for_every_tensor_and_knows_how_its_architecture_draws_them(base: Path) -> None:
    from transformers import AutoModel

    weights = table(base, "bert")
    assert list(weights["tensor"]) == [
        name for name, _ in AutoModel.from_pretrained(str(base / "bert")).named_parameters()
    ]
    row = weights.set_index("tensor").loc["encoder.layer.1.intermediate.dense.weight"]
    assert row["default_sd"] == pytest.approx(0.02, rel=0.1) and row["sd"] == pytest.approx(0.3, rel=0.1)
    assert row["moved"] > 20 * row["chance"] and row["entries"] == 512


def test_an_image_checkpoint_has_its_weights_listed_too(base: Path) -> None:
    weights = weights_of(CheckpointSpec(name="vit", family="image", model="vit"), Place(base))
    assert set(weights["type"]) >= {"query", "mlp", "attention norm", "position table", "head"}


def test_norms_are_listed_by_depth_and_layers_by_type(base: Path) -> None:
    weights = table(base, "t5")
    profile = norm_profile(weights)
    decoder = profile[(profile["stack"] == "decoder") & (profile["type"] == "attention norm")]
    assert list(decoder["depth"]) == [0, 0, 1, 1]  # before self- and cross-attention
    assert list(profile[profile["type"] == "final norm"]["depth"]) == [-1, -1]
    grid = layers_by_type(weights, "sd")
    assert list(grid.index) == ["encoder 0", "encoder 1", "decoder 0", "decoder 1"]
    queries = weights[(weights["type"] == "query") & (weights["layer"] == "decoder 1")]["sd"]
    assert grid.loc["decoder 1", "query"] == pytest.approx(queries.mean()) and len(queries) == 2
    with pytest.raises(BadInput, match="no column 'spread'"):
        layers_by_type(weights, "spread")


def test_two_checkpoints_stand_side_by_side() -> None:
    rows = {"a": torch.tensor([0.0, 2.0]), "b": torch.tensor([1.0, 1.0])}
    twice = {name: 2 * one for name, one in rows.items()}
    both = side_by_side(frame_of(statistics_of(rows)), frame_of(statistics_of(twice))).set_index("tensor")
    assert both.loc["a", "ratio"] == 2 and np.isnan(both.loc["b", "ratio"]) and both.loc["b", "mean_other"] == 2


def test_what_has_no_network_has_no_weights_to_list(base: Path) -> None:
    with pytest.raises(BadInput, match="no network of transformers"):
        weights_of(CheckpointSpec(name="floor", family="tfidf"), Place(base))


def test_weights_that_are_drawn_are_listed_as_they_are_drawn(base: Path) -> None:
    spec = CheckpointSpec(name="new", model="bert", init="statistics", mode="mean_sd")
    trained, drawn = table(base, "bert").set_index("tensor"), weights_of(spec, Place(base)).set_index("tensor")
    name = "encoder.layer.1.intermediate.dense.weight"
    assert drawn.loc[name, "sd"] == pytest.approx(trained.loc[name, "sd"], rel=0.1)
    assert drawn.loc[name, "lowest"] != trained.loc[name, "lowest"]
    dealt = weights_of(CheckpointSpec(name="d", model="bert", init="shuffled"), Place(base)).set_index("tensor")
    assert dealt.loc[name, ["mean", "sd", "lowest"]].tolist() == pytest.approx(
        trained.loc[name, ["mean", "sd", "lowest"]].tolist()
    )
    words = sentence(trained.reset_index(), "bert")
    assert words.startswith(f"bert has {len(trained)} tensors with {trained['entries'].sum():,} entries. Farthest")


def test_a_preview_says_which_tensors_a_scheme_touches_and_with_what(base: Path) -> None:
    from ui.initialization_lab import preview_of

    weights = table(base, "t5")
    each = preview_of(weights, weights, scheme_of("per_parameter", "mean_sd")).set_index("tensor")
    known = weights.set_index("tensor")
    hit = each[each["group"] != ""]
    assert "shared.weight" not in hit.index and len(hit) == len(weights) - 1
    pd.testing.assert_series_equal(hit["sd"], known.loc[hit.index, "sd"], check_names=False)
    norms = preview_of(weights, None, scheme_of("attention_norms", "constant=0.4"))
    assert set(norms[norms["group"] != ""]["type"]) == {"attention norm"} and "sd" not in norms
    pooled = preview_of(weights, weights, scheme_of("whole_model", "scale"))
    assert pooled["group"].nunique() == 4  # kernels, norms, position tables, none
