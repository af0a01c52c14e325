"""Which metric belongs to which checkpoint: by name or by step, said for every run, and nothing guessed.

A run belongs to the checkpoint, or step by step to the series, that `checkpoints` of [[metrics]] names; else to the
checkpoint of its own name; else to those its folder holds, by step; else to the series of its own name, by step; else
to the one pretrained checkpoint whose `model` it is called. By step: value and checkpoint have the very same number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.ask import Ask
from analysis.made import checkpoints_of, places_of
from analysis.number import Number
from analysis.plugin import Members
from analysis.readings import Readings
from analysis.study import MetricsSpec, Study
from models.errors import BadInput, nearest

UNNUMBERED = re.compile(
    r"(?:^|[/_.\-])(?:runtime|\w+_per_second|total_flos|epoch|seed|learning_rate|lr|grad_norm|global_step)$"
)


@dataclass(frozen=True)
class Target:
    """Where a run's values belong: to one checkpoint, or to that of the same step; or nowhere. `how` says why."""

    how: str
    checkpoint: str = ""
    steps: Mapping[float, tuple[str, ...]] | None = None


@dataclass(frozen=True, eq=False)
class Imported:
    """The metrics of one [[metrics]], and the preview of what became of them.

    `frame`: run, task, metric, step, value, checkpoint (empty: none), how (it was mapped, or why not), when, where, why
    (there is no value). `notes`: what the source, or the mapping, has to say.
    """

    source: str
    version: int
    frame: pd.DataFrame
    notes: tuple[str, ...]

    @cached_property
    def preview(self) -> pd.DataFrame:
        """A row per run, task, metric and destiny: how many values, missing ones among them, first and last step."""
        by = ["run", "task", "metric", "checkpoint", "how"]
        groups = self.frame.assign(missing=self.frame["value"].isna()).groupby(by, dropna=False, sort=False)
        found = groups.agg(
            values=("metric", "size"),
            missing=("missing", "sum"),
            first_step=("step", "min"),
            last_step=("step", "max"),
        )
        return found.reset_index()

    @cached_property
    def unmapped(self) -> dict[str, str]:
        """Runs none of whose values belong to a checkpoint, and why."""
        none = self.frame.groupby("run", sort=False)["checkpoint"].agg(lambda names: not names.any())
        first = self.frame.drop_duplicates("run").set_index("run")["how"]
        return {str(run): str(first[run]) for run in none.index[none]}

    @cached_property
    def numbers(self) -> dict[tuple[str, str, str], Number]:
        """By checkpoint, `task|read(source:run)` and metric: the value at the last step that belongs to it.

        A run trains a checkpoint, whichever of its layers are spaces, so that its name stands here, without a layer.
        Clocks and settings that runs log beside their metrics (`learning_rate`, `eval_runtime`) are left out here.
        """
        mine = self.frame[(self.frame["checkpoint"] != "") & ~self.frame["metric"].str.contains(UNNUMBERED)]
        last = mine.sort_values("step", kind="stable", na_position="first").drop_duplicates(
            ["checkpoint", "task", "run", "metric"], keep="last"
        )
        found = {}
        for row in last.sort_index().itertuples():
            place = (str(row.checkpoint), f"{row.task}|read({self.source}:{row.run})", str(row.metric))
            value = None if row.why else float(str(row.value))
            found[place] = Number(value=value, why=_why(str(row.why), float(str(row.step)), str(row.where)))
        return found


def asks_of(study: Study) -> list[Ask]:
    """What a study wants read: one ask a section."""
    return [Ask("metrics", spec.source, other=spec.path) for spec in study.metrics]


def section_of(ask: Ask, study: Study) -> MetricsSpec:
    """The section that an ask is about."""
    for spec in study.metrics:
        if (spec.source, spec.path) == (ask.name, ask.other):
            return spec
    raise BadInput(f"the study has no [[metrics]] with source {ask.name!r} and path {ask.other!r}; add it.")


def check_names(spec: MetricsSpec, study: Study) -> None:
    """Refuse a name in `checkpoints` that is neither a checkpoint nor a series."""
    known = {checkpoint.name for checkpoint in checkpoints_of(study)} | _series(study).keys()
    for run, name in spec.checkpoints.items():
        if name not in known:
            raise BadInput(
                f"checkpoints of [[metrics]] {spec.path!r} gives run {run!r} to {name!r}, which is no checkpoint or"
                f" series{nearest(name, known)}"
            )


