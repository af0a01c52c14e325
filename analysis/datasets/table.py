"""A table of samples: CSV, TSV, JSON lines or array, Parquet, Feather; told by content, whatever the name."""

from collections.abc import Mapping
from pathlib import Path

from analysis.dataset import Dataset
from analysis.datasets.fingerprints import hash_of_file, hash_of_files
from analysis.datasets.image_column import source_of
from analysis.datasets.roles import dataset_of, roles_named
from analysis.datasets.schema import preview_of
from analysis.datasets.table_file import Table, kernels_in_words, read_table
from analysis.plugin import DatasetSource, Preview
from analysis.study import DatasetSpec
from models.place import Place


def fingerprint(spec: DatasetSpec, place: Place) -> Mapping[str, str]:
    path = place.resolve(spec.path, "the table")
    found = {"file": hash_of_file(path)}
    if spec.image:
        files = {}
        for row, cell in enumerate(_read(spec, place).column(spec.image, "image"), 1):
            source = source_of(cell.as_py(), f"the image in row {row} of {path.name!r}", path, place)
            if isinstance(source, Path):
                files[source.as_posix()] = source
        if files:
            found["images"] = hash_of_files(files)
    return found


def load(spec: DatasetSpec, place: Place, seed: int) -> Dataset:
    table = _read(spec, place)
    with kernels_in_words(table.name):
        return dataset_of(table, spec, place, seed, name=table.path.stem)


def preview(spec: DatasetSpec, place: Place) -> Preview:
    table = _read(spec, place)
    with kernels_in_words(table.name):
        return preview_of(table)


def _read(spec: DatasetSpec, place: Place) -> Table:
    path = place.resolve(spec.path, "the table")
    return read_table(path, header=spec.header, columns=spec.columns, wanted=roles_named(spec))


DATASET = DatasetSource(
    name="table",
    title="Table",
    version=1,
    fingerprint=fingerprint,
    load=load,
    preview=preview,
)
