"""Trials that are kept as they are made, a line of JSON each: the next call goes on behind them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read(path: Path) -> list[dict[str, Any]]:
    """What is kept; half a line, of a call that was killed, is passed over."""
    whole = path.read_text(encoding="utf-8").split("\n")[:-1] if path.is_file() else []
    return [json.loads(line) for line in whole]


def append(path: Path, line: Mapping[str, Any]) -> None:
    """Keep one more."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
