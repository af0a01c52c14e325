"""How a value was made, as plain JSON whose hash is the value's key, known before the work is done."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt


def hash_of(*parts: str | bytes) -> str:
    """Hash a sequence of parts; where one part ends is part of the hash."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def hash_of_array(array: npt.NDArray[Any]) -> str:
    """Hash an array's values with its shape and type."""
    whole = np.ascontiguousarray(array)
    digest = hashlib.sha256(f"{whole.dtype.str}{whole.shape}".encode())
    digest.update(whole.data if whole.size else b"")
    return digest.hexdigest()


@dataclass(frozen=True)
class Recipe:
    """A step, its version, its parameters and the keys of its inputs."""

    step: str
    version: int
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """Canonical JSON: sorted keys, no spaces."""
        content = {
            "step": self.step,
            "version": self.version,
            "params": dict(self.params),
            "inputs": dict(self.inputs),
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @cached_property
    def key(self) -> str:
        """The sha256 of the canonical JSON."""
        return hashlib.sha256(self.text.encode()).hexdigest()
