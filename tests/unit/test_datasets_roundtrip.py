"""Whatever text there is: written as a table of any kind, it is read back the same."""

import csv
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import feather, parquet

from analysis.datasets.table import DATASET
from analysis.study import DatasetSpec
from models.place import Place

ODD = ",;\t\n\r\"'\\|[]{} aé漢\u2028\u200b\x0b\x85\ufeff0"
CELL = st.text(
    st.one_of(st.sampled_from(ODD), st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=12
)
ROWS = st.lists(
    st.tuples(CELL, CELL.filter(str.strip), st.one_of(st.none(), CELL)),
    min_size=2,
    max_size=12,
    unique_by=lambda row: row[0],
)
NAMES = ["id", "text", "label"]


def write(path: Path, kind: str, rows: list[tuple[str, str, str | None]]) -> None:
    columns = dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True))
    if kind in ("csv", "tsv"):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="," if kind == "csv" else "\t")
            writer.writerows([NAMES, *rows])
    elif kind == "jsonl":
        objects = [dict(zip(NAMES, row, strict=True)) for row in rows]
        path.write_text("".join(json.dumps(o, ensure_ascii=i % 2 == 0) + "\n" for i, o in enumerate(objects)), "utf-8")
    elif kind == "json":
        path.write_text(json.dumps([dict(zip(NAMES, row, strict=True)) for row in rows]), "utf-8")
    elif kind == "parquet":
        parquet.write_table(pa.table(columns), path)
    else:
        feather.write_feather(pa.table(columns), path)


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "json", "parquet", "feather"])
@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
@example(rows=[('"', "a\tb\nc", None), ("\r", '"quoted"', " ")])
@example(rows=[("007", "NA", "NA"), ("7", "null", "nan")])
def test_ids_texts_and_labels_come_back_as_they_were(kind: str, rows: list[tuple[str, str, str | None]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "named-wrongly.bin"
        write(path, kind, rows)
        data = DATASET.load(DatasetSpec(path=path.name, id="id", text="text", labels=("label",)), Place(path.parent), 0)
    assert data.ids == tuple(row[0] for row in rows)
    assert data.texts == [row[1] for row in rows]
    assert [None if missing else label for label, missing in _labels(data.frame)] == [row[2] for row in rows]


def _labels(frame: "object") -> list[tuple[str, bool]]:
    column = frame["label"]  # type: ignore[index]
    return list(zip(column.to_list(), column.isna().to_list(), strict=True))
