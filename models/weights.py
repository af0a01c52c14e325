"""The hash of a found model's weights: of the files that are here, or as the hub lists those that are not yet."""

from dataclasses import replace
from pathlib import Path

from models.checkpoints import weight_files
from models.errors import BadInput
from models.hashes import sha256_of_files, sha256_of_text
from models.lookup import Found


def weights_of(found: Found, folder: Path) -> tuple[str, tuple[Path, ...]]:
    """Hash of the weights in a model's folder, and the files that hold them (none while they are on the hub)."""
    if found.adapters:
        whole, files = weights_of(replace(found, adapters=()), folder)
        return sha256_of_text(" ".join([whole, *(one.sha256 for one in found.adapters)])), files
    if found.listing is None:
        files = weight_files(folder) if found.weights is None else (found.weights,)
        return sha256_of_files(files), files
    within = folder.relative_to(found.path)
    hashes = {Path(name).name: sha for name, sha in found.listing.weights if Path(name).parent == within}
    if not hashes:
        raise BadInput(f"model {found.name!r} has no weights on the hub; give one that has.")
    for single in ("model.safetensors", "pytorch_model.bin"):
        if single in hashes:
            return hashes[single], ()
    return sha256_of_text("".join(f"{name} {sha}\n" for name, sha in sorted(hashes.items()))), ()
