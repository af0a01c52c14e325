"""Which checkpoint is best for a task, by an estimator: a ranking with intervals, and how probable each first place is.

Every space's draws are of the same samples (`transfer.estimate`), so in each draw the spaces meet as pairs: the
probability of being the best is the share of draws in which a space has the highest number, ties shared. A checkpoint
is as good as its best layer, and its probability is the sum of its layers'. The numbers of one estimator alone; whether
that estimator has been right before is `record`'s question.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ask import Ask
from analysis.made import checkpoints_of
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.registry import estimators
from analysis.result import Result
from analysis.series.pair import was_trained
from analysis.study import Study
from analysis.transfer_asks import task_named

VERSION = 1  # of probability_best
FIRST_CHOICES = ("h_score", "logme")  # whose ranking is a task's own: the first that can read its labels
WINNER = 0.005  # probabilities below round to .00 and are not told


@dataclass(frozen=True, eq=False)
class Ranking:
    """Spaces and checkpoints by one estimator of one task, highest first.

    `spaces`: space, checkpoint, value, low, high, null_low, null_high, n, probability_best (NaN without draws).
    `checkpoints`: the same of each checkpoint's best layer, which is `space`. `without`: the spaces without a number.
    """

    task: str
    estimator: str
    spaces: pd.DataFrame
    checkpoints: pd.DataFrame
    without: tuple[str, ...]
    seconds: float

    @property
    def words(self) -> str:
        """Who is the best, and how probable that is.

        "A, .93; B, .07"
        """
        told = self.checkpoints[self.checkpoints["probability_best"] >= WINNER]
        told = told.sort_values("probability_best", ascending=False, kind="stable")
        pairs = zip(told["checkpoint"], told["probability_best"], strict=True)
        return "; ".join(f"{name}, {f'{share:.2f}'.lstrip('0')}" for name, share in pairs)

    def numbers(self) -> dict[str, Number]:
        """Of each space, the probability that it is the best."""
        known = self.spaces[self.spaces["probability_best"].notna()]
        rows = zip(known["space"], known["probability_best"], known["n"], strict=True)
        return {space: Number(value=share, n=int(n), seconds=self.seconds) for space, share, n in rows}


def probability_best(draws: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The share of draws in which each row is the highest, from (spaces, draws); ties shared, draws with NaN left out.

    >>> probability_best(np.array([[1.0, 3.0, 2.0, 5.0], [0.0, 4.0, 2.0, 1.0]])).tolist()
    [0.625, 0.375]
    """
    known = draws[:, np.isfinite(draws).all(axis=0)]
    if known.shape[1] == 0:
        return np.full(len(draws), np.nan)
    first = known == known.max(axis=0)
    shares: npt.NDArray[np.float64] = (first / first.sum(axis=0)).mean(axis=1)
    return shares


def rankings(pipeline: Pipeline, asks: Sequence[Ask]) -> list[Ranking]:
    """A ranking for each task and estimator among these asks whose numbers are there, two spaces at least."""
    found: dict[str, dict[str, Result]] = {}
    for ask in asks:
        result = pipeline.find(ask) if ask.kind == "transferability" else None
        if result is not None:
            found.setdefault(ask.other, {})[ask.subject] = result
    owner = {space.name: space.checkpoint.name for space in pipeline.spaces()}
    return [
        ranking_of(task_named(pipeline.study, other), name, results, owner)
        for other, results in found.items()
        for name in estimators()
        if sum(_known(one, name) for one in results.values()) > 1
    ]


def ranking_of(task: str, estimator: str, results: dict[str, Result], owner: dict[str, str]) -> Ranking:
    """The ranking of spaces by one estimator; `owner`: the checkpoint that each is a layer of."""
    rows, draws, without, seconds = [], [], [], 0.0
    for space, result in results.items():
        if not _known(result, estimator):
            without.append(space)
            continue
        number = result.numbers[estimator]
        ends = (number.low, number.high, number.null_low, number.null_high)
        rows.append((space, owner[space], number.value, *ends, number.n))
        table = result.tables.get("draws")
        draws.append(np.empty(0) if table is None else table[estimator].to_numpy(np.float64))
        seconds += number.seconds or 0.0
    spaces = pd.DataFrame(rows, columns=["space", "checkpoint", "value", "low", "high", "null_low", "null_high", "n"])
    together = min(len(one) for one in draws)  # a wide space may have fewer draws
    spaces["probability_best"] = probability_best(np.array([one[:together] for one in draws]))
    spaces = spaces.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    checkpoints = spaces.groupby("checkpoint", sort=False).first().reset_index()
    of_layers = spaces.groupby("checkpoint")["probability_best"].sum(min_count=1)
    checkpoints["probability_best"] = checkpoints["checkpoint"].map(of_layers)
    return Ranking(task, estimator, spaces, checkpoints, tuple(without), seconds)


def _known(result: Result, estimator: str) -> bool:
    return estimator in result.numbers and result.numbers[estimator].value is not None


def best_for(found: Sequence[Ranking]) -> list[Ranking]:
    """Of each task the ranking that is its own: by H-score, or by LogME where the labels are numbers."""
    own: dict[str, Ranking] = {}
    for one in in_order(found):
        own.setdefault(one.task, one)
    return list(own.values())


def in_order(found: Sequence[Ranking]) -> list[Ranking]:
    """The rankings by those estimators first that are a task's own."""
    order = [*FIRST_CHOICES, *sorted({one.estimator for one in found} - set(FIRST_CHOICES))]
    return sorted(found, key=lambda one: order.index(one.estimator))


