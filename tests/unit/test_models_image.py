"""Image encoders: bare state dicts of a registered architecture, and transformers' image checkpoints."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models.bare_encoder import BareEncoder
from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.place import Place
from tests.tiny_models import write_model

RNG = np.random.default_rng(5)
IMAGES = [RNG.integers(0, 256, (32, 32, 3), dtype=np.uint8) for _ in range(3)]
ODD = [RNG.integers(0, 256, shape, dtype=np.uint8) for shape in ((8, 8, 3), (40, 20, 3), (3, 3, 3))]


def recipe(base: Path, model: str, **options: Any) -> EncoderRecipe:
    return EncoderRecipe(family="image", model=model, place=Place(base), **options)


def encode(of: EncoderRecipe, images: list[Any], layers: tuple[int, ...]) -> list[npt.NDArray[np.float32]]:
    return family_called("image").load(of).encode(images, layers)


@pytest.mark.shared
def test_resnet20_scores_what_its_authors_say_on_the_images_it_was_trained_on(shared_data: Path) -> None:
    of = recipe(shared_data / "vision", "resnet20-12fca82f.th", architecture="resnet20-cifar")
    encoder = family_called("image").load(of)
    assert isinstance(encoder, BareEncoder)
    with np.load(shared_data / "vision" / "cifar10_lossless_4000_labelled_by_matching.npz") as arrays:
        images, labels = arrays["x"], arrays["y"]
    scores = np.concatenate([encoder.classify(images[start : start + 100]) for start in range(0, 4000, 100)])
    assert (scores.argmax(axis=1) == labels).mean() >= 0.995
    assert encoder.encode(list(images[:5]), range(10))[9].shape == (5, 64)


@pytest.mark.parametrize(("depth", "weights"), [(20, 0.27e6), (32, 0.46e6), (44, 0.66e6), (56, 0.85e6), (110, 1.7e6)])
def test_cifar_resnets_have_the_published_number_of_weights(depth: int, weights: float) -> None:
    """Table 6 of He et al. 2016 gives them in millions, to two digits."""
    card = family_called("image").describe(recipe(Path(), "", architecture=f"resnet{depth}-cifar", init="random"))
    encoder = family_called("image").load(recipe(Path(), "", architecture=f"resnet{depth}-cifar", init="random"))
    assert card.parameters == sum(part.numel() for part in encoder.module.parameters())
    assert card.parameters == pytest.approx(weights, rel=0.03)
    assert card.layers == 1 + (depth - 2) // 2


def test_a_shortcut_that_halves_the_image_takes_every_second_pixel_and_pads_channels_with_zeros() -> None:
    import torch

    from models.architectures.cifar_resnet import build

    block = build(1).layer2[0]
    for name, weights in block.named_parameters():
        weights.data.zero_() if "conv" in name else None
    image = torch.rand(1, 16, 8, 8)
    with torch.inference_mode():
        out = block.eval()(image)
    assert torch.equal(out[:, 8:24], image[:, :, ::2, ::2])
    assert not out[:, :8].any() and not out[:, 24:].any()


def test_a_bare_state_dict_reads_as_its_maps_averaged(tmp_path: Path) -> None:
    import torch

    from models.architecture import architecture_called

    architecture = architecture_called("resnet20-cifar")
    torch.manual_seed(0)
    module = architecture.build().eval()
    torch.save({"state_dict": {f"module.{k}": v for k, v in module.state_dict().items()}}, tmp_path / "w.pt")
    layers = tuple(range(10))
    ours = encode(recipe(tmp_path, "w.pt", architecture="resnet20-cifar"), IMAGES, layers)
    pixels = (np.stack(IMAGES) / 255 - np.array(architecture.mean)) / np.array(architecture.deviation)
    with torch.inference_mode():
        maps = module.stages(torch.tensor(pixels.transpose(0, 3, 1, 2), dtype=torch.float32))
    for layer in layers:
        np.testing.assert_allclose(ours[layer], maps[layer].mean(dim=(2, 3)).numpy(), atol=1e-4, rtol=1e-4)
    assert np.isfinite(encode(recipe(tmp_path, "w.pt", architecture="resnet20-cifar"), ODD, (9,))[0]).all()


def test_a_state_dict_of_another_architecture_is_refused(tmp_path: Path) -> None:
    import torch

    from models.architecture import architecture_called

    torch.save(architecture_called("resnet32-cifar").build().state_dict(), tmp_path / "w.pt")
    with pytest.raises(BadInput, match="another architecture"):
        encode(recipe(tmp_path, "w.pt", architecture="resnet20-cifar"), IMAGES, (9,))
    with pytest.raises(BadInput, match="lacks 'layer1"):
        encode(recipe(tmp_path, "w.pt", architecture="resnet56-cifar"), IMAGES, (9,))
    with pytest.raises(BadInput, match="did you mean 'resnet20-cifar'"):
        family_called("image").describe(recipe(tmp_path, "w.pt", architecture="resnet20"))
    with pytest.raises(BadInput, match="name the `architecture`"):
        family_called("image").describe(recipe(tmp_path, "w.pt"))
    with pytest.raises(BadInput, match="no cls token"):
        family_called("image").describe(recipe(tmp_path, "w.pt", architecture="resnet20-cifar", pooling="cls"))


def test_an_image_transformer_reads_as_its_class_token_or_its_patches(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel

    write_model(tmp_path / "vit", "vit")
    card = family_called("image").describe(recipe(tmp_path, "vit"))
    assert (card.layers, card.width, card.pooling) == (3, 16, "cls")
    pixels = (np.stack(IMAGES) / 255 - [0.5, 0.4, 0.3]) / [0.5, 0.25, 0.125]
    model = AutoModel.from_pretrained(str(tmp_path / "vit")).eval()
    with torch.inference_mode():
        out = model(torch.tensor(pixels.transpose(0, 3, 1, 2), dtype=torch.float32), output_hidden_states=True)
    states = [*out.hidden_states[:-1], out.last_hidden_state]
    by_hand = {"cls": lambda s: s[:, 0], "mean": lambda s: s[:, 1:].mean(1), "max": lambda s: s[:, 1:].amax(1)}
    for pooling, of_states in by_hand.items():
        ours = encode(recipe(tmp_path, "vit", pooling=pooling), IMAGES, (0, 1, 2))
        for layer, state in enumerate(states):
            np.testing.assert_allclose(ours[layer], of_states(state).numpy(), atol=1e-4, rtol=1e-4)


def test_a_convolutional_checkpoint_reads_as_its_maps_averaged_each_stage_of_its_own_width(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel

    write_model(tmp_path / "resnet", "resnet")
    card = family_called("image").describe(recipe(tmp_path, "resnet"))
    assert (card.layers, card.width, card.pooling) == (3, 16, "mean")
    ours = encode(recipe(tmp_path, "resnet"), IMAGES, (0, 1, 2))
    pixels = (np.stack(IMAGES) / 255 - [0.5, 0.4, 0.3]) / [0.5, 0.25, 0.125]
    model = AutoModel.from_pretrained(str(tmp_path / "resnet")).eval()
    with torch.inference_mode():
        out = model(torch.tensor(pixels.transpose(0, 3, 1, 2), dtype=torch.float32), output_hidden_states=True)
    for layer, state in enumerate(out.hidden_states):
        np.testing.assert_allclose(ours[layer], state.mean((2, 3)).numpy(), atol=1e-4, rtol=1e-4)
    with pytest.raises(BadInput, match="no cls token"):
        encode(recipe(tmp_path, "resnet", pooling="cls"), IMAGES, (2,))


def test_images_of_any_size_are_brought_to_the_models_own(tmp_path: Path) -> None:
    write_model(tmp_path / "vit", "vit")
    together = encode(recipe(tmp_path, "vit"), [*ODD, *IMAGES], (2,))[0]
    for row, image in enumerate([*ODD, *IMAGES]):
        np.testing.assert_allclose(together[row], encode(recipe(tmp_path, "vit"), [image], (2,))[0][0], atol=1e-5)


def test_image_checkpoints_have_random_and_shuffled_controls(tmp_path: Path) -> None:
    write_model(tmp_path / "vit", "vit")
    trained, drawn, shuffled = (
        encode(recipe(tmp_path, "vit", init=init), IMAGES, (2,))[0] for init in ("pretrained", "random", "shuffled")
    )
    np.testing.assert_array_equal(drawn, encode(recipe(tmp_path, "vit", init="random"), IMAGES, (2,))[0])
    assert min(np.abs(a - b).max() for a, b in ((trained, drawn), (trained, shuffled), (drawn, shuffled))) > 0.01


def test_an_image_checkpoint_without_its_preprocessing_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path / "vit", "vit")
    (tmp_path / "vit" / "preprocessor_config.json").unlink()
    with pytest.raises(BadInput, match=r"no preprocessor_config\.json"):
        family_called("image").describe(recipe(tmp_path, "vit"))
