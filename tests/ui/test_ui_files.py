"""Every download reads back, and carries its manifest."""

import io
import json
from zipfile import ZipFile

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pyarrow.parquet as pq

from ui import files

MANIFEST = {"study": {"name": "</script><b>"}, "seed": 7, "keys": {"umap of MiniLM": "ab12"}, "n": 2}
TABLE = pd.DataFrame({"id": ["a", 'b "quoted", with comma'], "x": [1.5, np.nan]})


def unzipped(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_csv_reads_back_with_its_manifest_beside_it():
    found = unzipped(files.csv("map", TABLE, MANIFEST))
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(found["map.csv"])), TABLE)
    assert json.loads(found["manifest.json"]) == MANIFEST


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
