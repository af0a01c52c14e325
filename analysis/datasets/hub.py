"""A dataset of the Hugging Face hub: by name through the `datasets` library, or its folder, which needs no library.

A folder is one that `save_to_disk` wrote, or one of Parquet files whose names say their split. A name may end in
`:config`. No code that comes with a dataset ever runs.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from analysis.dataset import Dataset
from analysis.datasets.decoded import plain_columns
from analysis.datasets.fingerprints import hash_of_files
from analysis.datasets.hub_folder import files_of_split, named_classes
from analysis.datasets.roles import dataset_of
from analysis.datasets.schema import preview_of
from analysis.datasets.table_file import Table, kernels_in_words, read_table
from analysis.plugin import DatasetSource, Preview
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.lookup import HUB_NAME
from models.place import Place

OLDEST = 3  # the first major version of `datasets` that runs no script unasked


def fingerprint(spec: DatasetSpec, place: Place) -> Mapping[str, str]:
    if not spec.path:
        _must_be_a_hub_name(spec.name)
        return {"name": spec.name, "split": spec.split, "revision": _revision(spec.name)}
    folder = place.resolve(spec.path, "the dataset's folder")
    files = files_of_split(folder, spec.split, place)
    return {"files": hash_of_files({file.relative_to(folder).as_posix(): file for file in files})}


def load(spec: DatasetSpec, place: Place, seed: int) -> Dataset:
    table = _read(spec, place)
    name = (Path(spec.path).name or "dataset") if spec.path else spec.name
    with kernels_in_words(name):
        return dataset_of(table, spec, place, seed, name=name)


def preview(spec: DatasetSpec, place: Place) -> Preview:
    table = _read(spec, place)
    with kernels_in_words(table.name):
        return preview_of(table)


def _read(spec: DatasetSpec, place: Place) -> Table:
    if not spec.path:
        _must_be_a_hub_name(spec.name)
        return Table(Path(spec.name), plain_columns(named_classes(_from_hub(spec.name, spec.split))))
    import pyarrow as pa

    folder = place.resolve(spec.path, "the dataset's folder")
    files = files_of_split(folder, spec.split, place)
    parts = [read_table(file).columns for file in files]
    try:
        whole = pa.concat_tables(parts, promote_options="default")
    except pa.ArrowInvalid as error:
        raise BadInput(f"the files of {folder.name!r} have different columns ({error}); give one dataset.") from error
    return Table(files[0], named_classes(whole))


def _must_be_a_hub_name(name: str) -> None:
    """Refuse what the library would take for a folder: folders go through `path` and the allowed roots."""
    bare = name.partition(":")[0]
    if bare and (not HUB_NAME.fullmatch(bare) or Path(bare).exists()):
        raise BadInput(f"dataset name {name!r} is no name on the hub; give a folder as `path`.")


@lru_cache(maxsize=32)
def _revision(name: str) -> str:
    """The commit that the hub, or where it is out of reach the library's cache, has of a dataset."""
    dataset, _, config = name.partition(":")
    return str(_asked(name, "load_dataset_builder", dataset, config or None).hash)


def _from_hub(name: str, split: str) -> Any:
    dataset, _, config = name.partition(":")
    found = _asked(name, "load_dataset", dataset, config or None, split=split)
    return found.with_format("arrow")[:]


def _asked(name: str, call: str, *args: Any, **options: Any) -> Any:
    """Call a function of the `datasets` library; whatever fails becomes one sentence."""
    if not name:
        raise BadInput('[dataset] has source "hub" but neither `name` nor `path`; give one.')
    try:
        installed = version("datasets")
    except PackageNotFoundError as error:
        raise BadInput(
            f"the dataset {name!r} needs the `datasets` library, which is not installed; install it,"
            " or give the `path` of a folder of Parquet files."
        ) from error
    if int(installed.split(".")[0]) < OLDEST:
        raise BadInput(f"`datasets` {installed} may run a dataset's own code; install {OLDEST}.0 or newer.")
    import datasets

    try:
        return getattr(datasets, call)(*args, **options)
    except (OSError, ValueError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise BadInput(
            f"the dataset {name!r} cannot be had from the hub ({reason}); check its name and the network,"
            " or give the `path` of a folder of Parquet files."
        ) from error


DATASET = DatasetSource(
    name="hub",
    title="Hugging Face dataset",
    version=1,
    fingerprint=fingerprint,
    load=load,
    preview=preview,
)
