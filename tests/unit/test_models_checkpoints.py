"""Weights on disk: what is read, what is refused, and that nothing in a file of weights ever runs."""

import io
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.checkpoints import bare_file, parameters_in, read_tensors, weight_files
from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.place import Place
from models.torch_files import read_torch_file
from tests.tiny_models import TEXTS, write_model


class Planted:
    """What an attacker pickles: reading it back the ordinary way writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_planted_code_is_refused_by_name_and_never_runs(tmp_path: Path, zipped: bool) -> None:
    import torch

    path = tmp_path / "weights.pt"
    torch.save(
        {"state_dict": {"w": torch.ones(2)}, "extra": Planted(tmp_path / "ran")},
        path,
        _use_new_zipfile_serialization=zipped,
    )
    with pytest.raises(BadInput, match=r"'weights\.pt' holds '(posix|nt|os)\.system'.*nothing in it was run"):
        read_torch_file(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_planted_code_is_named_whatever_the_pickle_protocol(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(pickle.dumps(Planted(tmp_path / "ran"), protocol=protocol))
    with pytest.raises(BadInput, match=r"(posix|nt)\.system"):
        read_torch_file(path)
    member = io.BytesIO()
    with zipfile.ZipFile(member, "w") as archive:
        archive.writestr("archive/data.pkl", path.read_bytes())
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/byteorder", "little")
    path.write_bytes(member.getvalue())
    with pytest.raises(BadInput, match=r"(posix|nt)\.system"):
        read_torch_file(path)
    assert not (tmp_path / "ran").exists()


def test_a_whole_module_and_an_array_are_refused_by_their_class(tmp_path: Path) -> None:
    import torch

    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pt")
    with pytest.raises(BadInput, match=r"torch\.nn\.modules\.linear\.Linear"):
        read_torch_file(tmp_path / "module.pt")
    torch.save({"w": np.ones(3)}, tmp_path / "array.pt")
    with pytest.raises(BadInput, match=r"numpy\."):
        read_torch_file(tmp_path / "array.pt")


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_tensors_and_plain_containers_come_in_without_their_wrapping(tmp_path: Path, zipped: bool) -> None:
    import torch

    state = OrderedDict([("module.a.weight", torch.arange(6.0).reshape(2, 3)), ("module.a.count", torch.tensor(3))])
    content = {"state_dict": state, "best": 91.5, "epochs": [1, 2], "arch": "x", "none": None}
    torch.save(content, tmp_path / "w.th", _use_new_zipfile_serialization=zipped)
    tensors = read_tensors(tmp_path / "w.th")
    assert list(tensors) == ["a.weight", "a.count"]
    assert torch.equal(tensors["a.weight"], state["module.a.weight"])


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
def test_damaged_files_are_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    import torch
    from safetensors.torch import save_file

    path = tmp_path / name
    tensors = {"a": torch.ones(200, 20)}
    save_file(tensors, path) if name.endswith("safetensors") else torch.save(tensors, path)
    whole = path.read_bytes()
    for damaged in (b"", b"\0", whole[:7], whole[: len(whole) // 2], b"\xff" * 64, b"{}" * 40):
        path.write_bytes(damaged)
        with pytest.raises(BadInput, match="copy it anew"):
            read_tensors(path)


@pytest.mark.parametrize("how", ["locked", "of an unknown method", "too long a text", "too long a number"])
def test_torch_files_that_cannot_be_unpacked_are_refused(tmp_path: Path, how: str) -> None:
    member = io.BytesIO()
    with zipfile.ZipFile(member, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"a": 1}, protocol=2))
    whole = bytearray(member.getvalue())
    local, central = whole.index(b"PK\x03\x04"), whole.index(b"PK\x01\x02")
    if how == "locked":
        whole[local + 6] |= 1
        whole[central + 8] |= 1
    elif how == "of an unknown method":
        whole[local + 8] = whole[central + 10] = 99
    elif how == "too long a text":
        whole = bytearray(b"\x80\x02X" + (2**31).to_bytes(4, "little") + b"abc.")
    else:
        whole = bytearray(b"\x80\x02L" + b"9" * 5000 + b"L\n.")
    path = tmp_path / "w.pt"
    path.write_bytes(whole)
    assert bare_file(path) == path  # no class is named in it
    with pytest.raises(BadInput, match="copy it anew"):
        read_tensors(path)


def test_a_truncated_safetensors_file_is_found_without_reading_its_weights(tmp_path: Path) -> None:
    write_model(tmp_path / "bert", "bert")
    path = tmp_path / "bert" / "model.safetensors"
    whole = path.read_bytes()
    assert parameters_in((path,)) == sum(int(np.prod(tensor.shape)) for tensor in read_tensors(path).values())
    for length in (0, 5, 100, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(BadInput, match="truncated or not safetensors"):
            family_called("transformer").describe(
                EncoderRecipe(family="transformer", model="bert", place=Place(tmp_path))
            )


def test_a_folder_without_weights_or_with_missing_parts_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has no weights \(looked for model\.safetensors"):
        weight_files(tmp_path)
    (tmp_path / "model.safetensors.index.json").write_text('{"weight_map": {"a": "part-1.safetensors"}}')
    with pytest.raises(BadInput, match=r"lacks the file 'part-1\.safetensors'"):
        weight_files(tmp_path)
    (tmp_path / "secret.safetensors").write_bytes(b"")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../secret.safetensors"}}')
    with pytest.raises(BadInput, match="lacks the file"):
        weight_files(inner)
    with pytest.raises(BadInput, match="2 files of weights"):
        (inner / "a.pt").write_bytes(b"")
        (inner / "b.th").write_bytes(b"")
        bare_file(inner)


def test_a_model_folder_with_planted_code_is_refused_before_transformers_reads_it(tmp_path: Path) -> None:
    import torch

    write_model(tmp_path / "bad", "bert")
    (tmp_path / "bad" / "model.safetensors").unlink()
    torch.save({"x": Planted(tmp_path / "ran")}, tmp_path / "bad" / "pytorch_model.bin")
    recipe = EncoderRecipe(family="transformer", model="bad", place=Place(tmp_path))
    with pytest.raises(BadInput, match=r"pytorch_model\.bin' holds '(posix|nt)\.system'"):
        family_called("transformer").load(recipe).encode(TEXTS, [0])
    assert not (tmp_path / "ran").exists()
