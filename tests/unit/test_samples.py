"""The dataset step: kept whole or without its texts, completed from its source, and never mistaken for another."""

import pandas as pd
import pytest

from analysis.pipeline import Pipeline
from analysis.samples import pack_dataset
from analysis.store import Store
from analysis.study_file import parse_study
from models.errors import Failed
from models.place import Place

PYDOCS = '[dataset]\nsource = "pydocs"\nsample = 40\n[[checkpoint]]\nname = "a"\nfamily = "tfidf"\n'
TABLE = """
[dataset]
path = "t.csv"
text = "text"
id = "id"
labels = ["kind"]
[[checkpoint]]
name = "a"
family = "tfidf"
"""


def table(folder, kinds=("x", "y", "x")):
    frame = pd.DataFrame({"id": ["a", "b", "c"], "text": ["one", "two", "three"], "kind": kinds, "other": [1, 2, 3]})
    frame.to_csv(folder / "t.csv", index=False)
    return Pipeline(parse_study(TABLE), Place(folder), Store(folder / "cache"))


def test_a_dataset_comes_back_as_it_was_read(tmp_path):
    first = table(tmp_path).dataset(items=True)
    again = table(tmp_path).find_dataset(items=True)
    assert again is not None
    assert (again.ids, list(again.texts or []), again.labels) == (first.ids, ["one", "two", "three"], ("kind",))
    assert again.frame.to_dict("list") == first.frame.to_dict("list")
    assert again.item_key("text") == first.item_key("text")


def test_other_labels_keep_the_vectors_and_change_the_dataset(tmp_path):
    one = table(tmp_path)
    key, recipe = one.dataset().item_key("text"), one.dataset_recipe
    two = table(tmp_path, kinds=("x", "x", "x"))
    assert two.dataset().item_key("text") == key
    assert two.dataset_recipe != recipe


def test_texts_left_out_of_a_layer_are_read_from_the_installed_packages(tmp_path):
    study = parse_study(PYDOCS)
    whole = Pipeline(study, Place(tmp_path), Store(tmp_path / "one"))
    dataset = whole.dataset(items=True)
    content, arrays, tables = pack_dataset(dataset, with_texts=False)
    assert "texts" not in tables
    layer = Store(tmp_path / "layer")
    layer.put(whole.dataset_recipe, content=content, arrays=arrays, tables=tables)
    fresh = Pipeline(study, Place(tmp_path), Store(tmp_path / "two", (layer.root,)))
    bare = fresh.find_dataset()
    assert bare is not None and bare.texts is None and bare.item_key("text") == dataset.item_key("text")
    completed = fresh.find_dataset(items=True)
    assert completed is not None and list(completed.texts or []) == list(dataset.texts or [])


def test_a_source_that_changed_under_its_numbers_is_refused(tmp_path):
    pipeline = table(tmp_path)
    dataset = pipeline.dataset()
    content, arrays, tables = pack_dataset(dataset, with_texts=False)
    content["item_keys"] = {"text": "0" * 64}
    layer = Store(tmp_path / "layer")
    layer.put(pipeline.dataset_recipe, content=content, arrays=arrays, tables=tables)
    again = Pipeline(pipeline.study, pipeline.place, Store(tmp_path / "other", (layer.root,)))
    with pytest.raises(Failed, match="delete the cache folder"):
        again.dataset(items=True)
