"""Arrays whose headers claim what is not there, and files that are none, are refused before memory is given to them."""

import io
import zipfile
from pathlib import Path

import pytest

from analysis.datasets import table, vectors
from analysis.datasets.limits import Limits, check_file
from analysis.study import DatasetSpec
from models.place import Place
from tests.refusals import light_refusal, refusal

LIMITS = Limits(bytes=1 << 20, rows=10_000, dimensions=100, pixels=1000)


def npy(shape: str, body: bytes) -> bytes:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body


def read(path: Path) -> object:
    return vectors.DATASET.load(DatasetSpec(source="vectors", path=path.name), Place(path.parent), 0)


def test_a_header_that_claims_more_than_its_file_holds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.npy").write_bytes(npy("(65536, 4096)", bytes(64)))
    assert "'v.npy' is cut off or damaged" in refusal(lambda: read(tmp_path / "v.npy"))
    with zipfile.ZipFile(tmp_path / "v.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", npy("(65536, 4096)", bytes(64)))
    sentence = light_refusal(lambda: read(tmp_path / "v.npz"))
    assert "array 'a' of 'v.npz' says that it has 1,073,741,824 bytes and has 64" in sentence


def test_a_member_whose_declared_size_is_not_its_data_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", npy("(1000, 100)", bytes(400_000)))
    true = (len(npy("(1000, 100)", b"")) + 400_000).to_bytes(4, "little")
    for lie in (600, 1 << 30):
        (tmp_path / "v.npz").write_bytes(out.getvalue().replace(true, lie.to_bytes(4, "little")))
        sentence = refusal(lambda: read(tmp_path / "v.npz"))
        assert "says that it has 400,000 bytes" in sentence or "is cut off or damaged" in sentence
    assert "'v.npz' unpacked has 1,073,741,824 bytes" in refusal(lambda: check_file(tmp_path / "v.npz", LIMITS))


def test_an_archive_of_thousands_of_arrays_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "v.npz", "w") as archive:
        for i in range(1001):
            archive.writestr(f"{i}.npy", b"")
    assert "'v.npz' holds 1,001 arrays; give 1,000 at most" in refusal(lambda: read(tmp_path / "v.npz"))


@pytest.mark.parametrize("path", ["/proc/self/mem", "/proc/self/maps", "/dev/zero", "/proc/self/cwd"])
def test_files_that_are_none_are_refused(path: str) -> None:
    if not Path(path).exists():
        pytest.skip(f"no {path} on this system")
    for source in (table.DATASET, vectors.DATASET):
        for ask in (source.fingerprint, source.preview):
            sentence = refusal(lambda ask=ask: ask(DatasetSpec(path=path), Place(Path("/"))))
            assert "no file" in sentence or "is a folder" in sentence
