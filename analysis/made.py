"""The checkpoints of a study: those it gives, and those that its `[[pretraining]]` makes.

A section makes one for each weight and seed, called `sipt(weight=0.1,seed=0)`; together they are a series along the
weight. Each is read as what it starts from is: same family, pooling, length and layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from analysis.laboratory import PretrainingSpec
from analysis.study import CheckpointSpec, Study
from models.errors import BadInput, nearest
from models.pretraining.architectures import text_architecture
from models.pretraining.objective import objective_called

RANDOM = "random"


@dataclass(frozen=True, kw_only=True)
class MadeCheckpoint(CheckpointSpec):
    """A checkpoint of ours. `start`: what it goes on from; None: random weights of the section's architecture.

    `key`: of the recipe that makes it; with it, `model` is the folder where it lies or will lie. Both are empty until
    a pipeline says so.
    """

    section: PretrainingSpec
    weight: float
    seed: int
    start: CheckpointSpec | None
    key: str = ""


def checkpoints_of(study: Study) -> tuple[CheckpointSpec, ...]:
    """Every checkpoint, in order; BadInput for a section that cannot be made."""
    found: list[CheckpointSpec] = list(study.checkpoint)
    for section in study.pretraining:
        _check(section, study)
        for weight in section.weights:
            for seed in section.seeds:
                made = _made(section, weight, seed, found, study)
                if any(one.name == made.name for one in found):
                    raise BadInput(
                        f"[[pretraining]] {section.name!r} makes {made.name!r}, which is there already; rename it."
                    )
                found.append(made)
    return tuple(found)


def _made(
    section: PretrainingSpec, weight: float, seed: int, known: Sequence[CheckpointSpec], study: Study
) -> MadeCheckpoint:
    start = None if section.start == RANDOM else _start(section, seed, known, study)
    if start is None:
        said: dict[str, Any] = {
            "family": "masked_lm",
            "pooling": section.pooling or "mean",
            "max_length": section.max_length,
        }
        said["normalize"] = False
    else:
        said = {field.name: getattr(start, field.name) for field in fields(CheckpointSpec)}
    said |= {"name": f"{section.name}(weight={weight},seed={seed})", "series": section.name, "at": weight}
    said |= {"model": "", "init": "pretrained", "init_seed": 0, "init_from": "", "grouping": "", "mode": ""}
    said |= {"tokenizer": "", "transform": "none"}
    if section.lora and start is not None and start.init != "pretrained":
        raise BadInput(
            f"[[pretraining]] {section.name!r} has `lora` and starts from {start.name!r}, whose weights are drawn and"
            " lie nowhere; leave `lora` out, or start from a checkpoint with init = 'pretrained'."
        )
    if section.pooling is not None:
        said["pooling"] = section.pooling
    return MadeCheckpoint(section=section, weight=weight, seed=seed, start=start, **said)


def _start(section: PretrainingSpec, seed: int, known: Sequence[CheckpointSpec], study: Study) -> CheckpointSpec:
    """The checkpoint it goes on from: one by name, or that of the same seed of an earlier section with one weight."""
    earlier = [one for one in known if isinstance(one, MadeCheckpoint) and one.section.name == section.start]
    if earlier:
        same = [one for one in earlier if one.seed == seed]
        if len(same) != 1:
            raise BadInput(
                f"[[pretraining]] {section.name!r} starts from {section.start!r}, which makes {len(same)} checkpoints"
                f" of seed {seed}; name one of them, such as {earlier[0].name!r}."
            )
        return same[0]
    found = {one.name: one for one in known}
    if section.start in found:
        return replace(found[section.start], transform="none")
    if section.start in [one.name for one in study.pretraining]:
        raise BadInput(
            f"[[pretraining]] {section.name!r} starts from {section.start!r}, which stands after it; put that first."
        )
    raise BadInput(
        f"[[pretraining]] {section.name!r} starts from {section.start!r}{nearest(section.start, [*found, RANDOM])}"
    )


def _check(section: PretrainingSpec, study: Study) -> None:
    """What needs the rest of the study, or the plug-ins, but no file."""
    where = f"[[pretraining]] {section.name!r}"
    objective = objective_called(section.objective)
    if section.start == RANDOM:
        if not section.architecture:
            raise BadInput(f"{where} starts from random weights but names no `architecture`, such as 'bert-mini'.")
        text_architecture(section.architecture)
    if study.dataset is None:
        raise BadInput(f"{where} needs a [dataset] whose texts it reads; add one.")
    graphs = [one.name for one in study.graph]
    if objective.links and any(section.weights) and section.graph not in graphs:
        said = (
            f"names graph {section.graph!r}{nearest(section.graph, graphs)}" if section.graph else "names no `graph`."
        )
        raise BadInput(f"{where} {said}")
    tasks = {one.name: one for one in study.task}
    if section.without and section.without not in tasks:
        raise BadInput(f"{where} is without task {section.without!r}{nearest(section.without, tasks)}")
    if section.without and (tasks[section.without].train or not tasks[section.without].label):
        raise BadInput(f"{where} is without task {section.without!r}, which asks other texts; name one of a label.")
    if not objective.links and any(section.weights):
        raise BadInput(f"{where} has objective {section.objective!r}, which knows no weight; leave `weight` out.")
    section.settings(weight=0.0, seed=0)  # checks each of them