def mapped(
    readings: Readings, spec: MetricsSpec, study: Study, *, members: Members | None = None, version: int = 1
) -> Imported:
    """The readings of a section with the checkpoint of each value; `members`: those that lie in the runs' folders."""
    check_names(spec, study)
    frame = readings.frame
    runs = list(map(str, frame["run"].unique()))
    for run in spec.checkpoints:
        if run not in runs:
            raise BadInput(
                f"checkpoints of [[metrics]] names the run {run!r}, which {spec.source} {spec.path!r} does not"
                f" hold{nearest(run, runs)}"
            )
    targets = {run: target_of(run, spec, study, members or {}) for run in runs}
    places = frame[["run", "step"]].drop_duplicates()
    found = [_place(targets[str(run)], float(step)) for run, step in places.itertuples(index=False)]
    places = places.assign(checkpoint=[one[0] for one in found], how=[one[1] for one in found])
    whole = frame.merge(places, on=["run", "step"], how="left", sort=False)  # NaN steps join one another
    if spec.task:
        whole["task"] = whole["task"].where(whole["task"] != "", spec.task)
    order = ["run", "task", "metric", "step", "value", "checkpoint", "how", "when", "where", "why"]
    imported = Imported(spec.source, version, whole[order], readings.notes)
    said = [f"run {run!r} belongs to no checkpoint: {why}" for run, why in imported.unmapped.items()]
    return Imported(spec.source, version, whole[order], (*readings.notes, *said))


def target_of(run: str, spec: MetricsSpec, study: Study, members: Members) -> Target:
    """Where a run belongs."""
    names = {checkpoint.name: checkpoint for checkpoint in checkpoints_of(study)}
    series = _series(study)
    if said := spec.checkpoints.get(run):
        if said in names:
            return Target("named in `checkpoints`", said)
        return Target(f"series {said!r}, named in `checkpoints`", steps=series[said])
    if run in names:
        return Target("the run has the checkpoint's name", run)
    if run in members:
        steps = {step: tuple(found) for step, found in members[run].items()}
        return Target("the checkpoint lies in the run's folder", steps=steps)
    if run in series:
        return Target("the run has the name of the series", steps=series[run])
    models = [one.name for one in checkpoints_of(study) if one.model == run and one.init == "pretrained"]
    if len(models) == 1:
        return Target("the run has the name of the checkpoint's model", models[0])
    why = "several checkpoints are that model" if models else "no checkpoint or series is called so"
    return Target(f'{why}; write checkpoints = {{ "{run}" = "…" }} in [[metrics]].')


def _series(study: Study) -> dict[str, dict[float, tuple[str, ...]]]:
    """By series and step, the names of the checkpoints there."""
    found: dict[str, dict[float, tuple[str, ...]]] = {}
    for one in checkpoints_of(study):
        for series, at in places_of(one):
            if at is not None and one.init == "pretrained":
                steps = found.setdefault(series, {})
                steps[at] = (*steps.get(at, ()), one.name)
    return found


def _place(target: Target, step: float) -> tuple[str, str]:
    """The checkpoint of a value, empty where there is none, and how or why not."""
    if target.steps is None:
        return target.checkpoint, target.how
    if step != step:
        return "", f"the value has no step, and the checkpoints go by step ({target.how})"
    there = target.steps.get(step, ())
    if len(there) == 1:
        return there[0], f"{target.how}, at step {step:g}"
    if there:
        return "", f"several checkpoints are at step {step:g}: {', '.join(there)}"
    return "", f"no checkpoint at this step; there are some at {_listed(sorted(target.steps))}"


def _listed(steps: list[float]) -> str:
    shown = [f"{step:g}" for step in (steps if len(steps) <= 6 else [*steps[:3], *steps[-2:]])]
    return ", ".join(shown if len(steps) <= 6 else [*shown[:3], "…", *shown[3:]])


def _why(why: str, step: float, where: str) -> str:
    if not why:
        return ""
    at = "" if step != step else f" at step {step:g}"
    return f"{why}{at} ({where})." if where else f"{why}{at}."
