"""What could choose a checkpoint for a task: estimators, probes and geometry numbers, and the scores they are held to.

All from the rows of `numbers.csv`. More is better, but for what the literature reads the other way round (`LESS`),
which counts with its sign turned. A checkpoint is as good as its best layer, in what it promises and in what it scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.registry import estimators, task_methods
from analysis.series.measured import LESS as LESS_SCORES
from analysis.series.measured import TRANSFER, method_title, numbers_in, scores_in
from analysis.series.ranking import Ranking
from analysis.series.record import elsewhere, model_size
from analysis.spaces import SpaceOf
from analysis.study import Study
from analysis.transfer_asks import OWN, task_named

ESTIMATE, PROBE, GEOMETRY, STATIC = "estimate", "probe", "geometry", "static"
LESS: tuple[str, ...] = (
    "mean_cosine",
    "nc1",
    "nc2_norms",
    "nc2_angles",
    "uniformity",
    "alignment",
    "k_skewness",
    "twonn",
    "mle",
)
LESS += ("duplicates", "outlier_dimensions", "nonfinite_rows")
NO_CANDIDATE = ("index", "projection")  # how well neighbours and maps were made, not how good a space is
COLUMNS = ["candidate", "kind", "task", "checkpoint", "space", "value"]


@dataclass(frozen=True)
class Question:
    """A task that a checkpoint is wanted for: its name, and the `other` of its estimates, empty where it has none.

    That is a label column of the dataset, or `#task` for a task with files.
    """

    name: str
    other: str


def questions(study: Study, labels: Sequence[str]) -> list[Question]:
    """Every [[task]], and every label column that none of them is about."""
    found = [Question(task.name, f"{OWN}{task.name}" if task.train else task.label) for task in study.task]
    named = {one.other for one in found}
    return found + [Question(task_named(study, label), label) for label in labels if label not in named]


def candidates_of(rows: pd.DataFrame, asked: Sequence[Question], spaces: Sequence[SpaceOf]) -> pd.DataFrame:
    """COLUMNS, higher being better: of each candidate, task and checkpoint the best space; NaN and ties stay out."""
    parts = [_numbers(numbers_in(rows), asked), _probes(scores_in(rows, spaces), asked)]
    whole = pd.concat(parts, ignore_index=True)
    owner = {space.name: space.checkpoint.name for space in spaces}
    whole = whole.assign(checkpoint=whole["space"].map(owner)).dropna(subset=["checkpoint"])
    best = whole.sort_values("value", ascending=False, kind="stable")
    best = best.drop_duplicates(["candidate", "task", "checkpoint"]).sort_index()
    told = best.groupby(["candidate", "task"])["value"].transform("nunique") > 1
    return best.loc[told, COLUMNS].reset_index(drop=True)


def _numbers(numbers: pd.DataFrame, asked: Sequence[Question]) -> pd.DataFrame:
    """Estimates, and numbers of geometry: those by a label column are of its tasks, others of every task."""
    numbers = numbers[~numbers["analysis"].isin(NO_CANDIDATE)]
    columns = {one.other for one in asked} - {""}
    first = {one.other: one.name for one in reversed(asked)}  # what estimates call it
    parts = []
    for one in asked:
        estimate = (numbers["analysis"] == TRANSFER) & (numbers["other"] == first[one.other])
        mine = (numbers["analysis"] != TRANSFER) & ((numbers["other"] == one.other) | ~numbers["other"].isin(columns))
        for chosen, kind in ((numbers[estimate], ESTIMATE), (numbers[mine], GEOMETRY)):
            parts.append(_named(chosen, kind, one.other).assign(task=one.name, kind=kind))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*COLUMNS])


def _named(chosen: pd.DataFrame, kind: str, label: str) -> pd.DataFrame:
    """Numbers as candidates: what they are called, and their sign."""
    titles = {name: one.title for name, one in estimators().items()}
    names, signs = [], []
    for number, other in zip(chosen["number"], chosen["other"], strict=True):
        bare = number.partition("@")[0]
        less = kind == GEOMETRY and bare in LESS
        beside = f" ({other})" if kind == GEOMETRY and other not in ("", label) else ""
        said = titles.get(bare, number) if kind == ESTIMATE else number.replace("_", " ")
        names.append(f"{'little ' if less else ''}{said}{beside}")
        signs.append(-1.0 if less else 1.0)
    return chosen.assign(candidate=names, value=chosen["value"] * signs)


def _probes(scores: pd.DataFrame, asked: Sequence[Question]) -> pd.DataFrame:
    """The first number of each way to score, of the tasks that are asked about; what was read is the truth alone."""
    mine = scores[scores["method"].isin(list(task_methods())) & scores["task"].isin([one.name for one in asked])]
    first = mine.drop_duplicates(["task", "method"])[["task", "method", "number"]]
    mine = mine.merge(first, on=["task", "method", "number"])
    titles = {name: one.title for name, one in task_methods().items()}
    return mine.assign(candidate=mine["method"].map(titles), kind=PROBE)


def judges(scores: pd.DataFrame) -> list[tuple[str, str]]:
    """By what candidates can be judged, the best first: method and number of scores of which more is better.

    Fine-tuning before what was read, before probes.
    """
    pairs = scores[["method", "number"]].drop_duplicates().itertuples(index=False)
    known = [(str(method), str(number)) for method, number in pairs if not LESS_SCORES.search(str(number))]
    order = ["finetune", "read", "linear", "knn"]

    def rank(judge: tuple[str, str]) -> int:
        bare = judge[0].partition("(")[0]
        return order.index(bare) if bare in order else len(order)

    return sorted(known, key=rank)


def judge_title(judge: tuple[str, str]) -> str:
    """A judge in words: `accuracy of the linear probe`."""
    method, number = judge
    title = task_methods()[method].title.lower() if method in task_methods() else method_title(method)
    return f"{number.replace('_', ' ')}, {title}"


def scores_by(scores: pd.DataFrame, judge: tuple[str, str], spaces: Sequence[SpaceOf]) -> pd.DataFrame:
    """checkpoint, task, score of one judge; of a checkpoint its best layer."""
    owner = {space.name: space.checkpoint.name for space in spaces}
    mine = scores[(scores["method"] == judge[0]) & (scores["number"] == judge[1])]
    mine = mine.assign(checkpoint=mine["space"].map(owner)).dropna(subset=["checkpoint"])
    best = mine.groupby(["checkpoint", "task"], sort=False)["value"].max()
    return best.rename("score").reset_index()


def judged_by(candidates: pd.DataFrame, judge: tuple[str, str]) -> pd.DataFrame:
    """The candidates but for the one that is the judge."""
    own = task_methods()[judge[0]].title if judge[0] in task_methods() else ""
    return candidates[(candidates["kind"] != PROBE) | (candidates["candidate"] != own)]


def static_of(scores: pd.DataFrame, sizes: Mapping[str, int | None], spaces: Sequence[SpaceOf]) -> pd.DataFrame:
    """What never looks at the task, as candidates: model size, and the mean rank on other tasks."""
    both = pd.concat([model_size(scores, sizes), elsewhere(scores)], ignore_index=True)
    last = {space.checkpoint.name: space.name for space in spaces}
    return both.assign(kind=STATIC, space=both["checkpoint"].map(last))[COLUMNS]


def choices(candidates: pd.DataFrame, found: Sequence[Ranking], task: str) -> pd.DataFrame:
    """What each candidate would take for a task: candidate, kind, choice (ties named together), space, value,
    probability_best (of estimates).
    """
    mine = candidates[candidates["task"] == task]
    shares = {estimators()[one.estimator].title: one.checkpoints for one in found}
    rows = []
    for (candidate, kind), part in mine.groupby(["candidate", "kind"], sort=False):
        first = part[part["value"] == part["value"].max()]
        share = float("nan")
        if kind == ESTIMATE and candidate in shares:
            known = shares[str(candidate)].set_index("checkpoint")["probability_best"]
            share = float(known[first["checkpoint"]].max())
        rows.append(
            (candidate, kind, ", ".join(first["checkpoint"]), first["space"].iloc[0], part["value"].max(), share)
        )
    return pd.DataFrame(rows, columns=["candidate", "kind", "choice", "space", "value", "probability_best"])
