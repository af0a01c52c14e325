"""A pre-training job: a folder that holds everything it needs, so that it can run on a bare machine.

`job.json`: settings, what it starts from, what it is made of; `items.bin`: the texts, those of the graph's samples
first; `edges.npy`: links between these (of some of them, `among.npy`). What comes out: `curves.jsonl` while it is at
it, `state.safetensors` every half a minute, `steps/checkpoint-N/` at steps that are kept, and last `made/` (a
checkpoint's folder) and `result.json`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.embedding_job import recipe_from_json, recipe_to_json
from models.encoder import EncoderRecipe
from models.item_files import ItemFiles, write_items
from models.place import Place
from models.pretraining.architectures import text_architecture, write_start
from models.pretraining.links import Links
from models.pretraining.settings import PreTraining

AMONG = "among.npy"
JOB, EDGES, CURVES, MADE, RESULT, ERROR = "job.json", "edges.npy", "curves.jsonl", "made", "result.json", "error.json"
STEPS = "steps"


@dataclass(frozen=True, kw_only=True)
class PretrainingJob:
    """`start`: the checkpoint to go on from; None: `architecture` with weights drawn from the seed.

    `samples`: how many of the texts are samples of the graph. `made_of`: all that decides the result, as a hash.
    `statistics`: of an encoder-decoder, grouping and mode by which only statistics of the start are taken.
    `keep`: steps, 0 being before the first, after which the weights are written too.
    """

    settings: PreTraining
    start: EncoderRecipe | None
    architecture: str
    samples: int
    made_of: str
    statistics: tuple[str, str] | None = None
    keep: tuple[int, ...] = ()

    def save(
        self,
        folder: Path,
        texts: Sequence[str],
        edges: npt.NDArray[np.integer],
        among: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Write the job into its folder, job.json last. `among`: the samples that the graph speaks of; None: all."""
        folder.mkdir(parents=True, exist_ok=True)
        write_items(texts, "text", folder)
        np.save(folder / EDGES, np.asarray(edges, np.int64).reshape(-1, 2), allow_pickle=False)
        if among is not None:
            np.save(folder / AMONG, among, allow_pickle=False)
        start = None if self.start is None else recipe_to_json(self.start)
        content: dict[str, Any] = {"settings": asdict(self.settings), "start": start, "architecture": self.architecture}
        content |= {"samples": self.samples, "made_of": self.made_of, "statistics": self.statistics, "keep": self.keep}
        write_json(folder / JOB, content)

    @classmethod
    def read(cls, folder: Path) -> "PretrainingJob":
        """The job of a folder."""
        content: dict[str, Any] = json.loads((folder / JOB).read_text(encoding="utf-8"))
        start = None if content["start"] is None else recipe_from_json(content["start"])
        said = {"settings": PreTraining(**content["settings"]), "start": start, "keep": tuple(content.get("keep", ()))}
        statistics = content.get("statistics")
        return cls(**{**content, **said, "statistics": None if statistics is None else tuple(statistics)})

    def texts(self, folder: Path) -> list[str]:
        """What is read: the samples, and after them what masked LM alone reads."""
        return list(ItemFiles(folder, "text"))

    def links(self, folder: Path) -> Links:
        """The graph over the samples."""
        path = folder / AMONG
        among = np.load(path, allow_pickle=False) if path.is_file() else None
        return Links.of(np.load(folder / EDGES, allow_pickle=False), self.samples, among)

    def encoder(self, folder: Path, texts: Sequence[str]) -> EncoderRecipe:
        """What training starts from; without weights, its settings and words are made in the folder first."""
        if self.start is not None:
            return self.start
        start, settings = folder / "start", self.settings
        architecture = text_architecture(self.architecture)
        if not (start / "config.json").is_file():
            start.mkdir(exist_ok=True)
            write_start(start, architecture, texts, longest=settings.max_length)
        return EncoderRecipe(
            family=architecture.family,
            model=str(start),
            place=Place(start),
            pooling=settings.pooling,
            max_length=settings.max_length,
            init="random",
            init_seed=settings.seed,
        )


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write plain values, whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
    draft.replace(path)


def read_curve(folder: Path) -> list[dict[str, Any]]:
    """The points of a run so far, one a step; half a line, of a run that is at it, is passed over."""
    path = folder / CURVES
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.is_file() else []
    return [json.loads(line) for line in lines]


def kept_at(folder: Path, step: int) -> Path:
    """Where the weights after a step lie, of a job that keeps them."""
    return folder / STEPS / f"checkpoint-{step}"


def outcome(points: Sequence[dict[str, Any]], *, last_alone: bool = False) -> dict[str, Any]:
    """What a run has come to with these points of its curve: means of their last tenth, None where there is none.

    `last_alone`: the last point instead, where each is of records held out.
    """
    whole = [point for point in points if point["part"] == "all"]
    last = whole[-1 if last_alone else -max(1, len(whole) // 10) :]
    said: dict[str, Any] = {name: _mean(last, name) for name in ("masked", "right", "structure")}
    return said | {"tokens": sum(point["tokens"] for point in whole)}


def outcome_at(
    points: Sequence[dict[str, Any]], said: dict[str, Any], step: int, *, last_alone: bool = False
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The curve up to a step with what the run had come to there; `said`: of its end."""
    before = [point for point in points if point["part"] == "head" or point["step"] <= step]
    seconds = round(sum(point["seconds"] for point in before), 3)
    return before, said | outcome(before, last_alone=last_alone) | {"seconds": seconds, "collapsed": False}


def _mean(points: Sequence[dict[str, Any]], name: str) -> float | None:
    known = [point[name] for point in points if point[name] is not None]
    return float(np.mean(known)) if known else None
