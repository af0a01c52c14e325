"""A file of weights as the model of a study: config.json stands beside it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.checkpoints import read_tensors
from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.hashes import sha256_of
from models.place import Place
from tests.tiny_models import TEXTS, write_model
from tests.training_folders import run_of_berts, save


def vectors_of(model: str, base: Path, family: str = "transformer") -> np.ndarray:
    recipe = EncoderRecipe(family=family, model=model, place=Place(base))
    return family_called(family).load(recipe).encode(TEXTS, [2])[0]


def test_a_file_of_weights_embeds_as_a_folder_with_the_same_weights_does(tmp_path: Path) -> None:
    run_of_berts(tmp_path / "run", "step_1.safetensors", "step_2.safetensors", keep=True)  # model.safetensors is step 2
    as_folder = vectors_of("run", tmp_path)
    np.testing.assert_array_equal(vectors_of("run/step_2.safetensors", tmp_path), as_folder)
    assert np.abs(vectors_of("run/step_1.safetensors", tmp_path) - as_folder).max() > 0.01


@pytest.mark.parametrize("kind", ["gpt2", "t5", "roberta"])
def test_other_kinds_of_transformers_read_a_file_of_weights_too(tmp_path: Path, kind: str) -> None:
    write_model(tmp_path / "run", kind)
    shutil.copy(tmp_path / "run" / "model.safetensors", tmp_path / "run" / "step_7.safetensors")
    np.testing.assert_array_equal(vectors_of("run/step_7.safetensors", tmp_path), vectors_of("run", tmp_path))


def test_an_image_model_reads_a_file_of_weights_too(tmp_path: Path) -> None:
    write_model(tmp_path / "run", "vit")
    shutil.copy(tmp_path / "run" / "model.safetensors", tmp_path / "run" / "step_7.safetensors")
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    both = []
    for model in ("run", "run/step_7.safetensors"):
        recipe = EncoderRecipe(family="image", model=model, place=Place(tmp_path))
        both.append(family_called("image").load(recipe).encode(list(images), [2])[0])
    np.testing.assert_array_equal(*both)


def test_the_card_of_a_file_holds_the_hash_of_that_file(tmp_path: Path) -> None:
    run = run_of_berts(tmp_path / "run", "step_1.safetensors", "step_2.safetensors")
    cards = []
    for name in ("step_1.safetensors", "step_2.safetensors"):
        recipe = EncoderRecipe(family="transformer", model=f"run/{name}", place=Place(tmp_path))
        cards.append(family_called("transformer").describe(recipe))
        assert cards[-1].weights_sha256 == sha256_of(run / name)
    assert cards[0].identity != cards[1].identity


def test_a_file_that_lacks_weights_of_its_config_is_refused(tmp_path: Path) -> None:
    run = run_of_berts(tmp_path / "run", "step_1.safetensors")
    tensors = {name: value for name, value in read_tensors(run / "step_1.safetensors").items() if "layer.1" not in name}
    save(tensors, run / "step_2.safetensors")
    with pytest.raises(BadInput, match=r"'run/step_2\.safetensors' lack \d+ that its config\.json asks for"):
        vectors_of("run/step_2.safetensors", tmp_path)


def test_a_file_without_a_config_beside_it_is_refused_in_a_sentence(tmp_path: Path) -> None:
    run = run_of_berts(tmp_path / "run", "step_1.safetensors")
    (run / "config.json").unlink()
    with pytest.raises(BadInput, match=r"has no config\.json"):
        vectors_of("run/step_1.safetensors", tmp_path)


def test_a_file_reached_from_the_browser_stays_within_the_roots_with_all_beside_it(tmp_path: Path) -> None:
    run = run_of_berts(tmp_path / "open" / "run", "step_1.safetensors")
    place = Place(tmp_path / "open", roots=(tmp_path / "open",))
    family = family_called("transformer")
    recipe = EncoderRecipe(family="transformer", model="run/step_1.safetensors", place=place)
    assert family.describe(recipe).layers == 3
    outside = tmp_path / "secret.json"
    shutil.move(run / "config.json", outside)
    (run / "config.json").symlink_to(outside)
    with pytest.raises(BadInput, match="outside the folders"):
        family.describe(recipe)
    assert json.loads(outside.read_text())


def test_a_link_to_weights_outside_the_roots_is_refused(tmp_path: Path) -> None:
    run = run_of_berts(tmp_path / "open" / "run", "step_1.safetensors")
    shutil.move(run / "step_1.safetensors", tmp_path / "step_1.safetensors")
    (run / "step_1.safetensors").symlink_to(tmp_path / "step_1.safetensors")
    place = Place(tmp_path / "open", roots=(tmp_path / "open",))
    with pytest.raises(BadInput, match="outside the folders"):
        family_called("transformer").describe(
            EncoderRecipe(family="transformer", model="run/step_1.safetensors", place=place)
        )
