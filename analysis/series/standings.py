"""Who stands where: spaces × (task, method), one number of each, as the words of a table.

A task is scored by several methods, each with several numbers; a table shows one number of each method: the one asked
for, else its first (of few shots, the one from the most examples). A cell is marked ● where its space beats every other
beyond doubt, ○ where it cannot be told apart from the best.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.ask import Ask
from analysis.figures.words import listed, shown, with_interval
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.registry import is_of_width, task_methods
from analysis.result import Result
from analysis.series.pair import is_control
from analysis.series.scores import COLUMNS, MEASURED, TESTED, error_reduction, score_table
from analysis.spaces import SpaceOf
from analysis.study import TaskSpec
from analysis.task_asks import methods_of

Column = tuple[str, str]  # task, method
Head = tuple[str, str]  # of a column: task, method
ALONE, TIED, NONE, NOTED = "●", "○", "–", "†"
CHANCE, COMMONEST = "chance", "commonest class"  # rows beside the spaces
FIRST = ("finetune", "linear", "knn", "similarity")  # whose score is a task's own: the first that is there
EMPTY = dict.fromkeys(COLUMNS, None) | dict.fromkeys(("best", "significant", "tied"), False)
TITLES = {"macro_f1": "macro F1", "auroc": "AUROC", "mcc": "MCC", "v_measure": "V-measure", "ndcg": "nDCG"}


def asks_of(pipeline: Pipeline, spec: TaskSpec) -> list[Ask]:
    """What every space scores on one task by each of its methods, nothing read."""
    return [Ask("task", method, space.name, spec.name) for method in methods_of(spec) for space in pipeline.spaces()]


def title_of(number: str) -> str:
    """What a number of a score is called.

    >>> title_of("ndcg@10"), title_of("macro_f1"), title_of("accuracy")
    ('nDCG@10', 'macro F1', 'accuracy')
    """
    bare, at, k = number.partition("@")
    return TITLES.get(bare, bare.replace("_", " ")) + at + k


def bare_numbers(pipeline: Pipeline, asks: Sequence[Ask]) -> list[str]:
    """The numbers that these scores have, without `@k`."""
    found = (name for ask in asks for name in _known(pipeline, ask))
    return list(dict.fromkeys(name.partition("@")[0] for name in found))


def chosen_numbers(pipeline: Pipeline, asks: Sequence[Ask], wanted: str = "") -> dict[Column, str]:
    """The number of each task and method: the one that is wanted, else its first; none where it has it not."""
    names: dict[Column, dict[str, None]] = {}
    for ask in asks:
        names.setdefault((ask.other, ask.name), {}).update(dict.fromkeys(_known(pipeline, ask)))
    found = {}
    for column, known in names.items():
        bare = wanted or next((name.partition("@")[0] for name in known), "")
        mine = [name for name in known if name.partition("@")[0] == bare]
        if mine:
            found[column] = max(mine, key=_at)
    return found


def standings(pipeline: Pipeline, asks: Sequence[Ask], wanted: str = "") -> pd.DataFrame:
    """`score_table` of one number of each task and method, spaces without `#task`; a row without a value says why."""
    chosen = chosen_numbers(pipeline, asks, wanted)
    table = score_table(pipeline, asks, chosen)
    table["space"] = [name.partition("#")[0] for name in table["space"]]
    there = set(zip(table["space"], table["task"], table["method"], strict=True))
    more = []
    for ask in asks:
        result = pipeline.find(ask)
        number = chosen.get((ask.other, ask.name), "")
        if isinstance(result, Result) and (ask.subject, ask.other, ask.name) not in there:
            why = next((cell.why for cell in result.numbers.values() if cell.why), "")
            if number or why:
                place = {"space": ask.subject, "task": ask.other, "method": ask.name, "number": number, "why": why}
                more.append(EMPTY | place)
    if not more:
        return table
    whole = pd.DataFrame([*table.to_dict("records"), *more], columns=COLUMNS)
    return whole.astype(dict.fromkeys((*MEASURED, *TESTED), "float64"))


def first_method(methods: Sequence[str]) -> str:
    """The method whose score is a task's own."""
    return next((name for name in FIRST if name in methods), methods[0] if methods else "")


