"""What the weights of a checkpoint are like, kept: one table, a row a tensor (see `analysis.weights`)."""

import time
from typing import TYPE_CHECKING

from analysis.ask import Ask
from analysis.made import MadeCheckpoint
from analysis.progress import Progress
from analysis.recipe import Recipe, hash_of
from analysis.registry import called
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.spaces import SpaceOf
from analysis.study import CheckpointSpec

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline

VERSION = 1
LISTED = ("transformer", "masked_lm", "causal_lm")  # families whose networks transformers builds


def listed(pipeline: "Pipeline") -> list[str]:
    """The checkpoints of a study whose weights can be listed."""
    found = [space.checkpoint for space in pipeline.spaces() if can_list(space.checkpoint)]
    return list(dict.fromkeys(spec.name for spec in found))


def can_list(spec: CheckpointSpec) -> bool:
    """Whether a checkpoint has a network of transformers that nothing is made of afterwards."""
    return spec.family in LISTED and bool(spec.model) and not spec.architecture and spec.transform == "none"


def weights_recipe(pipeline: "Pipeline", ask: Ask) -> Recipe:
    """Its recipe: all that decides the weights."""
    space = _space(pipeline, ask.subject)
    identity = space.card.identity
    parts = [str(identity.get(name, "")) for name in ("made", "weights", "config")]
    return Recipe("weights", VERSION, {"family": space.checkpoint.family}, {"model": hash_of(*parts)})


def make_weights(pipeline: "Pipeline", ask: Ask, recipe: Recipe, progress: Progress) -> None:
    """List the weights, trained first where they are ours."""
    from analysis.weights import weights_of

    spec = _space(pipeline, ask.subject).checkpoint
    if isinstance(spec, MadeCheckpoint):
        pipeline.make(Ask("pretraining", spec.name), progress)
    start = time.perf_counter()
    progress(0, 1, f"listing the weights of {ask.subject}")
    found = Result({}, {"weights": weights_of(spec, pipeline.place)})
    content, arrays, tables = result_to_parts(found)
    pipeline.store.put(recipe, content=content, arrays=arrays, tables=tables, seconds=time.perf_counter() - start)


def _space(pipeline: "Pipeline", name: str) -> SpaceOf:
    return called(name, {space.checkpoint.name: space for space in pipeline.spaces()}, "checkpoint")
