"""Docstrings of installed packages: found without importing them, linked by See Also, sampled in linked pieces."""

import ast
import inspect
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from analysis.dataset import Dataset
from analysis.datasets import pydocs_read
from analysis.datasets.pydocs import DATASET
from analysis.datasets.pydocs_read import SHORTEST, installed, read_docs, texts_of
from analysis.datasets.see_also import references, see_also
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place

LONG = (
    "It says enough to be kept, for a text of fewer than 120 characters is left out of what is shown,"
    " and this one has some more than that. "
)


@pytest.fixture(scope="module")
def docs() -> Dataset:
    return load()


def load(sample: int = 0, seed: int = 0) -> Dataset:
    return DATASET.load(DatasetSpec(source="pydocs", sample=sample), Place(Path()), seed)


def test_thousands_of_unique_texts_come_from_all_five_packages(docs: Dataset) -> None:
    assert 6500 < len(docs) < 10000  # 7,681 with numpy 2.4, scipy 1.17, pandas 3.1, scikit-learn 1.9, networkx 3.6
    assert len(set(docs.ids)) == len(set(docs.items("text"))) == len(docs)
    assert min(map(len, docs.items("text"))) >= SHORTEST
    assert set(docs.frame["package"]) == {"numpy", "scipy", "pandas", "sklearn", "networkx"}
    assert set(docs.frame["kind"]) == {"module", "class", "function", "method"}
    assert docs.labels == ("package", "subpackage", "kind")


def test_ids_are_qualified_names_without_tests_and_private_parts(docs: Dataset) -> None:
    assert {"scipy.linalg._decomp_svd.svd", "pandas.core.frame.DataFrame.merge", "networkx"} <= set(docs.ids)
    for name, file in zip(docs.ids, docs.frame["file"], strict=True):
        module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert name == module or name.startswith(module + ".")
        assert not any(part.startswith("_") for part in name[len(module) + 1 :].split("."))
        assert "/tests/" not in file


def test_a_text_is_what_python_itself_calls_the_docstring(docs: Dataset) -> None:
    for name, owner in (("networkx.classes.graph.Graph.order", nx.Graph.order), ("networkx", nx)):
        text = docs.items("text")[docs.ids.index(name)]

        assert text == inspect.getdoc(owner)


def test_see_also_pairs_are_rows_that_name_each_other(docs: Dataset) -> None:
    pairs = docs.edges["see_also"]
    assert (pairs.dtype, pairs.shape[1]) == (np.int32, 2)
    assert 4000 < len(pairs) < 7000  # 5,540 over 3,292 docstrings
    assert 2500 < len(np.unique(pairs)) < 4500
    assert pairs.min() >= 0 and pairs.max() < len(docs)
    assert (pairs[:, 0] < pairs[:, 1]).all() and len(np.unique(pairs, axis=0)) == len(pairs)
    texts = docs.items("text")
    for a, b in np.random.default_rng(0).permutation(pairs)[:300]:
        last = [docs.ids[row].rpartition(".")[2] for row in (a, b)]
        assert last[1] in texts[a] or last[0] in texts[b]
        assert "see also" in (texts[a] + texts[b]).lower()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("scipy.linalg._decomp_svd.svd", "scipy.linalg._decomp_svd.svdvals"),
        ("pandas.core.frame.DataFrame.drop_duplicates", "pandas.core.frame.DataFrame.value_counts"),
        ("numpy.ma.core.correlate", "numpy._core.numeric.correlate"),
        ("sklearn.cross_decomposition._pls.CCA", "sklearn.cross_decomposition._pls.PLSSVD"),
    ],
)
def test_known_references_are_there(docs: Dataset, one: str, other: str) -> None:
    pair = sorted((docs.ids.index(one), docs.ids.index(other)))
    assert pair in docs.edges["see_also"].tolist()


def test_a_sample_is_linked_stratified_and_seeded(docs: Dataset) -> None:
    sample, again, other = load(1500), load(1500), load(1500, seed=1)
    assert (sample.ids, sample.texts) == (again.ids, again.texts)
    assert sample.ids != other.ids
    assert len(sample) == 1500
    pairs = sample.edges["see_also"]
    assert len(pairs) > 2000  # of about 5,500; a random sample of this size would keep about 200
    assert len(np.unique(pairs)) > 1400
    graph = nx.Graph(pairs.tolist())
    graph.add_nodes_from(range(1500))
    assert nx.number_connected_components(graph) < 250
    share, whole = (each.frame["package"].value_counts(normalize=True) for each in (sample, docs))
    assert (share - whole).abs().max() < 0.001
    rows = [docs.ids.index(name) for name in sample.ids]
    assert rows == sorted(rows)
    whole_pairs = {tuple(pair) for pair in docs.edges["see_also"].tolist()}
    assert {(rows[a], rows[b]) for a, b in pairs.tolist()} <= whole_pairs


def test_texts_are_found_again_by_file_and_line_alone(docs: Dataset) -> None:
    assert texts_of(docs.frame["file"].to_list(), docs.frame["line"].to_list()) == docs.texts


def test_a_changed_file_is_noticed(docs: Dataset) -> None:
    with pytest.raises(BadInput, match="no docstring at line 999999 of networkx"):
        texts_of(["networkx/classes/graph.py"], [999_999])


