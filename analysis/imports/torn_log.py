"""A Trainer's state that was cut off while it was written: the entries of its log that are whole."""

import json
import re
from collections.abc import Iterator
from typing import Any

LOG = re.compile(r'"log_history"\s*:\s*\[')


def entries_before_the_cut(text: str) -> Iterator[Any]:
    """The entries of a torn log up to the first that is not whole."""
    start = LOG.search(text)
    decoder, at = json.JSONDecoder(), start.end() if start else len(text)
    while True:
        while at < len(text) and text[at] in ", \t\r\n":
            at += 1
        try:
            entry, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield entry
