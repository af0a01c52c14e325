"""CSV that a spreadsheet opens without running anything, and that reads back exactly."""

import csv
import io

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.spreadsheet import csv_of, marked, unmarked

SIGNS = "=+-@＝＋－＠\t\r\n"
TEXTS = st.text(st.sampled_from(SIGNS + "'a1. ,\"ü"), max_size=6)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@given(st.lists(TEXTS, min_size=1, max_size=8), st.text(st.sampled_from(SIGNS + "'x"), min_size=1, max_size=3))
def test_no_cell_begins_a_formula_and_every_text_reads_back(texts, name):
    content, said = csv_of(pd.DataFrame({name: texts}, dtype=object))
    rows = [row or [""] for row in csv.reader(io.StringIO(content.decode(), newline=""))]
    cells = [row[0] for row in rows]
    assert not any(cell[:1] in SIGNS and not is_number(cell) for cell in cells if cell)
    read = unmarked(pd.Series(cells, dtype=object)).tolist()
    assert read == [name, *texts]
    assert bool(said) == (cells != [name, *texts])


def test_numbers_dates_and_what_is_missing_stay_as_they_are():
    dates = pd.to_datetime(["2020-01-01", "2021-01-01"])
    table = pd.DataFrame({"x": [-1.5, np.nan], "n": pd.array([-1, None], "Int64"), "when": dates, "t": ["-2", None]})
    safe, n = marked(table)
    pd.testing.assert_frame_equal(safe, table)
    assert n == 0


def test_two_columns_of_one_name_and_categories_are_marked_each():
    table = pd.DataFrame([["=a", "b"], ["c", "@d"]], columns=["x", "x"])
    table["k"] = pd.Categorical(["+k", "l"])
    safe, n = marked(table)
    assert safe.to_numpy().tolist() == [["'=a", "b", "'+k"], ["c", "'@d", "l"]] and n == 3
    assert table.iloc[0, 0] == "=a"
