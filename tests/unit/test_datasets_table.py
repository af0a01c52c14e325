"""Tables of every kind, told by content: real ones are read whole, bad ones are refused in a sentence."""

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from analysis.dataset import Dataset
from analysis.datasets.table import DATASET
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place


def load(folder: Path, path: str, seed: int = 0, **options: object) -> Dataset:
    return DATASET.load(DatasetSpec(source="table", path=path, **options), Place(folder), seed)  # type: ignore[arg-type]


def refusal(folder: Path, content: str | bytes, name: str = "t.csv", **options: object) -> str:
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    with pytest.raises(BadInput) as caught:
        load(folder, name, **options)
    return str(caught.value)


# Real tables


@pytest.mark.shared
def test_cora_has_2277_texts_of_which_66_have_no_label(shared_data: Path) -> None:
    cora = load(shared_data, "graph/cora_text.jsonl", id="id", text="text", labels=("label",))
    assert (len(cora), cora.ids[0], cora.ids[-1]) == (2277, "0", "2276")
    assert cora.texts is not None and cora.texts[0].startswith("Several computer algorithms")
    assert int(cora.frame["label"].isna().sum()) == 66
    labels = cora.labels_in("label")
    assert (labels.kind, len(labels.classes), int(labels.known.sum())) == ("categorical", 7, 2211)


