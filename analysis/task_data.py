"""The tasks of a study: their samples (the study's own, or files of their own), their keys, their splits.

A task with files is a dataset of its own, embedded by the same checkpoints: `own` gives a pipeline over its samples,
from which its spaces and their neighbours are found and made like any other.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.datasets.fingerprints import hash_of_file
from analysis.labels import Labels
from analysis.made import checkpoints_of
from analysis.members import members_of, rarest, sets_in
from analysis.number import CannotAnalyze
from analysis.progress import Progress
from analysis.recipe import Recipe, hash_of
from analysis.samples import find_dataset, pack_dataset
from analysis.search_files import read_search, relevance_in
from analysis.space import EmbeddingSpace
from analysis.spaces import SpaceOf
from analysis.study import CheckpointSpec, DatasetSpec, TaskSpec
from analysis.task import Split, Task
from analysis.task_checks import checked
from analysis.task_files import PARTS, file_of, pair_rows, read_parts
from analysis.task_groups import GRAPH, cut_said, cut_sentence, group_key, groups_of
from analysis.tasks.splits import counted, overlapping, split, splits_of_pairs, units_of
from models.errors import BadInput, nearest

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline

VERSION = 1  # of splits: the same task, seed and version are the same splits
MOST_CLASSES = 10_000
FILES = (*PARTS, "pairs", "queries", "documents", "relevance")


def spec_called(pipeline: "Pipeline", name: str) -> TaskSpec:
    """A task of the study by name."""
    for spec in pipeline.study.task:
        if spec.name == name:
            return spec
    raise BadInput(f"no task {name!r}{nearest(name, [spec.name for spec in pipeline.study.task])}")


def has_files(spec: TaskSpec) -> bool:
    """Whether its samples are files of its own."""
    return bool(spec.train or spec.pairs or spec.queries)


@dataclass(frozen=True, eq=False)
class Home:
    """Where a space of a task is found: the pipeline over the task's samples, and these."""

    pipeline: "Pipeline"
    dataset: Dataset


def space_at(home: Home, name: str, progress: Progress) -> EmbeddingSpace:
    """A space of a task's own samples. CannotAnalyze where it has none, as vectors made of other samples."""
    try:
        found: EmbeddingSpace = home.pipeline.make(Ask("space", subject=name), progress)
    except BadInput as error:
        raise CannotAnalyze(str(error)) from error
    return found


def home_of(pipeline: "Pipeline", spec: TaskSpec, space: SpaceOf | None = None, *, make: bool = False) -> Home | None:
    """The samples of a task; None while they are unread and `make` does not ask for it.

    Of pairs of words, a space of word vectors has those that stand in its file.
    """
    if not has_files(spec):
        dataset = pipeline.dataset() if make else pipeline.find_dataset()
        return None if dataset is None else Home(pipeline, dataset)
    file = _word_file(spec, space, pipeline)
    name = f"task:{spec.name}:{file}"
    if name not in pipeline._memory:
        recipe = _recipe(pipeline, spec)
        dataset = find_dataset(recipe, pipeline.store, items=True)
        if dataset is None:
            if not make:
                return None
            read = read_search if spec.queries else read_parts
            content, arrays, tables = pack_dataset(read(spec, pipeline.place))
            pipeline.store.put(recipe, content=content, arrays=arrays, tables=tables)
            dataset = find_dataset(recipe, pipeline.store, items=True)
            assert dataset is not None
        if file:
            dataset = _in_file(dataset, file, pipeline)
        spaces = tuple(replace(one, checkpoint=_with_file(one.checkpoint, pipeline)) for one in pipeline.spaces())
        own = {"recipe": recipe, "dataset": dataset, "items": True, "spaces": spaces}
        samples = DatasetSpec(path=spec.train or spec.pairs or spec.documents)
        # with those that are made, over the study's own samples
        checkpoints = tuple(_with_file(one, pipeline) for one in checkpoints_of(pipeline.study))
        study = replace(pipeline.study, dataset=samples, task=(), checkpoint=checkpoints, pretraining=())
        pipeline._memory[name] = Home(replace(pipeline, study=study, _memory=own), dataset)
    found: Home = pipeline._memory[name]
    return found


