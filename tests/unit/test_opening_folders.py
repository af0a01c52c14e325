"""Folders of checkpoints: what is a series, what are plain checkpoints, what is one checkpoint, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from analysis.checkpoint_folders import checkpoints_in
from analysis.opening import study_file_for, study_of
from analysis.series.series import series_of
from analysis.spaces import spaces_of
from analysis.study import CheckpointSpec
from analysis.study_file import read_study
from models.architecture import architecture_called, architecture_of
from models.checkpoints import read_tensors, state_shapes
from models.discovery import discover
from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.place import Place
from tests.tiny_models import write_model
from tests.training_folders import of_resnet, run_of_berts, run_of_resnets, save

ARCHITECTURES = list(discover("models.architectures", "ARCHITECTURE"))


def told(found: list[CheckpointSpec]) -> list[tuple[str, str, float | None]]:
    return [(spec.name, spec.series, spec.at) for spec in found]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_architecture_tells_the_tensors_that_it_builds(name: str) -> None:
    architecture = architecture_called(name)
    built = {key: tuple(value.shape) for key, value in architecture.build().state_dict().items()}
    assert architecture.tensors() == {key: shape for key, shape in built.items() if not key.endswith("batches_tracked")}


@pytest.mark.parametrize("prefix", ["", "module."])
def test_an_architecture_is_recognised_from_the_names_and_shapes_in_a_file(tmp_path: Path, prefix: str) -> None:
    tensors = {f"{prefix}{key}": value for key, value in of_resnet("resnet32-cifar").items()}
    found = architecture_of(state_shapes(save(tensors, tmp_path / "w.safetensors")))
    assert found is not None and found.name == "resnet32-cifar"


def test_a_folder_with_checkpoint_n_is_a_series_in_the_order_of_n(tmp_path: Path) -> None:
    for n in (1000, 500, 20):
        write_model(tmp_path / "run" / f"checkpoint-{n}", "bert", n)
    assert told(checkpoints_in(tmp_path / "run")) == [(f"run(step={n})", "run", n) for n in (20, 500, 1000)]


def test_the_last_step_saved_once_more_beside_the_steps_is_not_shown_twice(tmp_path: Path) -> None:
    run = tmp_path / "run"
    for n in (1, 2):
        write_model(run / f"checkpoint-{n}", "bert", n)
    write_model(run, "bert", 2)
    assert [spec.name for spec in checkpoints_in(run)] == ["run(step=1)", "run(step=2)"]
    write_model(run, "bert", 3)
    assert told(checkpoints_in(run))[-1] == ("run", "", None)


def test_a_step_without_a_tokenizer_takes_that_of_its_run(tmp_path: Path) -> None:
    run = tmp_path / "run"
    write_model(run, "bert", 3)
    for n in (1, 2):
        write_model(run / f"checkpoint-{n}", "bert", n)
        for file in (run / f"checkpoint-{n}").glob("tokenizer*"):
            file.unlink()
    study, _ = study_of([str(run)])
    assert len(spaces_of(study, Place(tmp_path))) == 3


def test_files_with_numbers_beside_a_config_are_a_series(tmp_path: Path) -> None:
    run = run_of_berts(tmp_path / "run", "model_000500.safetensors", "model_001000.safetensors", "model_20.safetensors")
    found = checkpoints_in(run)
    assert told(found) == [(f"run(step={n})", "run", n) for n in (20, 500, 1000)]
    assert {spec.family for spec in found} == {"masked_lm"}  # as the config names it, so that its head is read too


def test_the_last_number_in_a_name_is_where_it_stands_and_fractions_count(tmp_path: Path) -> None:
    names = ("v2_weight_0.50.safetensors", "v2_weight_0.25.safetensors", "v2_weight_1.safetensors")
    run = run_of_resnets(tmp_path / "run", *names)
    assert told(checkpoints_in(run)) == [(f"run(step={at})", "run", float(at)) for at in ("0.25", "0.5", "1")]


def test_files_of_a_known_architecture_without_a_config_are_a_series_of_images(tmp_path: Path) -> None:
    run = run_of_resnets(tmp_path / "run", "epoch-3.safetensors", "epoch-10.safetensors", "epoch-1.safetensors")
    study, _ = study_of([str(run)])
    assert told(list(study.checkpoint)) == [(f"run(step={n})", "run", n) for n in (1, 3, 10)]
    assert {(spec.family, spec.architecture) for spec in study.checkpoint} == {("image", "resnet20-cifar")}
    assert study.dataset is not None and study.dataset.source == "digits"
    (series,) = series_of(spaces_of(study, Place(tmp_path)))
    assert (series.name, series.along) == ("run", "step")


def test_files_without_a_number_are_plain_checkpoints(tmp_path: Path) -> None:
    run = run_of_resnets(tmp_path / "run", "step_1.safetensors", "step_2.safetensors", "best.safetensors")
    assert told(checkpoints_in(run)) == [("run(step=1)", "run", 1), ("run(step=2)", "run", 2), ("best", "", None)]


def test_numbers_that_name_sizes_make_no_series_for_the_tensors_differ(tmp_path: Path) -> None:
    for name in ("resnet20", "resnet32"):
        save(of_resnet(f"{name}-cifar"), tmp_path / "zoo" / f"{name}.safetensors")
    found = checkpoints_in(tmp_path / "zoo")
    assert told(found) == [("resnet20", "", None), ("resnet32", "", None)]
    assert [spec.architecture for spec in found] == ["resnet20-cifar", "resnet32-cifar"]


def test_shards_with_their_index_are_one_checkpoint(tmp_path: Path) -> None:
    write_model(tmp_path / "whole", "bert").save_pretrained(str(tmp_path / "sharded"), max_shard_size="5KB")
    assert len(list((tmp_path / "sharded").glob("model-0*-of-0*.safetensors"))) > 1
    assert told(checkpoints_in(tmp_path / "sharded")) == [("sharded", "", None)]


def test_shards_without_a_config_are_refused_in_a_sentence(tmp_path: Path) -> None:
    write_model(tmp_path / "whole", "bert").save_pretrained(str(tmp_path / "sharded"), max_shard_size="5KB")
    (tmp_path / "sharded" / "config.json").unlink()
    with pytest.raises(BadInput, match=r"'sharded' holds shards of a checkpoint .* copy both there"):
        checkpoints_in(tmp_path / "sharded")


def test_a_variant_beside_the_weights_of_a_checkpoint_is_none_of_its_own(tmp_path: Path) -> None:
    run = run_of_berts(tmp_path / "run", "model.fp16.safetensors", "adapter_model.safetensors", keep=True)
    assert told(checkpoints_in(run)) == [("run", "", None)]


def test_a_series_beside_the_final_weights_has_both(tmp_path: Path) -> None:
    run = run_of_berts(tmp_path / "run", "step_1.safetensors", "step_2.safetensors", keep=True)
    assert told(checkpoints_in(run)) == [("run(step=1)", "run", 1), ("run(step=2)", "run", 2), ("run", "", None)]


def test_tensors_of_no_known_architecture_are_refused_with_the_known_ones(tmp_path: Path) -> None:
    import torch

    for n in (1, 2):
        save({"w": torch.ones(n, 2)}, tmp_path / "run" / f"step_{n}.safetensors")
    with pytest.raises(BadInput, match=r"'step_1\.safetensors' of 'run' has no config\.json .* resnet20-cifar"):
        study_of([str(tmp_path / "run")])


def test_one_shape_that_differs_is_another_architecture() -> None:
    tensors = dict(architecture_called("resnet20-cifar").tensors())
    assert architecture_of(tensors) is not None
    assert architecture_of(tensors | {"linear.bias": (100,)}) is None


def test_two_files_at_one_number_are_refused_by_name(tmp_path: Path) -> None:
    run = run_of_resnets(tmp_path / "run", "a_1.safetensors", "b_01.safetensors", "c_2.safetensors")
    with pytest.raises(BadInput, match=r"'a_1\.safetensors' and 'b_01\.safetensors' of 'run' both stand at 1;"):
        checkpoints_in(run)


def test_a_file_cut_short_is_refused_before_anything_runs(tmp_path: Path) -> None:
    run = run_of_resnets(tmp_path / "run", "a_1.safetensors", "a_2.safetensors")
    (run / "a_2.safetensors").write_bytes((run / "a_2.safetensors").read_bytes()[:-100])
    with pytest.raises(BadInput, match=r"a_2\.safetensors .* truncated"):
        checkpoints_in(run)


def test_a_pickle_that_is_called_safetensors_is_refused(tmp_path: Path) -> None:
    import torch

    (tmp_path / "run").mkdir()
    torch.save({"w": torch.ones(2)}, tmp_path / "run" / "step_1.safetensors")
    with pytest.raises(BadInput, match="truncated or not safetensors"):
        checkpoints_in(tmp_path / "run")


def test_an_opened_folder_of_files_is_written_as_a_study_that_reads_back(tmp_path: Path) -> None:
    run = run_of_berts(tmp_path / "run", "step_1.safetensors", "step_2.safetensors")
    path, folders = study_file_for([str(run)], tmp_path / "cache")
    study = read_study(path)
    assert run in folders
    assert [Path(spec.model).name for spec in study.checkpoint] == ["step_1.safetensors", "step_2.safetensors"]


def test_two_folders_opened_together_are_two_series(tmp_path: Path) -> None:
    steps = tmp_path / "steps"
    for n in (1, 2):
        write_model(steps / f"checkpoint-{n}", "bert", n)
    files = run_of_berts(tmp_path / "files", "step_5.safetensors", "step_6.safetensors")
    study, _ = study_of([str(steps), str(files)])
    found = series_of(spaces_of(study, Place(tmp_path)))
    assert [(one.name, one.spaces) for one in found] == [
        ("steps", ("steps(step=1)", "steps(step=2)")),
        ("files", ("files(step=5)", "files(step=6)")),
    ]


@pytest.mark.shared
def test_published_weights_saved_as_safetensors_open_and_embed_as_the_original_does(
    tmp_path: Path, shared_data: Path
) -> None:
    original = next((shared_data / "vision").glob("resnet20-*.th"))
    tensors = read_tensors(original)
    for n, share in ((1, 0.5), (2, 1.0)):
        save({name: value * share for name, value in tensors.items()}, tmp_path / "run" / f"step_{n}.safetensors")
    first, last = study_of([str(tmp_path / "run")])[0].checkpoint
    assert (first.at, last.at, last.architecture) == (1, 2, "resnet20-cifar")
    images = list(np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8))
    made = []
    for model in (str(original), last.model, first.model):
        recipe = EncoderRecipe(family="image", architecture="resnet20-cifar", model=model, place=Place(tmp_path))
        made.append(family_called("image").load(recipe).encode(images, [9])[0])
    np.testing.assert_array_equal(made[0], made[1])
    assert np.abs(made[0] - made[2]).max() > 0.01
