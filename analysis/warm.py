"""A warm worker: one process that keeps encoders, imports and the PDF engine ready, so that the dashboard need not.

One JSON object a line in, one a line out, over pipes. It ends when its parent does, or after ten idle minutes; the
next question starts it again. Everything works without it, only slower.

    {"do": "query", "job": {...}, "space": "MiniLM", "text": "sparse matrix", "k": 15}
    {"do": "near_centroid", "job": {...}, "space": "MiniLM", "rows": "gAE=", "k": 15, "others": false}
    {"do": "direction", "job": {...}, "space": "MiniLM", "a": "gAE=", "b": "AEA="}      bits, one a sample
    {"do": "pdf", "figure": "{...plotly JSON...}", "width": 900, "height": 650}
    {"do": "ready"}                                      imports what a first question would wait for
"""

import base64
import binascii
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze
from models.errors import BadInput, Failed

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline
    from analysis.space import EmbeddingSpace

IDLE = 600.0  # seconds without a question after which the worker ends
PATIENCE = 180.0  # seconds a question may take


class Warm:
    """The dashboard's end: asks one question at a time, starting the worker when there is none."""

    def __init__(self) -> None:
        self._worker: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, question: Mapping[str, Any], *, patience: float = PATIENCE) -> dict[str, Any]:
        """Put a question and wait for its answer; BadInput, CannotAnalyze or Failed where the worker says so."""
        with self._lock:
            answer = self._exchange(question, patience)
        if "bad_input" in answer:
            raise BadInput(answer["bad_input"])
        if "cannot" in answer:
            raise CannotAnalyze(answer["cannot"])
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer

    def stop(self) -> None:
        """End the worker."""
        with self._lock:
            self._end()

    def _exchange(self, question: Mapping[str, Any], patience: float) -> dict[str, Any]:
        line = json.dumps(dict(question)).encode() + b"\n"
        for _ in range(2):  # it may have ended idle between two questions
            worker = self._running()
            assert worker.stdin is not None and worker.stdout is not None
            try:
                worker.stdin.write(line)
                worker.stdin.flush()
                if not select.select([worker.stdout], [], [], patience)[0]:
                    self._end()
                    raise Failed(f"no answer within {patience:.0f} seconds; the worker was ended, try again.")
                answer = worker.stdout.readline()
            except BrokenPipeError:
                answer = b""
            if answer:
                content: dict[str, Any] = json.loads(answer)
                return content
            self._end()
        raise Failed("the worker that answers questions was killed; try again, or close other programs.")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self._end()
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "analysis.warm"],
                cwd=Path(__file__).resolve().parents[1],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._worker

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        worker.terminate()
        worker.wait()


# The worker's end


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one question."""
    match question["do"]:
        case "query":
            return _query(question)
        case "near_centroid":
            return _near_centroid(question)
        case "direction":
            return _direction(question)
        case "pdf":
            return _pdf(question)
        case "ready":
            import models.queries  # noqa: F401

            return {"ready": True}
        case other:
            raise BadInput(f"a warm worker cannot do {other!r}.")


def _query(question: Mapping[str, Any]) -> dict[str, Any]:
    from analysis.derived import Transform
    from analysis.described import pipeline_of
    from analysis.neighbors.query import search
    from analysis.spaces import encoder_recipe, family_of, items_of, space_recipe
    from models.queries import embed_now

    text = str(question["text"]).strip()
    if not text:
        raise BadInput("the query is empty; type a few words.")
    pipeline = pipeline_of(dict(question["job"]))
    named = pipeline.space_called(question["space"])
    family = family_of(named.checkpoint)
    if family.modality != "text":
        raise BadInput(f"space {named.name!r} is made of {family.modality} samples; a text cannot be placed in it.")
    space = _space(pipeline, named.name)
    recipe = encoder_recipe(named.checkpoint, pipeline.place)
    items = items_of(named.checkpoint, pipeline.dataset(items=True), pipeline.place) if family.whole else None
    (vector,) = embed_now(recipe, [text], [named.layer], fitted_on=items)
    if named.checkpoint.transform != "none":
        kept = pipeline.store.get(space_recipe(named, pipeline.dataset(), pipeline.place))
        assert kept is not None
        vector = Transform.kept(kept).of(vector)
    k = min(int(question["k"]), space.n)
    indices, distances = search(space, vector, metric=pipeline.study.metric, k=k)
    return {"indices": indices[0].tolist(), "distances": [float(d) for d in distances[0]]}


def _near_centroid(question: Mapping[str, Any]) -> dict[str, Any]:
    from analysis.described import pipeline_of
    from analysis.neighbors.centers import near_center

    pipeline = pipeline_of(dict(question["job"]))
    space = _space(pipeline, str(question["space"]))
    k = int(question["k"])
    if k < 1:
        raise BadInput(f"k is {k}; ask for at least one neighbour.")
    group, others = unpacked(question["rows"], space.n), bool(question["others"])
    rows, distances = near_center(space.vectors, group, pipeline.study.metric, k=k, others=others)
    return {"indices": rows.tolist(), "distances": distances.tolist()}


def _direction(question: Mapping[str, Any]) -> dict[str, Any]:
    from analysis.described import pipeline_of
    from analysis.neighbors.centers import along

    pipeline = pipeline_of(dict(question["job"]))
    space = _space(pipeline, str(question["space"]))
    a, b = unpacked(question["a"], space.n), unpacked(question["b"], space.n)
    found = along(space.vectors, a, b, pipeline.study.metric)
    return {"values": base64.b64encode(found.values.astype("<f8").tobytes()).decode(), "gap": found.gap}


def _space(pipeline: "Pipeline", name: str) -> "EmbeddingSpace":
    from analysis.ask import Ask

    space: EmbeddingSpace | None = pipeline.find(Ask("space", subject=pipeline.space_called(name).name))
    if space is None:
        raise BadInput(f"space {name!r} is not embedded yet; run its job first.")
    return space


def packed(group: npt.NDArray[np.bool_]) -> str:
    """Which samples are meant, as a question carries it: a bit each, in base64."""
    return base64.b64encode(np.packbits(group).tobytes()).decode()


def unpacked(bits: Any, n: int) -> npt.NDArray[np.bool_]:
    """Read which of n samples are meant; BadInput where it says so of another number."""
    try:
        given = np.frombuffer(base64.b64decode(bits, validate=True), dtype=np.uint8)
    except (TypeError, ValueError, binascii.Error):
        given = np.empty(0, np.uint8)
    if len(given) != -(-n // 8):
        raise BadInput(f"the samples asked about are not marked among the {n:,} of the space; ask again.")
    return np.unpackbits(given, count=n).astype(bool)


def _pdf(question: Mapping[str, Any]) -> dict[str, Any]:
    from analysis.pdf import figure_pdf

    pdf = figure_pdf(question["figure"], width=int(question["width"]), height=int(question["height"]))
    return {"pdf": base64.b64encode(pdf).decode()}


def serve() -> None:
    """Answer questions from standard input until it ends or nothing is asked for ten minutes."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print must not reach the answers
    while select.select([sys.stdin], [], [], IDLE)[0]:
        line = sys.stdin.readline()
        if not line:
            return
        try:
            content = answer(json.loads(line))
        except BadInput as error:
            content = {"bad_input": str(error)}
        except CannotAnalyze as error:
            content = {"cannot": str(error)}
        except Exception as error:  # one question's trouble must not end the worker
            content = {"failed": str(error) if isinstance(error, Failed) else f"{type(error).__name__}: {error}"}
        out.write(json.dumps(content).encode() + b"\n")


if __name__ == "__main__":
    serve()
