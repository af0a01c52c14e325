"""The store: what is kept is whole, what is broken is found and made anew, and nothing above it notices."""

import json
import os
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import checksums
from analysis.recipe import Recipe, hash_of
from analysis.store import Store
from models.errors import Failed

RECIPE = Recipe("test", 1, {"a": 1}, {"space": "k"})


def keep(store, value=1.0):
    return store.put(
        RECIPE,
        content={"note": "x"},
        arrays={"v": np.full((3, 2), value, np.float32)},
        tables={"t": pd.DataFrame({"a": [1, 2]})},
    )


def test_what_was_put_is_found_again(tmp_path):
    keep(Store(tmp_path))
    found = Store(tmp_path).get(RECIPE)
    assert found is not None
    assert found.content == {"note": "x"}
    assert np.array_equal(found.array("v"), np.ones((3, 2)))
    assert found.table("t")["a"].tolist() == [1, 2]
    assert not found.array("v").flags.writeable


def test_another_recipe_finds_nothing(tmp_path):
    keep(Store(tmp_path))
    assert Store(tmp_path).get(Recipe("test", 2, {"a": 1}, {"space": "k"})) is None


def test_the_first_writer_wins(tmp_path):
    keep(Store(tmp_path), 1.0)
    assert keep(Store(tmp_path), 2.0).array("v")[0, 0] == 1.0
    assert not list(tmp_path.glob("artifacts/*/.draft-*"))


@pytest.mark.parametrize("harm", ["truncate", "remove", "garble", "swap", "alter", "record", "list", "headless"])
def test_a_broken_artifact_is_reported_removed_and_made_anew(tmp_path, harm):
    store = Store(tmp_path)
    folder = keep(store).folder
    if harm == "truncate":
        os.truncate(folder / "v.npy", 10)
    elif harm == "remove":
        (folder / "t.parquet").unlink()
    elif harm == "garble":
        (folder / "artifact.json").write_text("{")
    elif harm == "alter":
        content = bytearray((folder / "v.npy").read_bytes())
        content[-1] ^= 1
        (folder / "v.npy").write_bytes(content)
    elif harm == "record":
        (folder / "artifact.json").write_text((folder / "artifact.json").read_text().replace('"x"', '"y"'))
    elif harm == "headless":
        (folder / "artifact.json").unlink()
    elif harm == "list":
        (folder / "artifact.json").write_text("[]")
    else:
        whole = json.loads((folder / "artifact.json").read_text())
        whole["recipe"]["params"] = {"a": 2}
        (folder / "artifact.json").write_text(json.dumps(whole))
    assert store.get(RECIPE) is None
    assert len(store.complaints) == 1 and "computed again" in store.complaints[0]
    assert not folder.exists()
    assert keep(store).array("v").shape == (3, 2)


def test_a_read_only_layer_is_read_and_never_touched(tmp_path):
    layer, root = tmp_path / "layer", tmp_path / "root"
    folder = keep(Store(layer)).folder
    store = Store(root, (layer,))
    assert store.get(RECIPE) is not None
    os.truncate(folder / "v.npy", 10)
    assert store.get(RECIPE) is None
    assert folder.exists()
    keep(store, 3.0)
    found = store.get(RECIPE)
    assert found is not None and found.array("v")[0, 0] == 3.0


def test_a_finished_array_is_moved_in_not_copied(tmp_path):
    path = tmp_path / "big.npy"
    np.save(path, np.arange(4.0))
    artifact = Store(tmp_path / "cache").put(RECIPE, content={}, arrays={"v": path})
    assert not path.exists()
    assert artifact.array("v").tolist() == [0, 1, 2, 3]


def test_a_disk_that_refuses_fails_in_one_sentence(tmp_path, monkeypatch):
    store = Store(tmp_path)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(Failed, match="the disk is full; free some space"):
        keep(store)
    monkeypatch.undo()
    assert keep(store).array("v").shape == (3, 2)
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(Failed, match="could not be kept"):
        keep(Store(blocked))


def test_where_one_part_ends_is_part_of_the_hash():
    assert hash_of("ab", "c") != hash_of("a", "bc")
    assert hash_of("a") != hash_of("a", "")


def test_a_key_depends_on_every_part_of_a_recipe_and_not_on_order():
    base = Recipe("s", 1, {"a": 1, "b": [1, 2]}, {"x": "k"})
    assert base.key == Recipe("s", 1, {"b": [1, 2], "a": 1}, {"x": "k"}).key
    others = [
        Recipe("t", 1, base.params, base.inputs),
        Recipe("s", 2, base.params, base.inputs),
        Recipe("s", 1, {"a": 1, "b": [2, 1]}, base.inputs),
        Recipe("s", 1, base.params, {"x": "l"}),
    ]
    assert len({base.key, *(other.key for other in others)}) == 5


def test_one_process_at_a_time_is_at_the_partial_work_of_a_step(tmp_path: Path) -> None:
    store, recipe, heard = Store(tmp_path), Recipe("step", 1, {}), []

    def other() -> None:
        with Store(tmp_path).alone(recipe):
            heard.append("other")

    with store.alone(recipe):
        waiting = threading.Thread(target=other)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive() and heard == []
        heard.append("first")
    waiting.join(10)
    assert heard == ["first", "other"] and not list(tmp_path.glob("partial/*.lock"))
    with store.alone(recipe), store.alone(Recipe("step", 2, {})):  # another step need not wait
        pass


def test_an_artifact_of_before_checksums_is_read(tmp_path):
    folder = keep(Store(tmp_path)).folder
    whole = json.loads((folder / "artifact.json").read_text())
    del whole["sums"], whole["seal"]
    (folder / "artifact.json").write_text(json.dumps(whole))
    assert Store(tmp_path).get(RECIPE) is not None


def test_a_file_that_has_not_changed_since_is_not_read_again(tmp_path, monkeypatch):
    artifact = keep(Store(tmp_path))
    noted = json.loads((artifact.folder / "artifact.json").read_text())["sums"]["v.npy"]
    read = []
    monkeypatch.setattr(checksums, "_digest", lambda path: read.append(path) or noted["sha256"])
    checksums.check(artifact.folder / "v.npy", noted | {"noted": noted["changed"] + 10**9})
    assert read == []
    checksums.check(artifact.folder / "v.npy", noted | {"changed": 0})  # as after a copy
    assert read == [artifact.folder / "v.npy"]


def test_an_array_altered_to_the_same_size_with_its_old_time_is_found(tmp_path):
    artifact = keep(Store(tmp_path))
    path, before = artifact.folder / "v.npy", (artifact.folder / "v.npy").stat()
    content = bytearray(path.read_bytes())
    content[-3] ^= 64
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    store = Store(tmp_path)
    assert store.get(RECIPE) is None and "checksum of v.npy" in store.complaints[0]


@pytest.mark.parametrize("enter", [Store.partial, lambda store, recipe: store.alone(recipe).__enter__()])
def test_a_folder_that_refuses_partial_work_fails_in_one_sentence(tmp_path, enter):
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed, match="could not be kept"):
        enter(Store(tmp_path / "file"), RECIPE)


def test_a_broken_artifact_that_another_left_meanwhile_is_replaced(tmp_path, monkeypatch):
    folder = keep(Store(tmp_path)).folder
    (folder / "artifact.json").unlink()
    assert keep(Store(tmp_path), 2.0).array("v")[0, 0] == 2.0
