"""The schema before anything is computed: types, counts, and roles that can be loaded as they are."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from analysis.datasets.table import DATASET
from analysis.plugin import Preview
from analysis.study import DatasetSpec
from models.place import Place


def preview(folder: Path, path: str) -> Preview:
    return DATASET.preview(DatasetSpec(source="table", path=path), Place(folder))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("path", "rows", "suggestion"),
    [
        ("graph/cora_text.jsonl", 2277, {"id": "id", "text": "text", "labels": ("label",)}),
        ("text_tasks/banking77/train.csv", 10003, {"text": "text", "labels": ("category",), "header": True}),
        ("text_tasks/sst2/train.tsv", 6920, {"text": "column1", "labels": ("column2",), "header": False}),
        ("text_tasks/citation_intent/train.txt", 1688, {"text": "text", "labels": ("label",)}),
        ("text_tasks/sci-cite/dev.txt", 916, {"text": "text", "labels": ("label",)}),
    ],
)
def test_real_tables_get_the_roles_a_person_would_give(
    shared_data: Path, path: str, rows: int, suggestion: dict[str, object]
) -> None:
    found = preview(shared_data, path)
    assert found.rows == rows
    assert found.suggestion == suggestion
    options = dict(found.suggestion)
    data = DATASET.load(DatasetSpec(path=path, **options), Place(shared_data), 0)  # type: ignore[arg-type]
    assert len(data) == rows


def test_every_type_is_named_with_its_counts(tmp_path: Path) -> None:
    table = pa.table(
        {
            "key": ["a", "b", "c", "d"],
            "words": ["one two", "three", None, "three"],
            "whole": [1, 2, 2, None],
            "broken": [0.5, 1.5, 2.5, 3.5],
            "yes": [True, False, True, True],
            "vector": [[0.1, 0.2]] * 4,
            "tree": [{"a": 1}] * 4,
        }
    )
    parquet.write_table(table, tmp_path / "t")
    found = preview(tmp_path, "t")
    columns = found.columns.set_index("column")
    assert columns["type"].to_list() == [
        *("text", "text", "whole number", "number", "true or false", "list of numbers", "structure")
    ]
    assert columns["missing"].to_list() == [0, 1, 1, 0, 0, 0, 0]
    assert columns["distinct"].to_list()[:5] == [4, 2, 2, 4, 2]
    assert found.head["words"].to_list()[:2] == ["one two", "three"]
    assert found.suggestion["vector"] == "vector"


def test_types_of_text_files_are_told_by_how_cells_are_written(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('n,x,v,p,e\n1,1.5,"[1, 2]",a.png,\n-2,NaN,"[3, 4]",b.JPG,\n')
    columns = preview(tmp_path, "t.csv").columns
    assert columns["type"].to_list() == ["whole number", "number", "list of numbers", "image", "text"]
    assert columns["missing"].to_list() == [0, 0, 0, 0, 2]


def test_a_table_of_numbers_is_numeric(tmp_path: Path) -> None:
    rows = "".join(f"{i / 7},{i * 1.5},{'xy'[i % 2]}\n" for i in range(50))
    (tmp_path / "t.csv").write_text("width,height,species\n" + rows)
    found = preview(tmp_path, "t.csv").suggestion
    assert found == {"numeric": ("width", "height"), "labels": ("species",), "header": True}


def test_the_longest_column_is_the_text_and_the_short_distinct_one_the_id(tmp_path: Path) -> None:
    rows = "".join(f"doc{i},A short title {i % 9},{'A much longer abstract. ' * 3}{i},{i % 2}\n" for i in range(20))
    (tmp_path / "t.csv").write_text("doc,title,abstract,label\n" + rows)
    found = preview(tmp_path, "t.csv").suggestion
    assert (found["id"], found["text"], found["labels"][0]) == ("doc", "abstract", "label")


def test_long_cells_are_cut_in_the_head(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text,label\n" + "x" * 1000 + ",a\ny,b\n")
    found = preview(tmp_path, "t.csv")
    assert len(found.head["text"][0]) == 80 and found.head["text"][0].endswith("…")
    assert len(found.columns["example"][0]) == 80


def test_a_table_without_rows_can_be_previewed(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,text\n")
    assert preview(tmp_path, "t.csv").rows == 0
    (tmp_path / "empty.json").write_text("[]")
    assert preview(tmp_path, "empty.json").rows == 0
