"""Images from folders, arrays and columns: their pixels are right, and what is no image is refused by name."""

import base64
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from analysis.dataset import Dataset
from analysis.datasets import images, table
from analysis.datasets.image_file import read_image
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8)


def png(pixels: np.ndarray = PIXELS, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def load(folder: Path, path: str = ".", **options: object) -> Dataset:
    return images.DATASET.load(DatasetSpec(source="images", path=path, **options), Place(folder), 0)  # type: ignore[arg-type]


def refusal(folder: Path, path: str = ".", **options: object) -> str:
    with pytest.raises(BadInput) as caught:
        load(folder, path, **options)
    return str(caught.value)


# Single images


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "WEBP"])
def test_lossless_images_keep_their_pixels(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    pixels, scaled = read_image(png(kind=kind, **options), "x")
    np.testing.assert_array_equal(pixels, PIXELS)
    assert not scaled


def test_gray_becomes_three_equal_channels() -> None:
    pixels, _ = read_image(png(PIXELS[..., 0]), "x")
    np.testing.assert_array_equal(pixels, np.repeat(PIXELS[..., :1], 3, axis=2))


def test_sixteen_bit_gray_keeps_its_upper_byte() -> None:
    gray = np.array([[0, 255, 256, 65535]], dtype=np.uint16)
    pixels, _ = read_image(png(gray), "x")
    assert pixels[0, :, 0].tolist() == [0, 0, 1, 255]


def test_what_is_transparent_shows_white() -> None:
    rgba = np.zeros((1, 3, 4), dtype=np.uint8)
    rgba[0, :, 3] = [0, 255, 51]  # black at 0 %, 100 % and 20 %
    pixels, _ = read_image(png(rgba), "x")
    assert pixels[0, :, 0].tolist() == [255, 0, 204]


def test_a_palette_with_a_transparent_color_shows_white() -> None:
    picture = Image.fromarray(np.array([[0, 1]], dtype=np.uint8), mode=None).convert("P")
    picture.putpalette([10, 20, 30, 40, 50, 60])
    out = io.BytesIO()
    picture.save(out, "PNG", transparency=0)
    pixels, _ = read_image(out.getvalue(), "x")
    assert pixels[0].tolist() == [[255, 255, 255], [40, 50, 60]]


def test_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    pixels, _ = read_image(png(exif=exif), "x")
    np.testing.assert_array_equal(pixels, np.rot90(PIXELS, k=-1))


def test_the_first_frame_of_several_is_taken() -> None:
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    pixels, _ = read_image(out.getvalue(), "x")
    assert pixels[0, 0].tolist() == [255, 0, 0]


def test_a_large_image_is_scaled_down_to_512() -> None:
    pixels, scaled = read_image(png(np.full((300, 1200, 3), 77, dtype=np.uint8)), "x")
    assert (pixels.shape, scaled) == ((128, 512, 3), True)
    assert (pixels == 77).all()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8000, 8000), (12000, 12000), (60000, 60000)])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match=r"'bomb.png' has .* more than 50 million"):
        read_image(bomb(*size), "'bomb.png'")


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"<svg></svg>", b"%!PS-Adobe-3.0 EPSF-3.0\n", png()[:60], bomb(9, 9), b"BM" + bytes(40), b"GIF89a"],
)
def test_what_is_no_image_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"'that.png' is (no image|an image that is cut off)"):
        read_image(data, "'that.png'")


# Folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "pets"
    for name in ("cat/1.png", "cat/2.png", "dog/1.png", "more/dog/3.png", "bare.jpg"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(png(RNG.integers(0, 256, (4, 6, 3), dtype=np.uint8)))
    (root / ".hidden").write_text("x")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("x")
    return root


def test_subfolders_are_labels_and_paths_are_ids(folder: Path) -> None:
    pets = load(folder)
    assert pets.ids == ("bare.jpg", "cat/1.png", "cat/2.png", "dog/1.png", "more/dog/3.png")
    assert pets.labels == ("label",)
    assert [label for label in pets.frame["label"] if isinstance(label, str)] == ["cat", "cat", "dog", "dog"]
    assert pets.frame["label"].isna().to_list() == [True, False, False, False, False]
    for name, pixels in zip(pets.ids, pets.items("image"), strict=True):
        np.testing.assert_array_equal(pixels, np.asarray(Image.open(folder / name)))


def test_images_of_different_sizes_are_kept_apart(tmp_path: Path) -> None:
    sizes = [(3, 5), (5, 3), (1, 1)]
    for i, size in enumerate(sizes):
        (tmp_path / f"{i}").write_bytes(png(np.full((*size, 3), i, dtype=np.uint8)))
    data = load(tmp_path)
    assert [image.shape[:2] for image in data.items("image")] == sizes
    assert [int(image.max()) for image in data.items("image")] == [0, 1, 2]


def test_a_sample_of_a_folder_is_stratified(tmp_path: Path) -> None:
    for i in range(40):
        path = tmp_path / ("even" if i % 2 == 0 else "odd") / f"{i:02d}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png())
    data = load(tmp_path, sample=10)
    assert data.frame["label"].value_counts().to_dict() == {"even": 5, "odd": 5}
    assert data.notes == ("A sample of 10 of 40 images.",)


def test_a_file_that_is_no_image_is_named(folder: Path) -> None:
    (folder / "dog" / "notes.png").write_text("not an image")
    assert "'dog/notes.png' in 'pets' is no image" in refusal(folder)


def test_a_folder_without_images_and_a_wrong_label_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "'empty' holds no images" in refusal(tmp_path, "empty")
    assert "no label 'lable'; did you mean 'label'?" in refusal(folder, labels=("lable",))
    assert "neither a folder of images nor an .npz" in refusal(folder, "bare.jpg")


def test_a_link_out_of_the_roots_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    (folder / "cat" / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(BadInput, match=r"'cat/link.png'.*outside the folders"):
        images.DATASET.load(DatasetSpec(source="images", path="."), Place(folder, (folder,)), 0)


def test_the_fingerprint_of_a_folder_follows_paths_and_bytes(folder: Path) -> None:
    spec = DatasetSpec(source="images", path=".")
    prints = [images.DATASET.fingerprint(spec, Place(folder))]
    (folder / ".hidden").write_text("changed")
    assert images.DATASET.fingerprint(spec, Place(folder)) == prints[0]
    (folder / "bare.jpg").rename(folder / "renamed.jpg")
    prints.append(images.DATASET.fingerprint(spec, Place(folder)))
    (folder / "renamed.jpg").write_bytes(png())
    prints.append(images.DATASET.fingerprint(spec, Place(folder)))
    assert len({each["folder"] for each in prints}) == 3


def test_the_preview_of_a_folder_suggests_its_label(folder: Path) -> None:
    preview = images.DATASET.preview(DatasetSpec(source="images", path="."), Place(folder))
    assert (preview.rows, preview.suggestion) == (5, {"labels": ("label",)})
    assert preview.columns["column"].to_list() == ["image", "label", "folder"]


# Columns of a table


def test_a_column_may_hold_bytes_base64_or_paths(tmp_path: Path) -> None:
    cells = [png(RNG.integers(0, 256, (3, 3, 3), dtype=np.uint8)) for _ in range(2)]
    (tmp_path / "img").mkdir()
    for i, cell in enumerate(cells):
        (tmp_path / "img" / f"{i}.png").write_bytes(cell)
    packed = [base64.b64encode(cell).decode() for cell in cells]
    columns = {
        "bytes": cells,
        "base64": packed,
        "uri": [f"data:image/png;base64,{text}" for text in packed],
        "path": ["img/0.png", "img/1.png"],
        "struct": [{"bytes": cells[0], "path": None}, {"bytes": None, "path": "img/1.png"}],
    }
    (tmp_path / "sub").mkdir()
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    expected = [np.asarray(Image.open(io.BytesIO(cell))) for cell in cells]
    preview = table.DATASET.preview(DatasetSpec(path="t.parquet"), Place(tmp_path))
    assert preview.columns["type"].to_list() == ["image"] * 5
    for name in columns:
        spec = DatasetSpec(path="../t.parquet", image=name)
        data = table.DATASET.load(spec, Place(tmp_path / "sub"), 0)  # paths start at the table's folder
        for found, wanted in zip(data.items("image"), expected, strict=True):
            np.testing.assert_array_equal(found, wanted, err_msg=name)


def test_image_paths_in_a_table_stay_within_the_roots(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    for cell in ("../secret.png", str(tmp_path / "secret.png")):
        (inside / "t.csv").write_text(f"id,image\na,{cell}\nb,{cell}\n")
        with pytest.raises(BadInput, match=r"the image of sample 'a' in 't.csv'.* outside the folders"):
            table.DATASET.load(DatasetSpec(path="t.csv", id="id", image="image"), Place(inside, (inside,)), 0)


def test_a_bad_image_in_a_table_is_named_by_its_sample(tmp_path: Path) -> None:
    for cell, words in ((b"no image", "is no image"), (None, "is missing"), (bomb(9000, 9000), "more than 50 million")):
        parquet.write_table(pa.table({"id": ["a", "b"], "image": [png(), cell]}), tmp_path / "t")
        with pytest.raises(BadInput, match=f"the image of sample 'b' in 't' .*{words}"):
            table.DATASET.load(DatasetSpec(path="t", id="id", image="image"), Place(tmp_path), 0)


def test_the_fingerprint_of_a_table_follows_the_images_it_names(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(png())
    (tmp_path / "t.csv").write_text("id,image\na,1.png\nb,1.png\n")
    spec = DatasetSpec(path="t.csv", id="id", image="image")
    before = table.DATASET.fingerprint(spec, Place(tmp_path))
    (tmp_path / "1.png").write_bytes(png(PIXELS[::-1]))
    after = table.DATASET.fingerprint(spec, Place(tmp_path))
    assert before["file"] == after["file"] and before["images"] != after["images"]