def test_nothing_of_the_packages_is_imported() -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from analysis.datasets.pydocs import DATASET\n"
        "from analysis.study import DatasetSpec\n"
        "from models.place import Place\n"
        "from analysis.datasets import pydocs_read\n"
        "pydocs_read.PACKAGES = ('networkx', 'scikit-learn')\n"
        "DATASET.load(DatasetSpec(source='pydocs', sample=50), Place(Path()), 0)\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('scipy', 'sklearn', 'networkx')])\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["[]"]


def test_the_fingerprint_is_the_versions() -> None:
    found = DATASET.fingerprint(DatasetSpec(source="pydocs"), Place(Path()))
    names = ("numpy", "scipy", "pandas", "scikit-learn", "networkx")
    assert found == {name: version(name) for name in names}


def test_a_missing_package_is_noted_and_only_none_at_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pydocs_read, "PACKAGES", ("networkx", "nosuchpackage"))
    assert list(installed()) == ["networkx"]
    monkeypatch.setattr("analysis.datasets.pydocs.PACKAGES", ("networkx", "nosuchpackage"))
    data = load()
    assert set(data.frame["package"]) == {"networkx"}
    assert "Not installed, so not here: nosuchpackage." in data.notes
    monkeypatch.setattr(pydocs_read, "PACKAGES", ("nosuchpackage",))
    with pytest.raises(BadInput, match="none of nosuchpackage is installed"):
        load()


def test_the_preview_counts_and_names_the_labels(docs: Dataset) -> None:
    preview = DATASET.preview(DatasetSpec(source="pydocs"), Place(Path()))
    assert preview.rows == len(docs)
    assert preview.suggestion == {"labels": ("package", "subpackage", "kind")}
    kinds = preview.columns.set_index("column")["distinct"]
    assert (kinds["id"], kinds["package"], kinds["kind"]) == (len(docs), 5, 4)


def test_an_unknown_label_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean 'package'"):
        DATASET.load(DatasetSpec(source="pydocs", labels=("pakage",)), Place(Path()), 0)


# A tiny package with all the traps


def package(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / "tiny" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder / "tiny"


def test_tests_guests_private_names_and_repeats_are_left_out(tmp_path: Path) -> None:
    doc = '"""{} ' + LONG + '"""'
    source = f"""
def kept():
    {doc.format("One.")}
    def inner():
        {doc.format("Inner.")}

def _private():
    {doc.format("Two.")}

def repeated():
    {doc.format("One.")}

def short():
    \"\"\"Short.\"\"\"

class Thing:
    {doc.format("Three.")}
    def method(self):
        {doc.format("Four.")}
    def __len__(self):
        {doc.format("Five.")}
"""
    files = {"__init__.py": doc.format("Package."), "_impl.py": source, "tests/test_x.py": source}
    files |= {"externals/guest.py": doc.format("Guest."), "broken.py": "def (:"}
    found = read_docs((package(tmp_path, files),))
    assert [(each.id, each.kind, each.subpackage) for each in found.kept] == [
        ("tiny", "module", "tiny"),
        ("tiny._impl.kept", "function", "tiny"),
        ("tiny._impl.Thing", "class", "tiny"),
        ("tiny._impl.Thing.method", "method", "tiny"),
    ]
    assert (found.repeats, found.unreadable) == (1, ("tiny/broken.py",))


def test_a_bare_name_means_a_method_only_within_its_class(tmp_path: Path) -> None:
    def function(name: str, refers: str, indent: str = "") -> str:
        also = f"{indent}    See Also\n{indent}    --------\n{indent}    {refers}\n"
        return f'{indent}def {name}(self):\n{indent}    """{name}: {LONG}\n\n{also}{indent}    """\n'

    source = f'class A:\n    """A: {LONG}"""\n' + function("go", "stop", "    ") + function("stop", "A.go", "    ")
    source += function("free", "go, A.stop : Both. But the first is a method of a class not named.")
    found = read_docs((package(tmp_path, {"m.py": source}),))
    names = [each.id.removeprefix("tiny.m.") for each in found.kept]
    pairs = {tuple(sorted((names[a], names[b]))) for a, b in see_also(found).tolist()}
    assert pairs == {("A.go", "A.stop"), ("A.stop", "free")}


def test_references_are_read_from_every_usual_form() -> None:
    text = (
        "Does it.\n\nSee Also\n--------\n:func:`numpy.sum` : Sum.\n    mean : no name, a description\nstd, var\n"
        "`DataFrame.add`: Add.\nscipy.stats.norm.pdf()\nhttp://example.org\n\n~x.y\nNotes\n-----\nother : not one.\n"
    )
    assert references(text) == ["numpy.sum", "std", "var", "DataFrame.add", "scipy.stats.norm.pdf"]
    assert references("See also mean.") == []


def test_docstrings_of_every_spelling_are_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spellings = [f'r"""Raw \\d. {LONG}"""', f"'''Single. {LONG}'''", f'"Plain. {LONG}\\n\\u00e9"  # said', f"u'{LONG}'"]
    source = "".join(f"def f{i}():\n    {text}\n" for i, text in enumerate(spellings))
    folder = package(tmp_path, {"m.py": "# -*- coding: utf-8 -*-\n" + source})
    found = read_docs((folder,))
    monkeypatch.setattr(pydocs_read, "installed", lambda: {"tiny": ("1", folder)})
    texts = texts_of([each.file for each in found.kept], [each.line for each in found.kept])
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    assert texts == [ast.get_docstring(node) for node in functions] == [each.text for each in found.kept]
