"""A plug-in is a file that exports a constant: drop the file in, and it is there."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any


@cache
def discover(package: str, constant: str) -> Mapping[str, Any]:
    """Map the name of each plug-in of a package to the constant its file exports, sorted by name.

    Files without the constant are shared maths of that package and are passed over.
    """
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        plugin = getattr(importlib.import_module(f"{package}.{module.name}"), constant, None)
        if plugin is None:
            continue
        if plugin.name in found:
            raise TypeError(f"two files of {package} export a {constant} called {plugin.name!r}")
        found[plugin.name] = plugin
    return MappingProxyType(dict(sorted(found.items())))
