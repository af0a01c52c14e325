"""What an analysis answers: numbers, tables, arrays. All that a figure may use, so all that is shown can be saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.number import Number


@dataclass(frozen=True, eq=False)
class Result:
    """Numbers by name, tables, arrays; `points` are arrays of one value per sample (NaN where undefined),
    which a map can be coloured by; `notes` are sentences that belong under the figure (approximations, samples,
    alarms).
    """

    numbers: Mapping[str, Number]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    arrays: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    points: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
