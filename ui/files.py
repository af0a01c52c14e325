"""The bytes of every download. Each carries its manifest: inside where the format has a place for it, else beside.

Parquet keeps it in its schema, HTML in a script element of plain JSON, PNG and SVG in their metadata (`plot.js`);
CSV, .npy and PDF come in a zip with `manifest.json`. CSV is that of RFC 4180; a text that a spreadsheet would take for
a formula is marked (`analysis.spreadsheet`), and the manifest says how many are.
"""

import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.spreadsheet import csv_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

Manifest = Mapping[str, Any]


def packed(files: Mapping[str, bytes], manifest: Manifest) -> bytes:
    """Files in a zip, with the manifest beside them."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", words(manifest))
    return out.getvalue()


def csv(name: str, table: pd.DataFrame, manifest: Manifest) -> bytes:
    """A table as CSV, in a zip; its manifest says how many texts a spreadsheet would take for formulas, if any."""
    content, said = csv_of(table)
    return packed({f"{name}.csv": content}, noted(manifest, said))


def noted(manifest: Manifest, said: Sequence[str]) -> Manifest:
    """A manifest with more to say."""
    return {**manifest, "notes": [*manifest.get("notes", ()), *said]} if said else manifest


def parquet(table: pd.DataFrame, manifest: Manifest) -> bytes:
    """A table as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table, preserve_index=False)
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), b"manifest": words(manifest).encode()})
    out = io.BytesIO()
    pq.write_table(arrow, out)
    return out.getvalue()


def vectors(
    name: str, ids: Sequence[str], rows: npt.NDArray[np.float32], kind: Literal["npy", "csv"], manifest: Manifest
) -> bytes:
    """Vectors with their ids, in a zip."""
    if kind == "csv":
        table = pd.DataFrame(rows, columns=[f"d{i}" for i in range(rows.shape[1])])
        table.insert(0, "id", list(ids))
        return csv(name, table, manifest)
    matrix = io.BytesIO()
    np.save(matrix, np.ascontiguousarray(rows), allow_pickle=False)
    named, said = csv_of(ids_of(ids))
    return packed({f"{name}.npy": matrix.getvalue(), "ids.csv": named}, noted(manifest, said))


def ids_of(ids: Sequence[str]) -> pd.DataFrame:
    """One column, `id`."""
    return pd.DataFrame({"id": list(ids)}, dtype=object)


def page(figure: "go.Figure", manifest: Manifest) -> bytes:
    """A figure as a page that works offline, plotly.js inside."""
    html: str = figure.to_html(include_plotlyjs=True, full_html=True)
    inside = words(manifest).replace("<", "\\u003c")  # no tag, no comment, whatever a name holds
    script = f'<script type="application/json" id="manifest">{inside}</script>'
    return html.replace("</body>", f"{script}</body>", 1).encode()


def words(manifest: Manifest) -> str:
    """A manifest as JSON."""
    return json.dumps(dict(manifest), indent=1, ensure_ascii=False, default=str)
