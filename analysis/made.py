"""The checkpoints of a study: those it gives, and those that its `[[pretraining]]` makes.

A section makes one for each weight and seed, called `sipt(weight=0.1,seed=0)`; together they are a series along the
weight. With `keep` each is the end of a series along the steps that are kept, `sipt(step=100,weight=0.1,seed=0)`. Each
is read as what it starts from is: same family, pooling, length and layers. Synthetic tasks and `span` make
encoder-decoders, which are read by their encoder and begin from random weights or from one another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from analysis.laboratory import PretrainingSpec
from analysis.study import CheckpointSpec, Study
from models.errors import BadInput, nearest
from models.pretraining.architectures import text_architecture
from models.pretraining.objective import objective_called
from models.pretraining.sequence_model import shape_called

RANDOM = "random"


@dataclass(frozen=True, kw_only=True)
class MadeCheckpoint(CheckpointSpec):
    """A checkpoint of ours. `start`: what it goes on from; None: random weights of the section's architecture.

    `key`: of the recipe that makes it; with it, `model` is the folder where it lies or will lie. Both are empty until
    a pipeline says so. `step`: after which its weights were kept on the way; None: at the end.
    """

    section: PretrainingSpec
    weight: float
    seed: int
    start: CheckpointSpec | None
    key: str = ""
    step: int | None = None

    @property
    def run(self) -> str:
        """What the end of its training is called."""
        return f"{self.section.name}(weight={self.weight},seed={self.seed})"

    @property
    def sizes(self) -> str:
        """The architecture that its section names, else that of the checkpoint of ours that it starts from."""
        of_start = self.start.sizes if isinstance(self.start, MadeCheckpoint) else ""
        return self.section.architecture or of_start


def checkpoints_of(study: Study) -> tuple[CheckpointSpec, ...]:
    """Every checkpoint, in order; BadInput for a section that cannot be made."""
    found: list[CheckpointSpec] = list(study.checkpoint)
    for section in study.pretraining:
        _check(section, study)
        for weight in section.weights:
            for seed in section.seeds:
                end = _made(section, weight, seed, found, study)
                for made in [*(on_the_way(end, step) for step in section.kept), end]:
                    if any(one.name == made.name for one in found):
                        raise BadInput(
                            f"[[pretraining]] {section.name!r} makes {made.name!r}, which is there already; rename it."
                        )
                    found.append(made)
    return tuple(found)


def places_of(spec: CheckpointSpec) -> tuple[tuple[str, float | None], ...]:
    """The series that a checkpoint is in and where it stands there; the end of a training is in two where it has
    steps that are kept and others of other weights beside it.
    """
    first = ((spec.series, spec.at),) if spec.series else ()
    if not isinstance(spec, MadeCheckpoint) or spec.step is not None or not spec.section.kept:
        return first
    last = ((spec.run, float(spec.section.steps)),)
    return (*first, *last) if len(spec.section.weights) > 1 else last


def on_the_way(end: MadeCheckpoint, step: int) -> MadeCheckpoint:
    """The checkpoint that a training is at one of its steps."""
    name = f"{end.section.name}(step={step},weight={end.weight},seed={end.seed})"
    return replace(end, name=name, series=end.run, at=float(step), step=step)


def _made(
    section: PretrainingSpec, weight: float, seed: int, known: Sequence[CheckpointSpec], study: Study
) -> MadeCheckpoint:
    source = section.init_from if section.start == RANDOM else section.start
    start = _start(section, source, seed, known, study) if source else None
    if start is None:
        said: dict[str, Any] = {
            "family": "transformer" if section.sequences else text_architecture(section.architecture).family,
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


def _start(
    section: PretrainingSpec, source: str, seed: int, known: Sequence[CheckpointSpec], study: Study
) -> CheckpointSpec:
    """The checkpoint it goes on from: one by name, or that of the same seed of an earlier section with one weight."""
    earlier = [one for one in known if isinstance(one, MadeCheckpoint) and one.section.name == source]
    if earlier:
        _check_kin(section, earlier[0])
        same = [one for one in earlier if one.seed == seed and one.step is None]
        if len(same) != 1:
            raise BadInput(
                f"[[pretraining]] {section.name!r} starts from {source!r}, which makes {len(same)} checkpoints"
                f" of seed {seed}; name one of them, such as {earlier[0].name!r}."
            )
        return same[0]
    found = {one.name: one for one in known}
    if source in found:
        _check_kin(section, found[source])
        return replace(found[source], transform="none")
    if source in [one.name for one in study.pretraining]:
        raise BadInput(
            f"[[pretraining]] {section.name!r} starts from {source!r}, which stands after it; put that first."
        )
    raise BadInput(f"[[pretraining]] {section.name!r} starts from {source!r}{nearest(source, [*found, RANDOM])}")


def _check_kin(section: PretrainingSpec, start: CheckpointSpec) -> None:
    """Refuse an encoder to go on as an encoder-decoder, and the reverse; sizes must agree."""
    theirs = start.section if isinstance(start, MadeCheckpoint) else None
    if section.sequences == (theirs is not None and theirs.sequences):
        sizes = start.sizes if isinstance(start, MadeCheckpoint) else ""
        if not section.sequences or section.architecture in ("", sizes):
            return
        said, way_out = f"whose architecture is {sizes!r} and not {section.architecture!r}", "leave `architecture` out"
    elif section.sequences:
        said, way_out = "which no synthetic task or 'span' made", "start from one that did, or from 'random'"
    else:
        said, way_out = (
            "an encoder-decoder, which tells no hidden tokens",
            "set objective = 'span' or start from another",
        )
    raise BadInput(f"[[pretraining]] {section.name!r} starts from {start.name!r}, {said}; {way_out}.")


def _check(section: PretrainingSpec, study: Study) -> None:
    """What needs the rest of the study, or the plug-ins, but no file."""
    where = f"[[pretraining]] {section.name!r}"
    objective = objective_called(section.objective)
    if section.start == RANDOM and not section.architecture:
        usual = "t5-tiny" if section.sequences else "bert-mini"
        raise BadInput(f"{where} starts from random weights but names no `architecture`, such as {usual!r}.")
    if section.sequences and section.architecture:
        shape_called(section.architecture)
    elif section.start == RANDOM:
        causal = text_architecture(section.architecture).causal
        if causal != objective.causal:
            way = "left to right" if causal else "both ways"
            raise BadInput(
                f"{where} has architecture {section.architecture!r}, which reads {way}, and objective"
                f" {section.objective!r}, which trains the other kind; objective 'clm' goes with gpt-* and llama-*."
            )
    if section.init_from and (section.start != RANDOM or not section.sequences):
        raise BadInput(
            f"{where} has `init_from`, which is for a synthetic task or 'span' that starts from random weights; leave"
            " it out."
        )
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
