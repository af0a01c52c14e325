"""What the theorem asks of a task, measured: that it lives on words that are not improbable, and not on the gauge.

Pre-training hardly sees a word where it is improbable, so its logit may be wrong there at nearly no cost: noise
N(0, 3^2) on the task's logits where p < tau costs little KL and spoils the score. A score that is Lipschitz in a common
shift with constant L (here the number of words) loses at most L |e| to an anchor's error e.
"""

import numpy as np
import pandas as pd

from analysis.anchors.moments import Floats
from analysis.anchors.tasks import Sides, area, bound_of, read, thresholded
from models.head import Head
from models.language_model import LanguageModel

BELOW = (1e-4, 1e-3, 1e-2, 1e-1)  # tau
NOISE = 3.0  # nats


def task_card(model: LanguageModel, head: Head, sides: Sides, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row for each tau, and a row of facts about the task, both on the held-out contexts."""
    found = read(model, head, sides)
    scores = {name: found.held[name] for name in ("raw logits", "anchor, plain", "log probability")}
    bounds = {name: bound_of(found.fitted[name], sides.true_fitted) for name in scores}
    p = np.exp(scores["log probability"])  # (m, words)
    noise = NOISE * np.random.default_rng(seed).normal(size=p.shape)
    said = thresholded(scores["log probability"], bounds["log probability"])
    rows = []
    for tau in BELOW:
        small = p < tau
        noised = scores["log probability"] + np.where(small, noise, 0.0)
        # The rest keeps its logits, so the new log Z is log(1 - P + P'), P the words' mass before and P' after.
        mass = p.sum(axis=1), np.exp(noised).sum(axis=1)
        partition = np.log(np.maximum(1 - mass[0] + mass[1], 1e-300))
        cost = partition - (p * (noised - scores["log probability"])).sum(axis=1)
        after = noised - partition[:, None]
        spoiled = area(thresholded(after, bounds["log probability"]), sides.true_held)[0]
        highest = area(after.max(axis=1), sides.true_held)[0]
        from_small = np.where(small, np.maximum(scores["log probability"] - bounds["log probability"], 0), 0)
        rows.append(
            {
                "task": sides.rule.text,
                "tau": tau,
                "share_of_mass": float(p[small].sum() / p.sum()),
                "share_of_pairs": float(small.mean()),
                "share_of_score": float(from_small.sum() / said.sum()) if said.sum() > 0 else float("nan"),
                "kl_of_noise": float(cost.mean()),
                "auc_after_noise": float(spoiled),
                "auc_of_largest_after_noise": float(highest),
            }
        )
    return pd.DataFrame(rows), pd.DataFrame([_facts(sides, scores, bounds, p, found.error, said)])


def _facts(
    sides: Sides, scores: dict[str, Floats], bounds: dict[str, float], p: Floats, error: Floats, said: Floats
) -> dict[str, float | str | int]:
    exact = scores["anchor, plain"] + error[:, None]  # relative to the true log Z of the bulk
    bound = bounds["anchor, plain"]
    lost = np.abs(thresholded(scores["anchor, plain"], bound) - thresholded(exact, bound))
    return {
        "task": sides.rule.text,
        "n": len(said),
        "positive": float(sides.true_held.mean()),
        "mass": float(p.sum(axis=1).mean()),
        "auc_raw": float(area(thresholded(scores["raw logits"], bounds["raw logits"]), sides.true_held)[0]),
        "auc_anchor": float(area(thresholded(scores["anchor, plain"], bound), sides.true_held)[0]),
        "auc_log_probability": float(area(said, sides.true_held)[0]),
        "shift_sensitivity": float((scores["raw logits"] > bounds["raw logits"]).sum(axis=1).mean()),
        "score_error": float(lost.mean()),
        "score_error_bound": float(p.shape[1] * np.abs(error).mean()),
        "beyond_bound": int((lost > p.shape[1] * np.abs(error) + 1e-9).sum()),
    }