def _word_file(spec: TaskSpec, space: SpaceOf | None, pipeline: "Pipeline") -> str:
    """The file of word vectors that decides which words of a set of pairs a space has."""
    own = space is not None and spec.pairs and space.checkpoint.family == "vectors"
    return _with_file(space.checkpoint, pipeline).model if own and space is not None else ""


def _with_file(checkpoint: CheckpointSpec, pipeline: "Pipeline") -> CheckpointSpec:
    """Vectors that are the study's samples themselves, as vectors of a file: a task finds its own samples there."""
    dataset = pipeline.study.dataset
    if checkpoint.family != "vectors" or checkpoint.model or dataset is None or dataset.source != "vectors":
        return checkpoint
    return replace(checkpoint, model=dataset.path)


def _in_file(dataset: Dataset, file: str, pipeline: "Pipeline") -> Dataset:
    from analysis.datasets.vector_file import read_vectors

    known = set(read_vectors(pipeline.place.resolve(file, "the vectors")).ids or ())
    rows = [row for row, word in enumerate(dataset.ids) if word in known]
    if len(rows) < 2:
        raise BadInput(f"{len(rows)} of the {len(dataset.ids)} words of task {dataset.name!r} stand in {file!r}.")
    ids = tuple(dataset.ids[row] for row in rows)
    left = len(dataset) - len(rows)
    notes = (f"{left:,} of {len(dataset):,} words have no vector.",) if left else ()
    return Dataset(dataset.name, ids, pd.DataFrame(index=pd.RangeIndex(len(ids))), texts=ids, notes=notes)


def _recipe(pipeline: "Pipeline", spec: TaskSpec) -> Recipe:
    """Recipe of a task's own samples: the content of its files and the columns that are read."""
    name = f"recipe of {spec.name}"
    if name not in pipeline._memory:
        params = {"text": spec.text, "label": spec.label, "header": spec.header, "columns": list(spec.columns)}
        params |= {"text_b": spec.text_b} if spec.text_b else {}
        files = {part: hash_of_file(file_of(spec, part, pipeline.place)) for part in FILES if getattr(spec, part)}
        pipeline._memory[name] = Recipe("task_samples", VERSION, params, files)
    found: Recipe = pipeline._memory[name]
    return found


def labels_of_task(spec: TaskSpec, dataset: Dataset) -> Labels:
    """What is to be told: a column of its samples. BadInput names the nearest where there is none."""
    if spec.pairs or spec.queries:
        return Labels(spec.name, "numeric", (), np.empty(0, np.int32), np.full(len(dataset), np.nan))
    if spec.label not in dataset.frame.columns:
        raise BadInput(
            f"task {spec.name!r} names label {spec.label!r}{nearest(spec.label, list(dataset.frame.columns))}"
        )
    found = dataset.labels_in(spec.label)
    if spec.separator:
        found = sets_in(spec.label, dataset.frame[spec.label], spec.separator)
    if len(found.classes) > MOST_CLASSES:
        raise BadInput(f"label {spec.label!r} of task {spec.name!r} has {len(found.classes):,} classes; is it an id?")
    return found


def task_key(pipeline: "Pipeline", spec: TaskSpec, dataset: Dataset) -> str:
    """Key of a task: its samples, labels, groups and seeds; its name is no part of it."""
    groups = group_key(pipeline, spec, dataset)
    items = [dataset.item_key(modality) for modality in dataset.modalities[:1]]
    items += [_recipe(pipeline, spec).key] if spec.pairs or spec.queries or spec.text_b else []
    items += [spec.separator] if spec.separator else []
    parts = "".join(dataset.frame["part"]) if has_files(spec) and not spec.pairs else ""
    said = (str(VERSION), str(spec.seeds), spec.overlap, spec.group, parts, groups)
    return hash_of(*said, labels_of_task(spec, dataset).key, *items)


