"""A label column becomes a task: what to score it by, from which seeds; the study gains it, and a job scores it."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.series.standings import asks_of
from analysis.study import ALLOWED, Study, TaskSpec
from analysis.task_card import cards_of
from models.errors import BadInput, Failed
from ui import costs, opened, state, words, work

NO_LABELS = (
    "The samples have no label column, so there is nothing to tell. Name one under Open, or give the study a [[task]]"
    " with train and test files."
)
KEY, MOST_SEEDS = "task", 20
FEW = 3  # columns that have a button each
USUAL = TaskSpec(name="usual", label="usual").methods


def draw(pipeline: Pipeline, dataset: Dataset, *, expanded: bool = False) -> None:
    """Draw the choice of a column, its methods and seeds, and the tasks that can be removed."""
    if not dataset.labels:
        words.note(NO_LABELS)
        return
    with st.expander("Score a label column", expanded=expanded):
        _choose(pipeline, dataset)
    names = [spec.name for spec in pipeline.study.task]
    if names:
        with st.expander("Tasks of the study"):
            words.quiet("A task that is removed keeps what was computed of it, and has it again when it comes back.")
            for name in names:
                st.button(f"Remove {name}", key=f"{KEY}.remove.{name}", type="tertiary", on_click=_remove, args=(name,))


def _choose(pipeline: Pipeline, dataset: Dataset) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox("Label column", dataset.labels, key=f"{KEY}.label", width=220)
        options = fitting(dataset, label)
        first = [name for name in USUAL if name in options] or options[:1]
        chosen = st.multiselect(
            "Scored by",
            options,
            default=first,
            format_func=lambda name: task_methods()[name].title,
            key=f"{KEY}.methods.{label}",
            width=420,
        )
        seeds = st.text_input(
            "Seeds", "0 1 2", key=f"{KEY}.seeds", width=110, help="At least three tell how much luck is in it"
        )
        groups = ["", *(str(name) for name in dataset.frame.columns if name != label)]
        group = st.selectbox(
            "Kept together",
            groups,
            format_func=lambda name: name or "nothing but repeats",
            key=f"{KEY}.group",
            width=220,
            help="Samples with the same value here never stand on both sides of a split",
        )
    for name in chosen:
        words.quiet(f"{task_methods()[name].title}: {task_methods()[name].question}")
    try:
        spec = task_from(pipeline.study, label, chosen, seeds, group)
        changed = replace(pipeline, study=with_task(pipeline.study, spec))
        missing = [ask for ask in asks_of(changed, spec) if changed.find(ask) is None]
        takes = words.lasting(costs.seconds_for(changed, missing))
    except BadInput as error:
        words.trouble(str(error))
        return
    if changed.study == pipeline.study and not missing:
        words.quiet("This is scored already and stands above.")
        return
    st.button(f"Score · about {takes}", key=f"{KEY}.score", type="primary", on_click=_score, args=(spec,))


def offer_columns(pipeline: Pipeline, dataset: Dataset) -> None:
    """Of the label columns that no task is about: that nothing is scored on them, and a button that does it."""
    known = {spec.label for spec in pipeline.study.task if not spec.train}
    without = [label for label in dataset.labels if label not in known]
    if not without or len(pipeline.spaces()) < 2:
        return
    columns = words.listed([f"“{label}”" for label in without])
    has = "is a label column" if len(without) == 1 else "are label columns"
    words.quiet(
        f"{columns} {has} that no task is about, so nothing is scored on {'it' if len(without) == 1 else 'them'}."
    )
    with st.container(horizontal=True):
        for label in without[:FEW]:
            options = fitting(dataset, label)
            methods = [name for name in USUAL if name in options] or options[:1]
            spec = task_from(pipeline.study, label, methods, "0 1 2", "")
            changed = replace(pipeline, study=with_task(pipeline.study, spec))
            takes = words.lasting(costs.seconds_for(changed, asks_of(changed, spec)))
            called = words.literal(label)
            st.button(f"Score {called} · about {takes}", key=f"{KEY}.column.{label}", on_click=_score, args=(spec,))


def fitting(dataset: Dataset, label: str) -> list[str]:
    """The methods that can tell a label column, by what they say of themselves."""
    kind = dataset.labels_in(label).kind
    return [name for name, method in task_methods().items() if kind in method.targets]


def task_from(study: Study, label: str, methods: Sequence[str], seeds: str, group: str) -> TaskSpec:
    """The task that was asked for; where the study has it, that one with the methods added.

    BadInput for seeds that are none, and where no method is chosen.
    """
    if not methods:
        raise BadInput("no method is chosen; choose what the column is scored by.")
    found = seeds_from(seeds)
    name = named_after(label)
    spec = TaskSpec(name=name, label=label, methods=tuple(methods), seeds=found, group=group)
    for other in study.task:
        if replace(other, name=name, methods=spec.methods) == spec:
            return replace(other, methods=tuple(dict.fromkeys((*other.methods, *methods))))
    taken, count = {other.name for other in study.task}, 2
    while spec.name in taken:
        spec, count = replace(spec, name=f"{name} ({count})"), count + 1
    return spec


def named_after(label: str) -> str:
    """A name that a task of a label column can have.

    >>> named_after("area/kind")
    'area_kind'
    """
    return "".join(sign if sign in ALLOWED else "_" for sign in label).strip().lstrip(".-")[:100] or "labels"


def seeds_from(typed: str) -> tuple[int, ...]:
    """The seeds that somebody typed; BadInput for what are none.

    >>> seeds_from("0, 1 2")
    (0, 1, 2)
    """
    found = typed.replace(",", " ").split()
    plain = all(one.isascii() and one.isdigit() and len(one) < 6 for one in found)
    if not found or len(found) > MOST_SEEDS or not plain:
        raise BadInput(f"seeds {typed!r} are none; give up to {MOST_SEEDS} whole numbers such as 0 1 2.")
    return tuple(map(int, found))


def with_task(study: Study, spec: TaskSpec) -> Study:
    """The study with a task, in the place of one of its name where there is one."""
    if spec.name in (other.name for other in study.task):
        return replace(study, task=tuple(spec if other.name == spec.name else other for other in study.task))
    return replace(study, task=(*study.task, spec))


def _score(spec: TaskSpec) -> None:
    """Turn to the study with the task and start the job; in a callback, so that no drawing of the page loses it."""
    now = state.view()
    try:
        _turn_to(with_task(state.session().study, spec))
        if now.tasks:
            state.change(tasks=tuple(dict.fromkeys((*now.tasks, spec.name))))
        if now.methods:
            state.change(methods=tuple(dict.fromkeys((*now.methods, *spec.methods))))
        pipeline = opened.pipeline()
        asks = [ask for ask in (*asks_of(pipeline, spec), *cards_of(pipeline)) if pipeline.find(ask) is None]
        if asks:
            work.start(pipeline, asks, f"{pipeline.study.name}: scores of {spec.name}")
    except (BadInput, Failed) as error:
        state.complain(str(error))


def _remove(name: str) -> None:
    study = state.session().study
    _turn_to(replace(study, task=tuple(spec for spec in study.task if spec.name != name)))


def _turn_to(study: Study) -> None:
    dataset = opened.pipeline().find_dataset()
    state.open_study(study, state.session().base, same_samples=None if dataset is None else dataset.ids)
