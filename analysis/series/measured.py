"""What was measured of each space, as axes: numbers of analyses and scores on tasks, from the rows of `numbers.csv`.

Whatever is a row there is an axis here, those of later analyses included. A score that was read belongs to a
checkpoint, whichever of its layers are spaces: it stands at the last of them. Of several runs of one checkpoint: mean,
least and largest.
"""

import re
from collections.abc import Sequence

import pandas as pd

from analysis.made import MadeCheckpoint
from analysis.spaces import SpaceOf

TASK, TRANSFER, PAIRED = "task", "transferability", "comparison"
RUN = re.compile(r"^read\(([^:)]*):.*\)$")
LESS = re.compile(r"loss|error|perplexity|(?:^|[/_.])(?:mse|mae|rmse|wer|cer|ppl)$", re.IGNORECASE)  # is better
OWN_TEXTS = r"#.*"  # a space is called `…#task` on a task's own texts
MEASURED = ["value", "low", "high"]
NUMBER_COLUMNS = ["space", "axis", "analysis", "number", "other", *MEASURED]
SCORE_COLUMNS = ["space", "axis", "task", "method", "number", *MEASURED]


def numbers_in(rows: pd.DataFrame) -> pd.DataFrame:
    """Every number about one space: NUMBER_COLUMNS, one row per space and axis; `axis`: `analysis|number|other`.

    Scores on tasks are none of them, nor is what two spaces have in common.
    """
    mine = rows[~rows["analysis"].isin([TASK, PAIRED]) & (rows["number"] != "probability_best")]
    mine = mine[(mine["subject"] != "") & mine["value"].notna()]
    found = mine.assign(
        space=mine["subject"].str.replace(OWN_TEXTS, "", regex=True),
        axis=mine["analysis"] + "|" + mine["number"] + "|" + mine["other"],
    )
    return _typed(found.drop_duplicates(["space", "axis"], keep="last")[NUMBER_COLUMNS])


def scores_in(rows: pd.DataFrame, spaces: Sequence[SpaceOf]) -> pd.DataFrame:
    """Every score on a task: SCORE_COLUMNS, one row per space and axis; `axis`: `task|method|number`.

    `method` of what was read is `read(source)`.
    """
    last = {space.checkpoint.name: space.name for space in spaces}  # its layers come in order
    mine = rows[(rows["analysis"] == TASK) & rows["value"].notna()]
    if not len(mine):
        return _typed(pd.DataFrame(columns=SCORE_COLUMNS))
    places = mine["other"].str.partition("|")
    read = places[2].str.match(RUN)
    method = places[2].where(~read, "read(" + places[2].str.extract(RUN, expand=False).fillna("") + ")")
    bare = mine["subject"].str.replace(OWN_TEXTS, "", regex=True)
    space = bare.where(~read, bare.map(last)).fillna(bare)
    found = mine.assign(
        space=space, task=places[0], method=method, axis=places[0] + "|" + method + "|" + mine["number"]
    )
    whole = _typed(found[SCORE_COLUMNS])
    again = whole.duplicated(["space", "axis"], keep=False)
    if not again.any():
        return whole
    runs = whole[again].groupby(["space", "axis"], sort=False)
    several = runs.first().assign(**{"value": runs["value"].mean(), "low": runs["value"].min()})
    several = several.assign(high=runs["value"].max()).reset_index()
    return pd.concat([whole[~again], several], ignore_index=True)[SCORE_COLUMNS]


def together(
    numbers: pd.DataFrame, scores: pd.DataFrame, number: str, score: str, spaces: Sequence[SpaceOf]
) -> pd.DataFrame:
    """The spaces that have both: space, checkpoint, x, y and their ends (x_low, ...), in the study's order."""
    parts = []
    for frame, axis, name in ((numbers, number, "x"), (scores, score, "y")):
        mine = frame[frame["axis"] == axis].set_index("space")[MEASURED]
        parts.append(mine.set_axis([name, f"{name}_low", f"{name}_high"], axis=1))
    owner = {space.name: space.checkpoint.name for space in spaces}
    both = parts[0].join(parts[1], how="inner")
    both = both.reindex([name for name in owner if name in both.index]).rename_axis("space").reset_index()
    both.insert(1, "checkpoint", both["space"].map(owner))
    return both


def number_title(axis: str) -> str:
    """A number's axis in words.

    >>> number_title("collapse|nc2_norms|topic"), number_title("spectrum|rankme|")
    ('nc2 norms (collapse, topic)', 'rankme (spectrum)')
    """
    analysis, number, other = axis.split("|", 2)
    return f"{number.replace('_', ' ')} ({analysis.replace('_', ' ')}{', ' * bool(other)}{other})"


def score_title(axis: str) -> str:
    """A score's axis in words.

    >>> score_title("topic|linear|macro_f1"), score_title("topic|read(csv)|eval/f1")
    ('topic: macro f1 (linear)', 'topic: eval/f1 (read from csv)')
    """
    task, method, number = axis.split("|", 2)
    return f"{task}: {number.replace('_', ' ')} ({method_title(method)})"


def method_title(method: str) -> str:
    """How a score came about.

    >>> method_title("read(csv)"), method_title("few_shot")
    ('read from csv', 'few shot')
    """
    return f"read from {method[5:-1]}" if method.startswith("read(") else method.replace("_", " ")


def families_of(spaces: Sequence[SpaceOf]) -> dict[str, str]:
    """What each space is related by to others: its series, else its architecture or model, else its kind.

    Layers of one checkpoint are of one family, and so is the untrained twin of a model.
    """
    return {space.name: _family(space) for space in spaces}


def _family(space: SpaceOf) -> str:
    spec = space.checkpoint
    if isinstance(spec, MadeCheckpoint):
        return spec.section.name
    if spec.series or spec.architecture:
        return spec.series or spec.architecture
    if spec.family in ("vectors", "numeric"):
        return spec.name
    return spec.model.rstrip("/").rpartition("/")[2] or spec.family


def _typed(found: pd.DataFrame) -> pd.DataFrame:
    return found.astype(dict.fromkeys(MEASURED, "float64")).reset_index(drop=True)