def leading_methods(table: pd.DataFrame, spaces: int) -> dict[str, str]:
    """Of each task the method that its sentence is about: of those that all spaces are scored by, if any."""
    found: dict[str, dict[str, int]] = {}
    for task, method in zip(table["task"], table["method"], strict=True):
        counts = found.setdefault(str(task), {})
        counts[str(method)] = counts.get(str(method), 0) + 1
    whole = {task: [name for name, n in counts.items() if n == spaces] for task, counts in found.items()}
    return {task: first_method(whole[task] or list(counts)) for task, counts in found.items()}


def baseline_of(spaces: Sequence[SpaceOf]) -> str:
    """What errors saved are counted from: the random control, else counted words, else the first space."""
    controls = [space for space in spaces if is_control(space)]
    random = [space for space in controls if space.checkpoint.init == "random"]
    return next(iter(random or controls or spaces)).name


def cells(
    table: pd.DataFrame,
    spaces: Sequence[str],
    baseline: str = "",
    *,
    levels: Mapping[Column, float] | None = None,
    marked: Collection[tuple[str, str, str]] = (),
) -> pd.DataFrame:
    """These spaces × task and method in words, best of the first column on top, below what knows nothing gives.

    `levels`: what naming the commonest class gives. `marked`: the scores (space, task, method) that a note is about.
    With a `baseline` each cell says the share of its errors that the space saves.
    """
    rows = error_reduction(table, baseline) if baseline else table
    found: dict[str, dict[Head, str]] = {space: {} for space in order(table, spaces)}
    means: dict[Head, list[float]] = {}
    heads, constant = heads_of(table), dict[Head, str]()
    for row in rows.to_dict("records"):
        place = (row["task"], row["method"])
        head = heads[place]
        note = f" {NOTED}" if (row["space"], *place) in marked else ""
        found[row["space"]][head] = (_saved(row) if baseline else _score(row)) + note
        means.setdefault(head, []).append(row["null_mean"])
        if levels and place in levels:
            constant[head] = shown(levels[place], 2)
    if not baseline and means:
        chance = {head: [value for value in values if not pd.isna(value)] for head, values in means.items()}
        found |= {COMMONEST: constant} if constant else {}
        found[CHANCE] = {head: shown(sum(values) / len(values), 2) for head, values in chance.items() if values}
    known = {CHANCE, COMMONEST}
    lines = [[cell.get(head, "" if name in known else NONE) for head in means] for name, cell in found.items()]
    index = pd.Index(found, name="checkpoint")
    return pd.DataFrame(lines, index=index, columns=pd.MultiIndex.from_tuples(means) if means else [])


def heads_of(table: pd.DataFrame) -> dict[Column, Head]:
    """The two lines of each column's head: the task with its number, where all its methods show one, and the method."""
    places = table[["task", "method", "number"]].drop_duplicates(["task", "method"])
    found: dict[Column, Head] = {}
    for task, part in places.groupby("task", sort=False):
        shared = set(part["number"]) - {""}
        over = f"{task}: {title_of(shared.pop())}" if len(shared) == 1 else str(task)
        for method, number in zip(part["method"], part["number"], strict=True):
            title = task_methods()[method].title.lower()
            found[str(task), method] = (over, title if ":" in over or not number else f"{title}, {title_of(number)}")
    return found


