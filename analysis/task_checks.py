"""What a task says of itself once it is split: why nothing can be learnt or asked, and which labels are strange."""

from dataclasses import replace

import numpy as np

from analysis.task import Members, Task


def checked(task: Task) -> Task:
    """Say what stands in the way of learning, and which classes are asked that nobody could learn."""
    labels, name = task.labels, task.name
    why = ""
    if not labels.known.any():
        why = f"Task {name!r} has no labelled sample."
    elif not all(len(one.train) for one in task.splits):
        why = f"Task {name!r} has no labelled sample to learn from."
    elif not all(len(one.test) for one in task.splits):
        alone = "every class has one sample, or one group" if not task.given else "no test sample is left"
        why = f"Task {name!r} has nothing to be asked: {alone}."
    if why or labels.kind == "numeric":
        return replace(task, why=why)
    if task.members is not None:
        return _checked_members(task, task.members)
    notes, counts = list(task.notes), list(task.counts)
    new = [np.setdiff1d(labels.codes[one.test], labels.codes[one.train]) for one in task.splits]
    classes = sorted({labels.classes[code] for codes in new for code in codes})
    if classes:
        samples = max(
            int(np.isin(labels.codes[one.test], codes).sum()) for one, codes in zip(task.splits, new, strict=True)
        )
        notes.append(
            f"{samples:,} test samples are of {len(classes):,} classes that never occur in training (such as"
            f" {classes[0]!r}); they are asked and count as wrong."
        )
        counts.append(("test samples of classes that never occur in training", samples))
    single = int((np.bincount(labels.codes[labels.known]) == 1).sum())
    if single:
        notes.append(f"{single:,} classes have a single sample.")
        counts.append(("classes of one sample", single))
    return replace(task, notes=tuple(notes), counts=tuple(counts), majority=_majority(task))


def _checked_members(task: Task, members: Members) -> Task:
    """The same of several labels: which are asked that nobody could learn, and which are rare."""
    notes, counts = list(task.notes), list(task.counts)
    new = [members.has[one.test].any(axis=0) & ~members.has[one.train].any(axis=0) for one in task.splits]
    unseen = np.flatnonzero(np.any(new, axis=0))
    if len(unseen):
        notes.append(
            f"{len(unseen):,} labels are asked that never occur in training (such as {members.names[unseen[0]]!r});"
            " nobody names them, so they are missed."
        )
        counts.append(("labels that never occur in training", len(unseen)))
    mean = float(members.has[task.labels.known].sum(axis=1).mean())
    notes.append(f"Samples have {mean:.2f} of {len(members.names):,} labels on average.")
    return replace(task, notes=tuple(notes), counts=tuple(counts), majority=_majority(task))


def _majority(task: Task) -> float:
    """How often the commonest class of training is right, mean over splits."""
    codes = task.labels.codes
    commonest = [int(np.bincount(codes[one.train]).argmax()) for one in task.splits]
    return float(np.mean([(codes[one.test] == code).mean() for one, code in zip(task.splits, commonest, strict=True)]))
