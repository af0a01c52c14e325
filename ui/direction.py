"""The direction from one selection to another, A − B, as it is chosen on the page; and samples colored along it."""

import numpy as np
import numpy.typing as npt

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.labels import Labels
from analysis.number import CannotAnalyze
from analysis.pipeline import Pipeline
from analysis.selections import OTHERS, SELECTED
from analysis.space import EmbeddingSpace
from models.errors import BadInput, Failed
from ui import named_selections, queries
from ui.rows import row_of
from ui.view import View

COLOUR = "A − B"
Group = npt.NDArray[np.bool_]


def title(now: View) -> str:
    """What the direction is called."""
    return f"{COLOUR}: {now.toward} − {now.away}"


def groups(pipeline: Pipeline, dataset: Dataset, now: View) -> tuple[Group, Group] | None:
    """Which samples A and B are, each (n,); None where one of them is not chosen or has no samples."""
    a = _group(pipeline, dataset, now.toward, now)
    b = None if a is None else ~a if now.away == OTHERS else _group(pipeline, dataset, now.away, now)
    return None if a is None or b is None or not a.any() or not b.any() else (a, b)


def selected(dataset: Dataset, now: View) -> Group:
    """What is selected, (n,)."""
    where, found = row_of(dataset), np.zeros(len(dataset), dtype=bool)
    found[[where[name] for name in now.selection if name in where]] = True
    return found


def colours(pipeline: Pipeline, dataset: Dataset, now: View) -> list[str]:
    """What the direction adds to the choice of colours: itself, where there is one."""
    found = groups(pipeline, dataset, now)
    return [COLOUR] if found is not None and not np.array_equal(*found) else []


def colour(pipeline: Pipeline, dataset: Dataset, space: str, now: View) -> Labels | None:
    """Where each sample lies along the direction in a space; None where there is no such direction."""
    found = groups(pipeline, dataset, now)
    vectors: EmbeddingSpace | None = pipeline.find(Ask("space", subject=space))
    if found is None or vectors is None:
        return None
    try:
        values = queries.direction_of(pipeline, vectors, *found, k=now.shown).along.values
    except (BadInput, Failed, CannotAnalyze):
        return None  # the list beside the map says why
    return Labels(title(now), "numeric", (), np.empty(0, np.int32), values)


def _group(pipeline: Pipeline, dataset: Dataset, name: str, now: View) -> Group | None:
    if name == SELECTED:
        return selected(dataset, now)
    named = named_selections.known(pipeline).get(name) if name else None
    if named is None:
        return None
    found = np.zeros(len(dataset), dtype=bool)
    try:
        found[named_selections.rows_of(dataset, named)] = True
    except BadInput:
        return None  # another tab has just removed it
    return found