def leading_first(table: pd.DataFrame, leading: Mapping[str, str]) -> pd.DataFrame:
    """The rows with each task's leading method before its others."""
    tasks = list(dict.fromkeys(table["task"]))
    first = [leading.get(task) != method for task, method in zip(table["task"], table["method"], strict=True)]
    by = table.assign(_task=table["task"].map(tasks.index), _first=first)
    return by.sort_values(["_task", "_first"], kind="stable", ignore_index=True).drop(columns=["_task", "_first"])


def beside(numbers: pd.DataFrame, key: tuple[str, str, str], spaces: Iterable[str]) -> list[str]:
    """One number of `course.numbers_of` (analysis, number, other) of these spaces in words; empty for what is none."""
    mine = numbers[(numbers[["analysis", "number", "other"]] == list(key)).all(axis=1)]
    known = {row["space"]: _number(row) for row in mine.to_dict("records")}
    return [known.get(space, "" if space in (CHANCE, COMMONEST) else NONE) for space in spaces]


def order(table: pd.DataFrame, spaces: Sequence[str]) -> list[str]:
    """The spaces, the highest in the first column first, those without a score there last."""
    if table.empty:
        return list(spaces)
    first = table.iloc[0]
    mine = table[(table["task"] == first["task"]) & (table["method"] == first["method"])]
    ranked = mine.sort_values("value", ascending=False, kind="stable", na_position="last")["space"]
    return list(dict.fromkeys([*ranked, *spaces]))


def reasons(table: pd.DataFrame, baseline: str = "") -> list[str]:
    """Why spaces have no score, one sentence for each reason; and why none of a baseline's errors can be saved."""
    without = table[table["why"].fillna("") != ""]
    found: dict[str, list[str]] = {}
    for row in without.to_dict("records"):
        found.setdefault(str(row["why"]), []).append(f"{row['space']} on {row['task']}")
    perfect = dict.fromkeys(table[(table["space"] == baseline) & (table["value"] >= 1)]["task"])
    none = [f"{baseline} makes no error on {task}, so that none can be saved there." for task in perfect]
    return [f"{listed(list(dict.fromkeys(places)))}: {why}" for why, places in found.items()] + none


def number_in(row: Mapping[str, Any]) -> Number:
    """A row's value with its interval and its chance."""
    parts = {name: None if pd.isna(row[name]) else float(row[name]) for name in MEASURED}
    n = None if pd.isna(row["n"]) else int(row["n"])
    return Number(n=n, why=str(row["why"] or "no score") if parts["value"] is None else "", **parts)


def _known(pipeline: Pipeline, ask: Ask) -> list[str]:
    result = pipeline.find(ask) if ask.name in task_methods() else None
    return [name for name, number in result.numbers.items() if number.value is not None] if result else []


def _at(number: str) -> float:
    k = number.partition("@")[2]
    return float(k) if k else 0.0


def _number(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["value"]):
        return NONE
    known = not pd.isna(row["low"])
    said = with_interval(Number(value=row["value"], low=row["low"], high=row["high"])) if known else shown(row["value"])
    if is_of_width(row["analysis"], row["number"]) and not pd.isna(row.get("d")):
        said += f" of {row['d']:.0f}"
    return f"{said} ({row['why']})" if row["why"] else said


def _score(row: Mapping[Any, Any]) -> str:
    return NONE if pd.isna(row["value"]) else _marked(row, with_interval(number_in(row)))


def _saved(row: Mapping[Any, Any]) -> str:
    """The share of the baseline's errors that are saved, in percent; with its interval, the baseline's left out."""
    if pd.isna(row["reduction"]):
        return NONE
    value, low, high = (row[name] * 100 for name in ("reduction", "reduction_low", "reduction_high"))
    said = shown(value, 0) + " %" + ("" if pd.isna(low) else f" [{shown(low, 0)}, {shown(high, 0)}]")
    return _marked(row, said)


def _marked(row: Mapping[Any, Any], said: str) -> str:
    mark = ALONE if row["best"] and row["significant"] else TIED if row["tied"] else ""
    return f"{said} {mark}".rstrip()