@pytest.mark.shared
def test_banking77_reads_as_the_csv_module_reads_it(shared_data: Path) -> None:
    import csv

    path = "text_tasks/banking77/train.csv"
    with (shared_data / path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    bank = load(shared_data, path, text="text", labels=("category",))
    assert bank.texts == [row["text"] for row in rows]
    assert bank.frame["category"].to_list() == [row["category"] for row in rows]
    assert (len(bank), len(bank.labels_in("category").classes)) == (10003, 77)


@pytest.mark.shared
def test_sst2_is_found_to_have_no_header(shared_data: Path) -> None:
    path = "text_tasks/sst2/train.tsv"
    lines = [line.split("\t") for line in (shared_data / path).read_text(encoding="utf-8").splitlines()]
    named = load(shared_data, path, text="text", labels=("label",), columns=("text", "label"))
    numbered = load(shared_data, path, text="column1", labels=("column2",))
    assert named.texts == numbered.texts == [line[0] for line in lines]
    assert named.frame["label"].to_list() == [line[1] for line in lines]


@pytest.mark.shared
def test_json_lines_called_txt_are_told_by_their_content(shared_data: Path) -> None:
    acl = load(shared_data, "text_tasks/citation_intent/train.txt", text="text", labels=("label",))
    assert len(acl) == 1688
    assert acl.notes == ("418 of 1688 texts repeat an earlier one.",)


# What is written stays as it is written


def test_ids_and_labels_are_text_as_written(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("id,text,label\n007,NA,NA\n1e5,null,1.0\n 8 ,None,\n")
    data = load(tmp_path, "t", id="id", text="text", labels=("label",))
    assert data.ids == ("007", "1e5", " 8 ")
    assert data.texts == ["NA", "null", "None"]
    assert data.frame["label"].isna().to_list() == [False, False, True]
    assert data.frame["label"].to_list()[:2] == ["NA", "1.0"]


def test_numbers_in_json_are_text_as_written(tmp_path: Path) -> None:
    (tmp_path / "t").write_text('{"id": 1.10, "text": "a", "label": true}\n{"id": 12345678901234567890, "text": "b"}\n')
    data = load(tmp_path, "t", id="id", text="text", labels=("label",))
    assert data.ids == ("1.10", "12345678901234567890")
    assert data.frame["label"].to_list()[0] == "true"
    assert data.frame["label"].isna().to_list() == [False, True]


@pytest.mark.parametrize("start", ["", "\ufeff", "\n\n"], ids=["plain", "with BOM", "after blank lines"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_quoted_cell_may_hold_delimiters_quotes_and_line_breaks(tmp_path: Path, start: str, end: str) -> None:
    content = f'{start}id,text{end}1,"a, ""b""\nc"{end}{end}2,5" disk{end}'
    (tmp_path / "t").write_bytes(content.encode())
    data = load(tmp_path, "t", id="id", text="text")
    assert (data.ids, data.texts) == (("1", "2"), ['a, "b"\nc', '5" disk'])


def test_a_tsv_with_unpaired_quotes_is_read_without_quoting(tmp_path: Path) -> None:
    (tmp_path / "t").write_text('text\tlabel\n" an opening quote\t1\nfine\t0\n"closed" and on\t1\n')
    data = load(tmp_path, "t", text="text", labels=("label",))
    assert data.texts == ['" an opening quote', "fine", '"closed" and on']


def test_semicolons_may_delimit(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("id;text\n1;a, b\n2;c, d\n")
    assert load(tmp_path, "t", id="id", text="text").texts == ["a, b", "c, d"]


def test_a_row_without_label_stays(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("text,label\na,x\nb,\nc,y\n")
    data = load(tmp_path, "t", text="text", labels=("label",))
    assert len(data) == 3
    assert data.labels_in("label").codes.tolist() == [0, -1, 1]


def test_columns_without_a_role_are_metadata(tmp_path: Path) -> None:
    table = pa.table({"text": ["a", "b"], "year": [1999, 2001], "tags": [["x"], []], "blob": [b"1", b"2"]})
    parquet.write_table(table, tmp_path / "t.csv")
    data = load(tmp_path, "t.csv", text="text")
    assert list(data.frame.columns) == ["year"]
    assert data.frame["year"].to_list() == [1999, 2001]
    assert data.notes == ("Left out of the table of samples (lists or bytes): tags, blob.",)


def test_every_binary_form_gives_the_same_samples(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([7, 8, 9]),
            "text": pa.array(["a", "b", "a"]).dictionary_encode(),
            "label": pa.array([1.0, None, float("nan")]),
        }
    )
    parquet.write_table(table, tmp_path / "parquet")
    feather.write_feather(table, tmp_path / "feather")
    with (tmp_path / "file").open("wb") as out, ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    with (tmp_path / "stream").open("wb") as out, ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    for name in ("parquet", "feather", "file", "stream"):
        data = load(tmp_path, name, id="id", text="text", labels=("label",))
        assert (data.ids, data.texts) == (("7", "8", "9"), ["a", "b", "a"]), name
        assert data.frame["label"].isna().to_list() == [False, True, True], name


def test_a_json_array_is_read_like_json_lines(tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "x\u2028y"}, {"text": "z", "id": "b", "more": {"k": [1, 2.5]}}]
    (tmp_path / "array").write_text(json.dumps(rows, indent=1))
    (tmp_path / "lines").write_text("\n\n".join(json.dumps(row) for row in rows))
    for name in ("array", "lines"):
        data = load(tmp_path, name, id="id", text="text")
        assert (data.ids, data.texts) == (("a", "b"), ["x\u2028y", "z"])
        assert data.frame["more"].to_list()[1] == '{"k": [1, 2.5]}'


# Bad input: a sentence that names thing, value and way out


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("id,text\n1,a\n", {"text": "txet"}, ["'txet' for text", "'t.csv'", "did you mean 'text'?"]),
        ("id,text\n1,a\n", {"id": "nr", "text": "text"}, ["'nr' for id", "there are: id, text"]),
        ("id,text\n1,a\n1,b\n2,c\n1,d\n", {"id": "id"}, ["2 repeated ids", "'1' in row 2", "leave out `id`"]),
        ("id,text\n1,a\n,b\n,c\n", {"id": "id"}, ["2 empty ids", "row 2", "leave out `id`"]),
        ("id,text\n1,a\n2,\n3, \n", {"text": "text"}, ["'text' of 't.csv' has 2 empty texts", "row 2", "leave"]),
        ("id,text\n", {"text": "text"}, ["'t' has 0 samples", "at least 2"]),
        ("id,text\n1,a\n", {"text": "text"}, ["'t' has 1 sample;", "at least 2"]),
        ("", {"text": "text"}, ["'t.csv' is empty"]),
        ("\ufeff \n", {"text": "text"}, ["'t.csv' is empty"]),
        ("id,text\n1,a,b\n2,c\n", {"text": "text"}, ["3 cells in row 1 where the others have 2", "1,a,b", "quote"]),
        ("id,text\n1,a\n2\n", {"text": "text"}, ["1 cells in row 2 where the others have 2", "mend"]),
        ('id,text\n1,"a\n2,b\n', {"text": "text"}, ["line 2", "does not end with its quote", "twice"]),
        ("text,text\na,b\nc,d\n", {"text": "text"}, ["two columns of 't.csv' are called 'text'"]),
        ("a\tb\n1\t2\n", {"header": False, "columns": ("x",)}, ["names 1 columns but 't.csv' has 2"]),
        ("a\tb\n1\t2\n", {"header": True, "columns": ("x", "y")}, ["without a header", "(a, b)"]),
        ("a\tb\n1\t2\n", {"header": False, "text": "a"}, ["set header = true", "column1"]),
        ('{"id": 1}\n{"id": \n', {"id": "id"}, ["line 2 of 't.csv' is no JSON object", "one object a line"]),
        ('{"id": 1}\n[1]\n', {"id": "id"}, ["row 2 of 't.csv' is no JSON object"]),
        ('[{"id": 1}', {"id": "id"}, ["'t.csv' is no valid JSON"]),
        ("[]", {"id": "id"}, ["no column 'id'"]),
        ('{"t": "\\ud800"}\n', {"text": "t"}, ["surrogate"]),
        ("naïve,text\n1,é\n".encode("latin-1"), {"text": "text"}, ["not in UTF-8", "0xef in line 1", "save it as"]),
        (b"id,text\n" + b"1,a\n" * 99_999 + b"2,\xe9\n", {"text": "text"}, ["0xe9 in line 100001"]),
        ("id,text\n1,a\n".encode("utf-16"), {"text": "text"}, ["UTF-16", "save it as UTF-8"]),
        (b"\x1f\x8b\x08\x00abc", {}, ["gzip", "unpack"]),
        (b"\x80\x04\x95abc", {}, ["pickle", "safetensors"]),
        (b"\x89PNG\r\n\x1a\n\0\0", {}, ["is no table but image", 'source = "images"']),
        (b"\x93NUMPY\x01\0", {}, ["is no table but npy", 'source = "vectors"']),
        (bytes(range(256)) * 20, {}, ["binary of no known kind", "CSV"]),
        (b"PAR1" + bytes(100), {}, ["Parquet file that is cut off or damaged", "copy it again"]),
        (b"ARROW1\0\0" + bytes(100), {}, ["Arrow file that is cut off or damaged"]),
        (b"PK\x03\x04" + bytes(50), {}, ["zip file that is cut off or damaged"]),
    ],
)
def test_bad_input_gets_one_sentence(
    tmp_path: Path, content: str | bytes, options: dict[str, object], words: list[str]
) -> None:
    sentence = refusal(tmp_path, content, **options)
    assert all(word in sentence for word in words), sentence
    assert "\n" not in sentence.rstrip("\n")


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"text": [str(i) for i in range(1000)]}), tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    assert "'t.csv' is a Parquet file that is cut off or damaged" in refusal(tmp_path, data[:-100], text="text")
    damaged = data[:200] + b"\xff" * 200 + data[400:]
    assert "cut off or damaged" in refusal(tmp_path, damaged, text="text")


