"""All that was measured of a study's spaces, as the rows of `numbers.csv`, and what of it is missing."""

import pandas as pd

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.rows import number_rows
from analysis.series.measured import PAIRED

NOT_MEASURED = ("dataset", "space", "neighbors", "projection", "regions", "graph")  # but made, to measure on or look at


def rows_of(pipeline: Pipeline) -> pd.DataFrame:
    """The rows of every number that is there, but for those of two spaces."""
    return number_rows(pipeline, [ask for ask in wanted(pipeline) if ask.kind != PAIRED])


def asks_of(pipeline: Pipeline) -> list[Ask]:
    """What those numbers are asked by."""
    return [ask for ask in wanted(pipeline) if ask.kind not in (*NOT_MEASURED, PAIRED)]


def there(pipeline: Pipeline) -> list[Ask]:
    """Those of them that are there."""
    return [ask for ask in asks_of(pipeline) if pipeline.find(ask) is not None]
