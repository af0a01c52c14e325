"""All that was measured of a study's spaces, as the rows of `numbers.csv`, and what of it is missing."""

import pandas as pd

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.rows import number_rows

KINDS = ("analysis", "transferability", "task", "metrics")  # whose numbers choose a checkpoint, or say which is good


def rows_of(pipeline: Pipeline) -> pd.DataFrame:
    """The rows of every number that is there, but for those of two spaces."""
    return number_rows(pipeline, [ask for ask in wanted(pipeline) if ask.kind != "comparison"])


def asks_of(pipeline: Pipeline) -> list[Ask]:
    """What those numbers are asked by."""
    return [ask for ask in wanted(pipeline) if ask.kind in KINDS]


def there(pipeline: Pipeline) -> list[Ask]:
    """Those of them that are there."""
    return [ask for ask in asks_of(pipeline) if pipeline.find(ask) is not None]