def task_of(pipeline: "Pipeline", spec: TaskSpec, space: SpaceOf | None = None) -> Task:
    """The task with its splits, its samples read now if they were not."""
    home = home_of(pipeline, spec, space, make=True)
    assert home is not None
    dataset = home.dataset if has_files(spec) else pipeline.dataset(items=True)
    key, labels = task_key(pipeline, spec, dataset), labels_of_task(spec, dataset)
    if spec.pairs:
        pairs, left = pair_rows(spec, pipeline.place, dataset)
        notes = (*dataset.notes, *([f"{left:,} pairs are left out for it."] if left else []))
        units = np.arange(len(pairs.scores), dtype=np.int64)
        splits = splits_of_pairs(pairs, spec.seeds)
        return Task(spec.name, key, labels, units, splits, spec.seeds, own=True, pairs=pairs, notes=notes)
    if spec.queries:
        relevance, units = relevance_in(spec, pipeline.place, dataset), np.arange(len(dataset), dtype=np.int64)
        notes = dataset.notes
        return Task(spec.name, key, labels, units, (), spec.seeds, own=True, relevance=relevance, notes=notes)
    items = items_in(dataset)
    groups = groups_of(pipeline, spec, dataset)
    parts = list(dataset.frame["part"]) if has_files(spec) else None
    given = parts is not None and len(set(parts)) > 1
    units = units_of(items, groups)
    found = counted(items, labels, groups, parts if given else None)
    task = Task(
        spec.name,
        key,
        labels,
        units,
        (),
        spec.seeds,
        own=has_files(spec),
        given=given,
        members=members_of(labels, spec.separator) if spec.separator else None,
        notes=tuple(sentence for _, _, sentence in found),
        counts=tuple((what, count) for what, count, _ in found),
    )
    if given:
        return _given(task, items, np.asarray(parts), spec.overlap == "drop")
    return (
        _drawn(task)
        if groups is None or not spec.group.startswith(GRAPH)
        else _cut(pipeline, spec, _drawn(task), groups)
    )


def _cut(pipeline: "Pipeline", spec: TaskSpec, task: Task, groups: Labels) -> Task:
    """With what a split by the communities of a graph cuts."""
    counts = cut_said(pipeline, spec, groups, task.splits)
    return replace(task, notes=(*task.notes, cut_sentence(spec, counts)), counts=(*task.counts, *counts))


def _given(task: Task, items: Sequence[Hashable], parts: npt.NDArray[np.str_], drop: bool) -> Task:
    """With the split of its files: learn from train, ask test (dev where there is no test)."""
    asked = "test" if (parts == "test").any() else "dev"
    tested = np.where(parts == asked, "test", np.where(parts == "train", "train", ""))
    twice = overlapping(items, tested)
    train, test = (np.flatnonzero((tested == part) & task.labels.known) for part in ("train", "test"))
    notes = list(task.notes)
    if len(twice):
        notes.append(
            f"Of the {asked} samples that also stand in train, {'all are left out' if drop else 'none is left out'}."
        )
    if drop:
        test = np.setdiff1d(test, twice)
    dev = np.flatnonzero((parts == "dev") & task.labels.known) if asked == "test" and (parts == "dev").any() else None
    splits = tuple(Split(seed, train, test, dev) for seed in task.seeds)
    return checked(replace(task, splits=splits, notes=tuple(notes)))


def _drawn(task: Task) -> Task:
    """With a split of its samples for each seed."""
    by = task.labels if task.members is None else rarest(task.labels, task.members)
    return checked(replace(task, splits=tuple(split(by, task.units, seed) for seed in task.seeds)))


def items_in(dataset: Dataset) -> list[Hashable]:
    """What makes two samples the same: their texts, else their pixels, numbers or vectors."""
    if dataset.texts is not None:
        return list(dataset.texts)
    rows = dataset.images if dataset.images is not None else dataset.numeric
    rows = dataset.vectors if rows is None else rows
    if rows is None:
        return list(range(len(dataset)))
    return [hash_of(str(np.shape(row)), np.ascontiguousarray(row).tobytes()) for row in rows]


def same_vectors(vectors: npt.NDArray[np.float32], task: Task) -> int:
    """Test samples whose exact vector stands in train, though they are no repeats; the most of any seed."""
    most = 0
    for one in task.splits:
        seen = {vectors[row].tobytes() for row in one.train}
        train = np.unique(task.units[one.train])
        new = one.test[~np.isin(task.units[one.test], train)]
        most = max(most, sum(vectors[row].tobytes() in seen for row in new))
    return most
