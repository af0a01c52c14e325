"""Checkpoints that learnt from the samples, or the labels, that a task asks: what they score there is no honest score.

The study says it of checkpoints that others made (`seen_by` of a task); of those that we make it is known: where links
between equal labels were learnt from and those of the asked samples were not left out (`without`).
"""

from analysis.figures.words import listed
from analysis.made import MadeCheckpoint, checkpoints_of
from analysis.study import CheckpointSpec, Study, TaskSpec
from models.errors import BadInput, nearest


def seen_by(study: Study, spec: TaskSpec) -> tuple[str, ...]:
    """The checkpoints that saw what the task asks, in the study's order. BadInput for a name that is none of them."""
    known = checkpoints_of(study)
    names = [one.name for one in known]
    for name in spec.seen_by:
        if name not in names:
            raise BadInput(
                f"seen_by of task {spec.name!r} is {name!r}, which is no checkpoint of this study{nearest(name, names)}"
            )
    return tuple(one.name for one in known if one.name in spec.seen_by or _learnt(one, study, spec))


def seen_sentence(study: Study, spec: TaskSpec) -> str:
    """What to say of them, empty where there are none."""
    found = seen_by(study, spec)
    if not found:
        return ""
    return f"{listed(found)} learnt from samples that {spec.name} asks: scores there are optimistic."


def _learnt(one: CheckpointSpec, study: Study, spec: TaskSpec) -> bool:
    """Whether it, or what it goes on from, learnt links between equal labels of the task's own asked samples."""
    if not isinstance(one, MadeCheckpoint):
        return one.name in spec.seen_by
    cliques = {graph.name for graph in study.graph if graph.source == "labels" and graph.label == spec.label}
    section, ours = one.section, bool(spec.label) and not spec.train
    mine = ours and one.weight > 0 and section.graph in cliques and section.without != spec.name
    return mine or (one.start is not None and (one.start.name in spec.seen_by or _learnt(one.start, study, spec)))
