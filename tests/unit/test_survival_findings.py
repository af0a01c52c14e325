"""What fuzzing found, each mended: files that hung a reader, or left it in a traceback, are refused in a sentence."""

import io
import os
import pickle
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from analysis.datasets.vector_file import read_vectors
from analysis.datasets.word_vectors import layout_of
from analysis.study_file import parse_study
from models.checkpoints import bare_file
from models.errors import BadInput, Failed, nearest, sentence
from models.torch_files import LONGEST_WORD, read_torch_file
from tests.refusals import refusal


def in_a_moment(text: str, words: str) -> None:
    start = time.process_time()
    with pytest.raises(BadInput) as caught:
        parse_study(text)
    assert words in str(caught.value) and time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n" * 200_000 + "[", "not valid TOML"),
        ('"\\' * 400_000, "not valid TOML"),
        ("a" + " " * 900_000 + ".", "not valid TOML"),
        ("x = { " + ".".join("a" * 20_000) + " = 1 }", "a key of more than 32 parts"),
        (" . ".join(['"a"'] * 20_000) + " = 1", "a key of more than 32 parts"),
        ("p" * 900_000 + " = 1", "unknown key 'ppp"),
    ],
    ids=lambda text: text[:8],
)
def test_texts_that_took_quadratic_time_are_refused_in_a_moment(text: str, words: str) -> None:
    in_a_moment(text, words)


def test_checkpoints_without_end_are_counted_in_linear_time() -> None:
    in_a_moment("".join(f"[[checkpoint]]\nname = 'a{i}'\n" for i in range(8_000)), "the study has no [dataset]")


def test_dots_in_texts_and_comments_are_no_keys() -> None:
    dots = ".".join("a" * 40)
    study = parse_study(f'# {dots}\n[[checkpoint]]\nname = "a"\n[dataset]\nsource = "table"\npath = "{dots}"\n')
    assert study.dataset is not None and study.dataset.path == dots


def test_a_sentence_is_one_line_of_bounded_length() -> None:
    for kind in (BadInput, Failed):
        said = str(kind("the file 'a' is wrong\nin\r\nlines " + "x" * 70_000 + "; copy it again."))
        assert len(said) <= 1000 and said.startswith("the file 'a' is wrong in lines x") and said.endswith("it again.")
    assert sentence("short") == "short"
    assert nearest("metri" + "c" * 10**6, ["metric"]).startswith("; ")


def test_the_reason_of_a_damaged_array_is_one_line(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.ones((3, 2), np.float32))
    whole = bytearray((tmp_path / "v.npy").read_bytes())
    whole[8:10] = (31_488).to_bytes(2, "little")
    (tmp_path / "v.npy").write_bytes(whole + b" " * 40_000)
    assert "is cut off or damaged" in refusal(lambda: read_vectors(tmp_path / "v.npy"))


@pytest.mark.parametrize("code", [0x110000, 0xFFFFFFFF, 0xD800])
@pytest.mark.parametrize("order", ["<", ">"])
def test_ids_that_are_no_letters_are_refused(tmp_path: Path, code: int, order: str) -> None:
    ids = np.array([65, code, 66], f"{order}u4").view(f"{order}U1")
    np.savez(tmp_path / "v.npz", v=np.ones((3, 2), np.float32), ids=ids)
    assert f"array 'ids' of 'v.npz' holds what is no text ({code:#x}" in refusal(
        lambda: read_vectors(tmp_path / "v.npz")
    )


def test_letters_of_every_plane_and_empty_ids_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", v=np.ones((3, 2), np.float32), ids=np.array(["a", "\U0010ffff", "ü"]))
    assert read_vectors(tmp_path / "v.npz").ids == ("a", "\U0010ffff", "ü")


def in_zip(content: bytes, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/byteorder", "little")
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02ctorch\n" + b"F" * 200_000,  # a name without an end
        b"\x80\x02ctorch\n" + b"F" * 200_000 + b"\n.",
        pickle.dumps("a" * 200_000, protocol=2)[:-1] + b")R.",  # a text that is called
        pickle.dumps(b"a" * 200_000, protocol=4)[:-1] + b")R.",
    ],
    ids=["endless", "name", "text", "bytes"],
)
def test_torch_files_whose_refusal_took_torch_forever_are_refused_in_a_moment(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "legacy.pt").write_bytes(content)
    for path in (in_zip(content, tmp_path / "zipped.pt"), tmp_path / "legacy.pt"):
        start = time.process_time()
        said = refusal(lambda path=path: read_torch_file(path))
        assert "copy it anew" in said or "nothing in it was run" in said
        assert time.process_time() - start < 2


def test_long_texts_of_words_beside_weights_are_read(tmp_path: Path) -> None:
    import torch

    torch.save({"w": torch.ones(2), "notes": "word " * LONGEST_WORD}, tmp_path / "w.pt")
    assert read_torch_file(tmp_path / "w.pt")["w"].tolist() == [1, 1]


def test_an_archive_whose_names_are_no_text_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/d\u00e4ta.pkl", b"")
    (tmp_path / "w.pt").write_bytes(out.getvalue().replace("ä".encode(), b"\xd7\x20"))
    assert "not a torch file" in refusal(lambda: read_torch_file(tmp_path / "w.pt"))


def test_a_pipe_is_no_checkpoint(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "neither a file nor a folder" in refusal(lambda: bare_file(tmp_path / "pipe"))


def test_half_a_byte_order_mark_is_no_vectors(tmp_path: Path) -> None:
    (tmp_path / "v.npy").write_bytes(b"\xef")
    assert "has no vectors below its first line" in refusal(lambda: layout_of(tmp_path / "v.npy"))