@dataclass(frozen=True)
class First:
    """Whom most estimators of one task put first, and how many of them."""

    checkpoint: str
    votes: int
    estimators: int


def first_of(found: Sequence[Ranking], among: Collection[str] | None = None) -> First:
    """Whom most of these estimators put first: of all checkpoints, or of some; ties to the estimator that is first."""
    orders = [[name for name in one.checkpoints["checkpoint"] if among is None or name in among] for one in found]
    firsts = [names[0] for names in orders if names]
    best = max(firsts, key=firsts.count)
    return First(best, firsts.count(best), len(found))


def votes_of(found: Sequence[Ranking]) -> list[tuple[str, int]]:
    """How many estimators put each checkpoint first of all, those with most votes first; others have none."""
    firsts = [str(one.checkpoints["checkpoint"].iloc[0]) for one in found]
    return sorted(((name, firsts.count(name)) for name in dict.fromkeys(firsts)), key=lambda one: -one[1])


def choice_of(found: Sequence[Ranking], controls: Collection[str]) -> First:
    """Whom most would take: of those that are no control, where there is one."""
    names = [name for name in found[0].checkpoints["checkpoint"] if name not in controls]
    return first_of(found, names or None)


def sentence(found: Sequence[Ranking], controls: Collection[str], task: str = "", *, trained: bool = True) -> str:
    """Whom the estimators of one task would take, how probable that first place is, and which control is ahead of it.

    `controls`: checkpoints that were not pre-trained (random weights, counted words). They are no choice, but a choice
    that is behind one is worth little; where there is nothing else, they are ranked. `trained`: whether all others
    were pre-trained.
    """
    rows = [one.checkpoints for one in found]
    names = [name for name in rows[0]["checkpoint"] if name not in controls] or list(rows[0]["checkpoint"])
    choice = choice_of(found, controls)
    best, n = choice.checkpoint, len(found)
    top, own_votes = first_of(found), sum(str(one["checkpoint"].iloc[0]) == best for one in rows)
    behind = top.checkpoint in controls and top.votes > own_votes and top.checkpoint != best
    on = f"To fine-tune on {task or found[0].task}"
    if len(names) == 1:
        only = "only pre-trained checkpoint here" if trained else "only checkpoint here that is no baseline"
        said = f"{on}, {best} is the {only}"
    else:
        records = [(one, row) for one in found for row in one.checkpoints.to_dict("records")]
        of, own = next((one, row) for one, row in records if row["checkpoint"] == best)
        layer = f" at layer {own['space'].rpartition('@')[2]}" if own["space"] != best else ""
        share, title = own["probability_best"], estimators()[of.estimator].title
        sure = "" if pd.isna(share) else f" ({title} gives it a probability of {share:.2f} to be the best of all)"
        whose = (" of the pre-trained" if trained else " of those that are no baseline") if behind else sure
        said = f"{on}, {choice.votes} of {n} estimators would take {best}{layer}{whose}"
    if behind:
        return f"{said}. Above every other, {top.votes} of {n} estimators put a baseline, {top.checkpoint}."
    ahead_of = {name: sum(_above(one, name, best) for one in rows) for name in rows[0]["checkpoint"]}
    worse = [
        f"{count} of {n} estimators put {name}, a baseline, above it"
        for name, count in ahead_of.items()
        if count and name in controls and name != best
    ]
    return f"{said}. {'; '.join(worse)}." if worse else f"{said}."


def _above(checkpoints: pd.DataFrame, name: str, other: str) -> bool:
    """Whether one stands above the other."""
    order = checkpoints["checkpoint"].tolist()
    return name in order and other in order and order.index(name) < order.index(other)


def controls_of(study: Study) -> frozenset[str]:
    """The checkpoints that were not pre-trained: random weights, and counted words."""
    return frozenset(one.name for one in checkpoints_of(study) if one.init == "random" or one.family == "tfidf")


def all_trained(study: Study) -> bool:
    """Whether every checkpoint but the controls was pre-trained."""
    return all(was_trained(one) for one in checkpoints_of(study) if one.name not in controls_of(study))


def agreement(found: Sequence[Ranking]) -> str:
    """How many estimators of one task put the same checkpoint first, and whom the others put there."""
    firsts = {estimators()[one.estimator].title: str(one.checkpoints["checkpoint"][0]) for one in found}
    top = first_of(found)
    if len(firsts) == 1:
        return f"{next(iter(firsts))}: {top.checkpoint}"
    apart = ", ".join(f"{name}: {choice}" for name, choice in firsts.items() if choice != top.checkpoint)
    if not apart:
        return f"All {len(firsts)} estimators put {top.checkpoint} first"
    return f"{top.votes} of {len(firsts)} estimators put {top.checkpoint} first ({apart})"


def candidates(found: Sequence[Ranking]) -> pd.DataFrame:
    """What `record` judges: candidate, checkpoint, task, value; of each checkpoint its best layer."""
    parts = [one.checkpoints[["checkpoint", "value"]].assign(candidate=one.estimator, task=one.task) for one in found]
    columns = ["candidate", "checkpoint", "task", "value"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def sizes_of(pipeline: Pipeline) -> dict[str, int | None]:
    """Parameters of each checkpoint, from its card; None where they are unknown, as of vectors made elsewhere."""
    cards = {space.checkpoint: space.card for space in pipeline.spaces()}
    return {one.name: None if one.family == "vectors" else card.parameters for one, card in cards.items()}
