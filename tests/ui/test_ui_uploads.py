"""Uploads are capped, told by content, kept inside their session's folder, and removed when nobody uses them."""

import io
import os
import time
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from models.errors import BadInput
from ui import uploads


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def png(shade: int = 0) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((4, 4, 3), shade, np.uint8)).save(out, "PNG")
    return out.getvalue()


def test_a_table_is_kept_as_it_is(tmp_path):
    kept = uploads.keep("my table.csv", b"a,b\n1,2\n3,4\n", tmp_path)
    assert kept.read_bytes() == b"a,b\n1,2\n3,4\n"
    assert kept.name == "my table.csv"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\x.csv", "/etc/x.csv", "a/b/../c.csv", "", "....", "-x"])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    kept = uploads.keep(name, b"a,b\n1,2\n3,4\n", tmp_path / "mine")
    assert kept.resolve().is_relative_to(tmp_path / "mine")


def test_an_archive_of_images_becomes_a_folder_of_labels(tmp_path):
    kept = uploads.keep(
        "pets.zip", zipped({"pets/cat/1.png": png(), "pets/dog/1.png": png(9), "notes.txt": b"x"}), tmp_path
    )
    assert sorted(str(file.relative_to(kept)) for file in kept.rglob("*.*")) == ["cat/1.png", "dog/1.png"]


def test_an_archive_cannot_write_outside_its_folder(tmp_path):
    evil = {"../../../evil.png": png(), "/evil.png": png(), "a/../../b.png": png(), "ok/c.png": png()}
    kept = uploads.keep("x.zip", zipped(evil), tmp_path / "mine")
    assert all(file.resolve().is_relative_to(kept) for file in kept.rglob("*"))
    assert [file for file in tmp_path.rglob("*.png") if not file.is_relative_to(kept)] == []


def test_an_archive_that_would_unpack_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "UNPACKED", 100)
    with pytest.raises(BadInput, match="at most"):
        uploads.keep("x.zip", zipped({f"{i}.png": png() for i in range(10)}), tmp_path)


def test_a_damaged_archive_is_refused_in_a_sentence(tmp_path):
    content = zipped({f"a/{i}.png": os.urandom(500) for i in range(20)})
    with pytest.raises(BadInput):
        uploads.keep("x.zip", content[:-200], tmp_path)


def test_a_file_beyond_the_cap_is_refused_before_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "LIMITS", uploads.Limits(bytes=10, rows=10, dimensions=10, pixels=10))
    with pytest.raises(BadInput, match="at most 10"):
        uploads.keep("x.csv", b"a,b\n" * 10, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_pickle_in_disguise_is_refused(tmp_path):
    import pickle

    with pytest.raises(BadInput, match="pickle"):
        uploads.keep("vectors.npy", pickle.dumps([1, 2], protocol=4), tmp_path)


def test_folders_of_sessions_long_gone_are_removed_and_those_in_use_stay(tmp_path):
    for name in ("old", "used"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text("a")
        os.utime(tmp_path / name, (time.time() - 2 * uploads.FORGOTTEN,) * 2)
    uploads.touch(tmp_path / "used")
    uploads.sweep(tmp_path)
    assert [folder.name for folder in tmp_path.iterdir()] == ["used"]


def test_an_archive_with_a_file_and_a_folder_of_one_name_says_so(tmp_path):
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("a.png", b"x")
        archive.writestr("a.png/b.png", b"x")
    with pytest.raises(BadInput, match="a file and a folder of the same name"):
        uploads.keep("pictures.zip", packed.getvalue(), tmp_path)
