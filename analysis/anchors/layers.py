"""The anchor through the layers: the same rules and fits on what the head would read after each block (logit lens)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.anchors.fits import basis_of, columns_of, parse_fit
from analysis.anchors.gather import Reading
from analysis.anchors.judged import judge
from analysis.anchors.moments import Floats, Moments
from analysis.anchors.split import Split
from models.lens import blocks_of, contexts_by_layer

MOST_WINDOWS = 96
WORK = 1e12  # products of rows and logits of all layers, which bound how many contexts there are
COLUMNS = ["layer", "rule", "fit", "mse", "variance", "r2", "r2_centred", "perplexity", "n"]


def windows_for(reading: Reading, layers: int) -> int:
    """How many windows are read at every layer: as many as the work allows, and as the fits need at least."""
    contexts = max(WORK / (reading.head.vectors.size * layers), 8 * reading.model.width)
    return int(np.clip(np.ceil(contexts / reading.windows.shape[1]), 10, MOST_WINDOWS))


def layer_table(
    reading: Reading, split: Split, fits: Sequence[str], names: Sequence[str], middle: Floats
) -> pd.DataFrame:
    """One row for each layer, rule and fit, on some of the windows; no rows where a model is not built of blocks.

    NaN where a rule leaves a context without bulk.
    """
    layers = len(blocks_of(reading.model))
    if layers == 0:
        return pd.DataFrame(columns=COLUMNS)
    most, width = windows_for(reading, layers), reading.model.width
    sides = [np.concatenate(side) for side in (split.train, split.test)]
    parts = [side[: max(3, round(most * share))] for side, share in zip(sides, (0.7, 0.3), strict=True)]
    found = [[Moments.empty(1, width, len(names)) for _ in range(layers)] for _ in parts]
    surprise, emptied = np.zeros((layers, 2)), np.zeros((layers, len(names)), bool)
    model, head, windows = reading.model, reading.head, reading.windows
    for side, part in enumerate(parts):
        for layer, one in contexts_by_layer(model, head, windows, reading.rules, rows=part, seed=reading.seed):
            y = np.concatenate([one.targets, one.partition[:, None]], axis=1)
            bare = np.isneginf(y)
            emptied[layer - 1] |= bare.any(axis=0)
            found[side][layer - 1].add(0, one.states, np.where(bare, 0.0, y))
            if side:
                told = one.surprise[np.isfinite(one.surprise)]
                surprise[layer - 1] += told.sum(), len(told)
    frames = []
    for layer in range(layers):
        train, test = (side[layer].total() for side in found)
        perplexity = float(np.exp(surprise[layer, 0] / surprise[layer, 1])) if surprise[layer, 1] else np.nan
        for fit in fits:
            kind, penalty = parse_fit(fit)
            basis = basis_of(train, columns_of(kind, width, biased=head.biased), penalty)
            judged = judge(basis.solve(train), train, test, middle)
            cells = {name: np.where(emptied[layer], np.nan, getattr(judged, name)) for name in COLUMNS[3:7]}
            frame = pd.DataFrame({"layer": layer + 1, "rule": list(names), "fit": fit, **cells})
            frames.append(frame.assign(perplexity=perplexity, n=int(test.n)))
    return pd.concat(frames, ignore_index=True)
