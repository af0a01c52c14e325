"""Docstrings of the scientific packages installed here, with their See Also references as a graph."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.dataset import Dataset
from analysis.datasets.pydocs_read import PACKAGES, SHORTEST, Docs, installed, read_docs, texts_of
from analysis.datasets.pydocs_sample import grow
from analysis.datasets.see_also import see_also
from analysis.plugin import DatasetSource, Preview
from analysis.study import DatasetSpec
from models.errors import BadInput, nearest
from models.place import Place

LABELS = ("package", "subpackage", "kind")


def fingerprint(spec: DatasetSpec, place: Place) -> Mapping[str, str]:
    return {package: version for package, (version, _) in installed().items()}


def load(spec: DatasetSpec, place: Place, seed: int) -> Dataset:
    for label in spec.labels:
        if label not in LABELS:
            raise BadInput(f"pydocs has no label {label!r}{nearest(label, LABELS)}")
    docs = _docs()
    edges = see_also(docs)
    packages = [doc.package for doc in docs.kept]
    rows = np.arange(len(packages))
    if 0 < spec.sample < len(rows):
        rows = grow(packages, edges, spec.sample, np.random.default_rng(seed))
    place_of = np.full(len(packages), -1, dtype=np.int32)
    place_of[rows] = np.arange(len(rows), dtype=np.int32)
    linked = place_of[edges]
    linked = linked[(linked >= 0).all(axis=1)]
    kept = [docs.kept[row] for row in rows]
    sampled = (f"A sample of {len(rows)} of {len(packages)}, in pieces linked by See Also.",)
    return Dataset(
        name="pydocs",
        ids=tuple(doc.id for doc in kept),
        frame=pd.DataFrame(
            [(doc.package, doc.subpackage, doc.kind, doc.file, doc.line) for doc in kept],
            columns=[*LABELS, "file", "line"],
        ),
        labels=spec.labels or LABELS,
        texts=[doc.text for doc in kept],
        edges={"see_also": linked},
        notes=(*_notes(docs), *(sampled if len(rows) < len(packages) else ())),
    )


def preview(spec: DatasetSpec, place: Place) -> Preview:
    docs = _docs()
    head = pd.DataFrame([(doc.id, doc.text[:80], doc.package, doc.subpackage, doc.kind) for doc in docs.kept[:10]])
    head.columns = pd.Index(["id", "text", *LABELS])
    columns = pd.DataFrame({"column": head.columns, "type": "text", "example": head.iloc[0].to_list()})
    columns["distinct"] = [len({getattr(doc, name) for doc in docs.kept}) for name in head.columns]
    return Preview(len(docs.kept), columns.assign(missing=0), head, {"labels": LABELS}, _notes(docs))


def _docs() -> Docs:
    return read_docs(tuple(folder for _, folder in installed().values()))


def _notes(docs: Docs) -> tuple[str, ...]:
    found = installed()
    missing = [package for package in PACKAGES if package not in found]
    notes = [f"Docstrings of {', '.join(f'{name} {version}' for name, (version, _) in found.items())}."]
    notes += [f"Not installed, so not here: {', '.join(missing)}."] if missing else []
    notes.append(f"Texts of {SHORTEST} characters or more; {docs.repeats} repeats left out.")
    notes += [f"{len(docs.unreadable)} files could not be parsed."] if docs.unreadable else []
    return tuple(notes)


DATASET = DatasetSource(
    name="pydocs",
    title="Docstrings of scientific Python",
    version=2,
    fingerprint=fingerprint,
    load=load,
    preview=preview,
    texts=lambda frame: texts_of(list(frame["file"]), list(frame["line"])),
)
