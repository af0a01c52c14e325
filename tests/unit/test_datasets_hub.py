"""Datasets of the hub: folders need no library, names need it, and every failure is one sentence."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from analysis.dataset import Dataset
from analysis.datasets import hub
from analysis.datasets.hub import DATASET
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place

FEATURES = {"text": {"dtype": "string", "_type": "Value"}, "label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}
TABLE = pa.table({"text": ["a", "b", "c", "d"], "label": [0, 1, -1, 1]}).replace_schema_metadata(
    {"huggingface": json.dumps({"info": {"features": FEATURES}})}
)
LABELED = {"text": "text", "labels": ("label",)}


def load(folder: Path, **options: object) -> Dataset:
    return DATASET.load(DatasetSpec(source="hub", **options), Place(folder), 0)  # type: ignore[arg-type]


def refusal(folder: Path, **options: object) -> str:
    with pytest.raises(BadInput) as caught:
        load(folder, **options)
    return str(caught.value)


def save_to_disk(folder: Path, table: pa.Table, parts: int) -> None:
    """What the library's save_to_disk writes: Arrow streams and a state that names them."""
    folder.mkdir(parents=True)
    names = [f"data-{i:05d}-of-{parts:05d}.arrow" for i in range(parts)]
    size = table.num_rows // parts
    for i, name in enumerate(names):
        with (folder / name).open("wb") as out, ipc.new_stream(out, table.schema) as writer:
            writer.write_table(table.slice(i * size, size))
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": name} for name in names]}))


def check(data: Dataset) -> None:
    assert data.texts == ["a", "b", "c", "d"]
    assert data.frame["label"].dropna().to_list() == ["neg", "pos", "pos"]
    assert data.frame["label"].isna().to_list() == [False, False, True, False]


def test_a_folder_that_save_to_disk_wrote_is_read_with_class_names(tmp_path: Path) -> None:
    save_to_disk(tmp_path / "one", TABLE, parts=2)
    check(load(tmp_path, path="one", **LABELED))
    save_to_disk(tmp_path / "many" / "train", TABLE, parts=1)
    (tmp_path / "many" / "dataset_dict.json").write_text('{"splits": ["train"]}')
    check(load(tmp_path, path="many", **LABELED))
    assert "no split 'tran' in 'many'; did you mean 'train'?" in refusal(tmp_path, path="many", split="tran")


