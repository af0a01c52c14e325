"""Round labels of an axis of logarithms, also where it spans less than one power of ten."""

from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.figures.words import shown

STEPS = ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))  # in a power of ten
MOST = 7  # labels on an axis


def ticks_of(values: npt.NDArray[np.float64]) -> list[float]:
    """Round numbers between the least and the largest value, as many as are read easily.

    >>> ticks_of(np.array([0.67, 1.03])), ticks_of(np.array([0.001, 90.0]))
    ([0.7, 0.8, 0.9, 1.0], [0.001, 0.01, 0.1, 1.0, 10.0])
    """
    low, high = values.min(), values.max()
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    inside: list[float] = []
    for steps in STEPS:
        found = sorted(float(f"{step * power:.6g}") for step in steps for power in powers)
        inside = [tick for tick in found if low <= tick <= high]
        if len(inside) <= MOST:
            return inside or [float(f"{low:.2g}")]
    return inside[:: -(-len(inside) // MOST)]


def log_axis(values: npt.NDArray[np.float64]) -> dict[str, Any]:
    """What makes an axis logarithmic with such labels; `values`: positive, those that are drawn."""
    ticks = ticks_of(values)
    labels = [shown(tick) if tick >= 1e-4 else f"{tick:.0e}".replace("e-0", "e-").replace("-", "−") for tick in ticks]
    return {"type": "log", "tickvals": ticks, "ticktext": labels}
