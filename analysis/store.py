"""Results on disk, by key: what was computed once is never computed again, and survives crash and restart.

`<root>/artifacts/ab/ab12…/` holds `artifact.json` (recipe, content, library versions, file sizes), memory-mapped
`.npy` arrays and Parquet tables. An artifact is written as a draft folder and renamed, so it is whole or absent; the
first writer wins. Checksums (`checksums`) find one that was cut or altered since. Layers below the root are read-only
(the starter layer that comes with the project).
"""

import errno
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.checksums import check, sealed, sums_of, unsealed
from analysis.recipe import Recipe
from models.errors import Failed

LIBRARIES = ("numpy", "scipy", "pandas", "torch", "transformers", "faiss-cpu", "umap-learn", "scikit-learn")
STALE = 24 * 3600.0  # seconds after which a draft folder that nobody finished is swept away


@dataclass(frozen=True, eq=False)
class Artifact:
    """A finished step: its folder and the JSON content beside its arrays and tables."""

    folder: Path
    content: Mapping[str, Any]
    seconds: float
    libraries: Mapping[str, str]
    files: Mapping[str, int]

    def array(self, name: str) -> npt.NDArray[Any]:
        """An array, memory-mapped and read-only."""
        array: npt.NDArray[Any] = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return array

    def table(self, name: str) -> pd.DataFrame:
        """A table."""
        return pd.read_parquet(self.folder / f"{name}.parquet")

    def has(self, file: str) -> bool:
        """Whether the artifact holds a file of this name, ending included."""
        return file in self.files

    def names(self, ending: str) -> list[str]:
        """Names of its arrays (`.npy`) or tables (`.parquet`), endings taken off."""
        return sorted(Path(name).stem for name in self.files if name.endswith(ending))


@dataclass(frozen=True)
class Store:
    """Artifacts under `root`, and below it read-only `layers`. `complaints` collects what was found broken."""

    root: Path
    layers: tuple[Path, ...] = ()
    complaints: list[str] = field(default_factory=list, compare=False)

    def get(self, recipe: Recipe) -> Artifact | None:
        """The artifact of a recipe, or None. An unreadable one of ours is reported, removed, and so made anew."""
        for layer in (self.root, *self.layers):
            folder = _folder(layer, recipe.key)
            if not folder.is_dir():
                continue
            try:
                return _read(folder, recipe)
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                self.complaints.append(
                    f"the stored {recipe.step} {recipe.key[:12]} is unreadable ({error}); it is computed again."
                )
                if layer == self.root:
                    shutil.rmtree(folder, ignore_errors=True)
        return None

    def folder(self, recipe: Recipe) -> Path:
        """Where the artifact of a recipe lies, or will lie once it is there."""
        found = [folder for layer in (self.root, *self.layers) if (folder := _folder(layer, recipe.key)).is_dir()]
        return found[0] if found else _folder(self.root, recipe.key)

    def put(
        self,
        recipe: Recipe,
        *,
        content: Mapping[str, Any],
        arrays: Mapping[str, npt.NDArray[Any] | Path] | None = None,
        tables: Mapping[str, pd.DataFrame] | None = None,
        files: Sequence[Path] = (),
        seconds: float = 0.0,
    ) -> Artifact:
        """Keep a finished step. An array may be the path of a finished `.npy`; that and `files` are moved, not copied.

        Raises Failed where the disk refuses, naming what could not be kept.
        """
        target = _folder(self.root, recipe.key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=target.parent))
        except OSError as error:
            raise _refused(error, recipe, self.root) from error
        try:
            for name, array in (arrays or {}).items():
                if isinstance(array, Path):
                    shutil.move(array, draft / f"{name}.npy")
                else:
                    np.save(draft / f"{name}.npy", array, allow_pickle=False)
            for name, table in (tables or {}).items():
                table.to_parquet(draft / f"{name}.parquet", index=False)
            for file in files:
                shutil.move(file, draft / file.name)
            _write_json(draft, recipe, content, seconds)
            try:
                draft.rename(target)
            except OSError as error:
                if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                    raise
                if self.get(recipe) is None:  # what is there is broken, and now gone
                    draft.rename(target)
        except OSError as error:
            raise _refused(error, recipe, self.root) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        found = self.get(recipe)
        if found is None:
            raise Failed(f"the {recipe.step} {recipe.key[:12]} was written to {self.root} but cannot be read back.")
        return found

    def partial(self, recipe: Recipe) -> Path:
        """A folder for what a step has finished so far; it outlives the process and ends with `forget`."""
        folder = self.partial_path(recipe)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(error, recipe, self.root) from error
        return folder

    def partial_path(self, recipe: Recipe) -> Path:
        """That folder, which need not be there."""
        return self.root / "partial" / recipe.key

    @contextmanager
    def alone(self, recipe: Recipe) -> Iterator[None]:
        """Wait until no other process is at the partial work of a step, and keep others waiting meanwhile.

        The system lets go of it when the process ends, however that ends.
        """
        path = self.root / "partial" / f"{recipe.key}.lock"
        while True:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                file = path.open("w")
            except OSError as error:
                raise _refused(error, recipe, self.root) from error
            with file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
                    continue  # who had it before has removed the file
                try:
                    yield
                finally:
                    path.unlink(missing_ok=True)
                return

    def forget(self, recipe: Recipe) -> None:
        """Remove the partial work of a step."""
        shutil.rmtree(self.root / "partial" / recipe.key, ignore_errors=True)

    def sweep(self) -> None:
        """Remove drafts that a killed process left behind."""
        for draft in self.root.glob("artifacts/*/.draft-*"):
            if time.time() - draft.stat().st_mtime > STALE:
                shutil.rmtree(draft, ignore_errors=True)


def library_versions(names: Sequence[str] = LIBRARIES) -> dict[str, str]:
    """Versions of the libraries that decide numbers, without importing them."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _folder(root: Path, key: str) -> Path:
    return root / "artifacts" / key[:2] / key


def _write_json(draft: Path, recipe: Recipe, content: Mapping[str, Any], seconds: float) -> None:
    paths = {file.name: file for file in sorted(draft.iterdir())}
    whole = {
        "recipe": json.loads(recipe.text),
        "content": dict(content),
        "seconds": round(seconds, 3),
        "libraries": library_versions(),
        "files": {name: file.stat().st_size for name, file in paths.items()},
        "sums": sums_of(paths),
    }
    with (draft / "artifact.json").open("wb") as out:
        out.write(sealed(whole))
        out.flush()
        os.fsync(out.fileno())


def _read(folder: Path, recipe: Recipe) -> Artifact:
    whole = unsealed((folder / "artifact.json").read_bytes())
    if whole["recipe"] != json.loads(recipe.text):
        raise ValueError("it was made by another recipe")
    for name, size in whole["files"].items():
        if (folder / name).stat().st_size != size:
            raise ValueError(f"{name} has {(folder / name).stat().st_size} bytes, not {size}")
        if "sums" in whole:
            check(folder / name, whole["sums"][name])
    return Artifact(folder, whole["content"], whole["seconds"], whole["libraries"], whole["files"])


def _refused(error: OSError, recipe: Recipe, root: Path) -> Failed:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        why, way_out = "the disk is full", "free some space"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        why, way_out = "the folder cannot be written", "choose another with --cache DIR"
    else:
        why, way_out = error.strerror or str(error), "choose another folder with --cache DIR"
    return Failed(
        f"the {recipe.step} could not be kept in {root}: {why}; {way_out} and run again, what was finished is kept."
    )