def test_a_list_cannot_serve_as_text(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, '{"v": [1, 2]}\n{"v": [3, 4]}\n', text="v")
    assert "column 'v'" in sentence and "cannot serve as text" in sentence


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path, words in (("nowhere.csv", "does not exist"), (".", "is a folder")):
        for ask in (DATASET.load, lambda spec, place, seed: DATASET.fingerprint(spec, place)):
            with pytest.raises(BadInput, match=words):
                ask(DatasetSpec(path=path), Place(tmp_path), 0)


def test_paths_outside_the_roots_are_refused_even_through_links(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("text\na\nb\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    for path in ("link.csv", "../secret.csv", str(tmp_path / "secret.csv")):
        with pytest.raises(BadInput, match="outside the folders"):
            DATASET.load(DatasetSpec(path=path, text="text"), Place(inside, (inside,)), 0)


def test_the_fingerprint_follows_the_bytes_and_not_the_path(tmp_path: Path) -> None:
    for name, content in (("a", "text\nx\ny\n"), ("b", "text\nx\ny\n"), ("c", "text\nx\nz\n")):
        (tmp_path / name).write_text(content)
    a, b, c = (DATASET.fingerprint(DatasetSpec(path=name), Place(tmp_path)) for name in "abc")
    assert a == b != c


def test_a_sample_takes_whole_rows(tmp_path: Path) -> None:
    rows = pd.DataFrame({"id": [f"i{i}" for i in range(300)], "n": range(300), "label": ["a", "b", "c"] * 100})
    rows["text"] = rows["id"] + " text"
    rows.to_csv(tmp_path / "t.csv", index=False)
    data = load(tmp_path, "t.csv", id="id", text="text", numeric=("n",), labels=("label",), sample=30)
    assert data.texts == [f"{i} text" for i in data.ids]
    assert data.items("numeric")[:, 0].tolist() == [int(i[1:]) for i in data.ids]
    assert data.frame["label"].to_list() == ["abc"[int(i[1:]) % 3] for i in data.ids]
    assert data.frame["label"].value_counts().to_dict() == {"a": 10, "b": 10, "c": 10}
    assert "A sample of 30 of 300 rows, stratified by label." in data.notes


def test_importing_the_sources_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from models.discovery import discover; print(*discover('analysis.datasets', 'DATASET'));"
        "print(*{'sklearn', 'scipy', 'torch', 'PIL', 'datasets', 'safetensors'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split("\n")[:2] == ["digits hub images pydocs table vectors", ""]