@pytest.mark.parametrize(
    "names",
    [
        ("data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"),
        ("train/0000.parquet", "train/0001.parquet", "test/0000.parquet"),
        ("a.parquet", "b.parquet", "test.parquet"),
    ],
)
def test_a_folder_of_parquet_files_is_split_by_their_names(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name, part in zip(names, (TABLE.slice(0, 2), TABLE.slice(2), TABLE.slice(0, 3)), strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        parquet.write_table(part, tmp_path / name)
    check(load(tmp_path, path=".", **LABELED))
    assert len(load(tmp_path, path=".", split="test", **LABELED)) == 3
    assert "there are: test, train" in refusal(tmp_path, path=".", split="zzz")
    preview = DATASET.preview(DatasetSpec(source="hub", path="."), Place(tmp_path))
    assert (preview.rows, preview.suggestion["labels"]) == (4, ("label",))


def test_the_fingerprint_of_a_folder_is_that_of_its_split(tmp_path: Path) -> None:
    parquet.write_table(TABLE, tmp_path / "train.parquet")
    spec = DatasetSpec(source="hub", path=".")
    before = DATASET.fingerprint(spec, Place(tmp_path))
    parquet.write_table(TABLE.slice(1), tmp_path / "test.parquet")
    assert DATASET.fingerprint(spec, Place(tmp_path)) == before
    parquet.write_table(TABLE.slice(1), tmp_path / "train.parquet")
    assert DATASET.fingerprint(spec, Place(tmp_path)) != before


def test_a_state_that_names_files_outside_is_refused(tmp_path: Path) -> None:
    save_to_disk(tmp_path / "in" / "one", TABLE, parts=1)
    parquet.write_table(TABLE, tmp_path / "secret")
    state = {"_data_files": [{"filename": "../../secret"}]}
    (tmp_path / "in" / "one" / "state.json").write_text(json.dumps(state))
    place = Place(tmp_path / "in", (tmp_path / "in",))
    with pytest.raises(BadInput, match="outside the folders"):
        DATASET.load(DatasetSpec(source="hub", path="one", text="text"), place, 0)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    assert "'empty' holds neither Parquet files" in refusal(tmp_path, path="empty")
    assert "'file' is no folder" in refusal(tmp_path, path="file")
    assert "neither `name` nor `path`" in refusal(tmp_path)


@pytest.mark.parametrize("about", ["{", "[1]", "[" * 5000, '{"info": 3}', '{"info": {"features": ["label"]}}'], ids=len)
def test_class_names_that_are_none_leave_the_numbers_as_they_are(tmp_path: Path, about: str) -> None:
    parquet.write_table(TABLE.replace_schema_metadata({"huggingface": about}), tmp_path / "train.parquet")
    assert load(tmp_path, path=".", **LABELED).frame["label"].to_list() == ["0", "1", "-1", "1"]


@pytest.mark.parametrize(
    "state", ['{"_data_files": [{"name": "a"}]}', '{"_data_files": 3}', '["a"]', "[" * 5000], ids=len
)
def test_a_state_that_names_nothing_is_refused(tmp_path: Path, state: str) -> None:
    (tmp_path / "state.json").write_text(state)
    sentence = refusal(tmp_path, path=".")
    assert "names no data files" in sentence or "no valid JSON" in sentence


def test_a_split_that_leads_outside_is_refused(tmp_path: Path) -> None:
    save_to_disk(tmp_path / "secret", TABLE, parts=1)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "dataset_dict.json").write_text('{"splits": ["../secret"]}')
    with pytest.raises(BadInput, match="outside the folders"):
        DATASET.load(
            DatasetSpec(source="hub", path=".", split="../secret", text="text"),
            Place(tmp_path / "in", (tmp_path / "in",)),
            0,
        )


def test_a_name_without_the_library_gets_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise hub.PackageNotFoundError(name)

    monkeypatch.setattr(hub, "version", absent)
    sentence = refusal(tmp_path, name="stanfordnlp/imdb")
    assert "'stanfordnlp/imdb' needs the `datasets` library, which is not installed; install it" in sentence


def test_a_library_that_would_run_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "version", lambda name: "2.14.0")
    assert "`datasets` 2.14.0 may run a dataset's own code" in refusal(tmp_path, name="x/y")


def test_a_name_goes_through_the_library_and_offline_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def load_dataset(name: str, config: str | None, split: str) -> object:
        asked.append((name, config, split))
        if name == "far/away":
            raise ConnectionError("Couldn't reach 'far/away' on the Hub\nmore lines")
        return SimpleNamespace(with_format=lambda form: Whole())

    class Whole:
        def __getitem__(self, key: slice) -> pa.Table:
            return TABLE

    fake = SimpleNamespace(load_dataset=load_dataset, load_dataset_builder=lambda *a: SimpleNamespace(hash="abc"))
    monkeypatch.setitem(sys.modules, "datasets", fake)  # type: ignore[arg-type]
    monkeypatch.setattr(hub, "version", lambda name: "4.1.0")
    check(load(tmp_path, name="glue:sst2", **LABELED))
    assert asked == [("glue", "sst2", "train")]
    assert DATASET.fingerprint(DatasetSpec(source="hub", name="glue:sst2"), Place(tmp_path)) == {
        "name": "glue:sst2",
        "split": "train",
        "revision": "abc",
    }
    sentence = refusal(tmp_path, name="far/away")
    assert "cannot be had from the hub (Couldn't reach 'far/away' on the Hub); check its name" in sentence
