"""Every download reads back, and carries its manifest."""

import csv
import io
import json
from zipfile import ZipFile

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pyarrow.parquet as pq
import pytest

from analysis.dataset import Dataset
from ui import files
from ui.export import table_of

MANIFEST = {"study": {"name": "</script><b>"}, "seed": 7, "keys": {"umap of MiniLM": "ab12"}, "n": 2}
TABLE = pd.DataFrame({"id": ["a", 'b "quoted", with comma'], "x": [1.5, np.nan]})


def unzipped(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_csv_reads_back_with_its_manifest_beside_it():
    found = unzipped(files.csv("map", TABLE, MANIFEST))
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(found["map.csv"])), TABLE)
    assert json.loads(found["manifest.json"]) == MANIFEST


def test_csv_is_that_of_rfc_4180_and_texts_read_back_but_for_the_mark_of_formulas():
    texts = ["two\r\nlines", "old\rmac", "new\nline", '"quoted", comma', "=1+1", "-x", " spaces ", "日本 🐈"]
    content = unzipped(files.csv("t", pd.DataFrame({"id": ["a"] * 8, "text": texts}), {"notes": ["one"]}))
    assert content["t.csv"].startswith(b'id,text\r\na,"two\r\nlines"\r\na,"old\rmac"\r\na,"new\nline"\r\n')
    read = list(csv.reader(io.StringIO(content["t.csv"].decode(), newline="")))
    assert read == [["id", "text"], *(["a", "'" + text if text[0] in "=-" else text] for text in texts)]
    first, second = json.loads(content["manifest.json"])["notes"]
    assert first == "one" and second.startswith("2 texts of the CSV would be taken for formulas")


@pytest.mark.parametrize(
    ("cells", "n"), [(["=A1", "@x", "+y", "\tz", "\rw", "-v"], 6), (["-1.5", "+2", "a=b", None], 0), ([-1.5, 2.0], 0)]
)
def test_the_manifest_counts_what_a_spreadsheet_would_take_for_a_formula(cells, n):
    found = unzipped(files.csv("t", pd.DataFrame({"x": cells}), {}))
    assert json.loads(found["manifest.json"]).get("notes", [""])[0].startswith(f"{n} texts" if n else "")
    rows = list(csv.reader(io.StringIO(found["t.csv"].decode(), newline="")))[1:]
    assert sum(row[0][:1] == "'" for row in rows) == n
    assert unzipped(files.csv("t", pd.DataFrame({"=x": [1]}), {}))["t.csv"].startswith(b"'=x\r\n1")


def test_a_table_of_samples_holds_the_whole_text_and_no_column_is_lost():
    frame = pd.DataFrame({"text": ["t0", "t1"], "id": [1, 2], "text (column)": ["u", "v"], "kind": ["k", "l"]})
    dataset = Dataset("d", ("a", "b"), frame, texts=("=long " * 500, "short"))
    table = table_of(dataset, np.array([1, 0]))
    assert table.columns.tolist() == ["id", "text (column) (column)", "id (column)", "text (column)", "kind", "text"]
    assert table["id"].tolist() == ["b", "a"] and table["text"].tolist() == ["short", "=long " * 500]
    assert table["text (column) (column)"].tolist() == ["t1", "t0"]
    assert pq.read_table(io.BytesIO(files.parquet(table, MANIFEST))).column_names == table.columns.tolist()


def test_parquet_reads_back_with_its_manifest_inside():
    read = pq.read_table(io.BytesIO(files.parquet(TABLE, MANIFEST)))
    pd.testing.assert_frame_equal(read.to_pandas(), TABLE)
    assert json.loads(read.schema.metadata[b"manifest"]) == MANIFEST


def test_vectors_read_back_with_ids_in_their_order():
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    found = unzipped(files.vectors("space", ["b", "a"], rows, "npy", MANIFEST))
    assert np.array_equal(np.load(io.BytesIO(found["space.npy"]), allow_pickle=False), rows)
    assert pd.read_csv(io.BytesIO(found["ids.csv"]))["id"].tolist() == ["b", "a"]
    table = pd.read_csv(io.BytesIO(unzipped(files.vectors("space", ["b", "a"], rows, "csv", MANIFEST))["space.csv"]))
    assert table.columns.tolist() == ["id", "d0", "d1", "d2"]
    assert np.array_equal(table.iloc[:, 1:].to_numpy(np.float32), rows)


def test_a_page_works_offline_and_its_manifest_cannot_break_out():
    page = files.page(go.Figure(go.Scatter(x=[1], y=[2])), MANIFEST).decode()
    assert 'src="http' not in page
    inside = page.split('<script type="application/json" id="manifest">')[1].split("</script>")[0]
    assert json.loads(inside) == MANIFEST
