"""Work over the rows of a space in parts: each part a block of rows, its outcome a file, made on any engine.

How rows are cut into parts depends on their number alone, and outcomes are joined in the parts' order: the result has
the same bits whichever engine made it, and a part that is there is not made again.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.progress import Progress
from models.engine import Engine, WorkerGone, maker_called
from models.errors import Failed
from models.shards import finished_shards, no_room_is_a_sentence, shard_path

SETTINGS = "work.json"
ROWS = 1 << 16  # in a part, where there are not too many
MOST = 512  # parts


def parts_of(n: int, height: int = 0) -> list[slice]:
    """The blocks of rows that n rows are cut into; `height`: where it was decided before.

    >>> parts_of(100_000)
    [slice(0, 65536, None), slice(65536, 100000, None)]
    """
    height = height or height_of(n)
    return [slice(start, min(start + height, n)) for start in range(0, n, height)]


def height_of(n: int) -> int:
    """How many rows a part has."""
    return max(ROWS, -(-n // MOST))


def make_parts(
    engine: Engine,
    work: str,
    folder: Path,
    settings: Mapping[str, Any],
    count: int,
    *,
    report: Progress,
    words: str,
) -> list[Path]:
    """Make the parts of some work in a folder of its own, those that are there excepted; their files, in order.

    `work`: the maker, as `module:Class`. `settings`: what it reads from the folder, the `height` of parts among it; a
    folder with others starts anew.
    """
    said = json.dumps(dict(settings), sort_keys=True)
    if not (folder / SETTINGS).is_file() or (folder / SETTINGS).read_text(encoding="utf-8") != said:
        shutil.rmtree(folder, ignore_errors=True)
        with no_room_is_a_sentence(folder):
            (folder / "shards").mkdir(parents=True)
            (folder / SETTINGS).write_text(said, encoding="utf-8")
    done = finished_shards(folder, count)
    todo = [part for part in range(count) if part not in done]

    def hear(answer: Mapping[str, Any]) -> None:
        if "done" in answer:
            done.add(answer["done"])
            report(len(done), count, words)

    report(len(done), count, words)
    if count == 1 and todo:  # quicker made than given away
        maker_called(work, folder).make(0, lambda items, cost: None)
    elif todo:
        try:
            engine.run(work, folder, todo, hear)
        except WorkerGone as gone:
            raise Failed(f"{gone}; {len(done)} of {count} parts are kept: run again to go on.") from gone.__cause__
        finally:
            engine.close()
    return [shard_path(folder, part) for part in range(count)]


def settings_in(folder: Path) -> dict[str, Any]:
    """What the maker of a folder is told."""
    said: dict[str, Any] = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    return said


def outcomes(files: list[Path]) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """What was made of each part, one at a time."""
    for file in files:
        with np.load(file, allow_pickle=False) as arrays:
            yield {name: arrays[name] for name in arrays.files}
