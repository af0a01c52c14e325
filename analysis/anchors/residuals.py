"""Where a fit is wrong on held-out contexts: the largest error, errors by position, and the worst contexts."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.anchors.moments import Floats
from models.language_model import LanguageModel
from models.streaming import Contexts
from models.windows import Ids

WORST = 12  # contexts of each rule and fit
SHOWN = 40  # tokens of a context's text


class Residuals:
    """Collects them while contexts stream by. `coefficients`: of each fit (D, R)."""

    def __init__(self, coefficients: Mapping[str, Floats], window: int) -> None:
        self.coefficients = coefficients
        count = next(iter(coefficients.values())).shape[1]
        self.largest = {name: np.zeros(count) for name in coefficients}
        self.by_position = {name: np.zeros((window, count)) for name in coefficients}
        self.at_position = np.zeros(window)
        self.worst: dict[str, list[list[tuple[float, float, int, int]]]] = {
            name: [[] for _ in range(count)] for name in coefficients
        }

    def __call__(self, part: Contexts, design: Floats, targets: Floats) -> None:
        """See some contexts."""
        np.add.at(self.at_position, part.positions, 1)
        for name, coefficients in self.coefficients.items():
            wrong = design @ coefficients - targets
            self.largest[name] = np.maximum(self.largest[name], np.abs(wrong).max(axis=0))
            np.add.at(self.by_position[name], part.positions, np.square(wrong))
            listed = np.where(part.positions[:, None] > 0, np.abs(wrong), -1.0)  # the first is alike in every window
            for rule, column in enumerate(listed.T):
                for row in np.argsort(-column)[:WORST].tolist():
                    place = int(part.windows[row]), int(part.positions[row])
                    self.worst[name][rule].append((float(column[row]), float(wrong[row, rule]), *place))
                self.worst[name][rule] = sorted(self.worst[name][rule], reverse=True)[:WORST]

    def positions(self, rules: Sequence[str]) -> pd.DataFrame:
        """Mean squared error by position: `rule`, `fit`, `position`, `n`, `mse`."""
        there = np.flatnonzero(self.at_position)
        frames = [
            pd.DataFrame(
                {
                    "rule": rule,
                    "fit": name,
                    "position": there,
                    "n": self.at_position[there].astype(np.int64),
                    "mse": sums[there, column] / self.at_position[there],
                }
            )
            for name, sums in self.by_position.items()
            for column, rule in enumerate(rules)
        ]
        return pd.concat(frames, ignore_index=True)

    def contexts(self, model: LanguageModel, windows: Ids, rules: Sequence[str]) -> pd.DataFrame:
        """The worst contexts: `rule`, `fit`, `error` (predicted less true), `window`, `position`, `text` before it."""
        rows = [
            (rule, name, error, window, position, _text(model, windows[window], position))
            for name in self.coefficients
            for column, rule in enumerate(rules)
            for _, error, window, position in self.worst[name][column]
        ]
        return pd.DataFrame(rows, columns=["rule", "fit", "error", "window", "position", "text"])


def _text(model: LanguageModel, window: npt.NDArray[np.int32], position: int) -> str:
    end = position + 1 if model.kind == "causal_lm" else min(position + SHOWN // 2, len(window))
    return str(model.tokenizer.decode(window[max(0, end - SHOWN) : end].tolist()))
