"""Bytes that a page asks for by an address nobody can guess: what is large travels once and the browser keeps it.

An address names its content, so the same content has the same address as long as the dashboard runs.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock

from analysis.recipe import hash_of

Make = Callable[[int], bytes]  # the bytes of a page of it; what has no pages has page 0

MOST = 512  # contents that can be asked for; the page that needs more draws itself anew
CODE = Path(__file__).with_name("webgl")
_SECRET = secrets.token_bytes(32)
_KNOWN: "OrderedDict[str, Make]" = OrderedDict()
_LOCK = Lock()


def address(key: str, make: Make) -> str:
    """The address, relative to the dashboard's, of the bytes that `key` names and `make` gives when asked for."""
    token = hmac.digest(_SECRET, key.encode(), "sha256").hex()
    with _LOCK:
        _KNOWN[token] = make
        _KNOWN.move_to_end(token)
        while len(_KNOWN) > MOST:
            _KNOWN.popitem(last=False)
    return f"wire/{token}"


def content(token: str, page: int) -> bytes | None:
    """The bytes at an address; None where there are none."""
    with _LOCK:
        make = _KNOWN.get(token)
        if make is not None:
            _KNOWN.move_to_end(token)
    return None if make is None else make(page)


@cache
def code() -> dict[str, bytes]:
    """Every JavaScript module of the map, by file name."""
    return {file.name: file.read_bytes() for file in sorted(CODE.glob("*.js"))}


@cache
def code_address() -> str:
    """The folder of the modules, which changes with them."""
    return f"code/{hash_of(*(text.decode() for text in code().values()))[:16]}"
