"""A cross-validated linear probe of 10,000 × 384 with 77 classes, against scikit-learn's LogisticRegressionCV.

Same rows, same ten penalties, same five folds, interleaved; each ends with a fit of all training rows at the penalty
it chose, asked for the class of 2,500 other rows. Rows: unit vectors of 77 overlapping clusters on a spectrum like a
sentence encoder's, or those of `--vectors X.npy --labels y.npy` (the last fifth is asked). The peer runs as it comes
(one job, the machine's threads in its products), and at its tolerance. CPU seconds stand beside those of the clock:
on a shared machine only they compare. Run:
python -m benchmarks.probe [--n 10000] [--rounds 1] [--vectors X.npy --labels y.npy]
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.tasks.chosen import chosen_fit
from analysis.tasks.rotated import rotated
from analysis.tasks.splits import folds

D, CLASSES, ASKED = 384, 77, 2500
CS = np.logspace(-4, 4, 10)
Rows = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int64]


def sample(n: int) -> tuple[Rows, Codes]:
    """Overlapping clusters on the unit sphere, most of the spread in few directions."""
    rng = np.random.default_rng(0)
    spectrum = np.arange(1, D + 1) ** -0.4
    codes = rng.integers(CLASSES, size=n)
    centers = 0.35 * rng.standard_normal((CLASSES, D)) * spectrum
    rows = centers[codes] + rng.standard_normal((n, D)) * spectrum
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32), codes


def ours(rows: Rows, codes: Codes, fold: Codes, asked: Rows) -> tuple[Codes, float]:
    """Named classes and the penalty chosen."""
    seen = rotated(rows, scaled=False)
    assert seen is not None
    units = np.arange(len(rows))
    fit = chosen_fit(seen, codes, CLASSES, units, CS.tolist(), seed=0, fold=fold)
    return fit.logits(seen.turned(asked)).argmax(axis=1), fit.c


def theirs(rows: Rows, codes: Codes, fold: Codes, asked: Rows) -> tuple[Codes, float]:
    """The same by scikit-learn."""
    from sklearn.linear_model import LogisticRegressionCV

    splits = [(np.flatnonzero(fold != one), np.flatnonzero(fold == one)) for one in np.unique(fold)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it did not converge
        probe = LogisticRegressionCV(Cs=CS, cv=splits).fit(rows, codes)
    return probe.predict(asked), float(np.ravel(probe.C_)[0])


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--labels", type=Path)
    given = parser.parse_args()
    if given.vectors:
        rows, codes = np.load(given.vectors, allow_pickle=False), np.load(given.labels, allow_pickle=False)
        order = np.random.default_rng(1).permutation(len(rows))
        rows, codes = rows[order].astype(np.float32), codes[order].astype(np.int64)
        n = min(given.n, len(rows) * 4 // 5)
    else:
        n = given.n
        rows, codes = sample(n + ASKED)
    train, test = slice(n), slice(n, n + ASKED)
    fold = folds(codes[train], np.arange(n), 5, 0)
    rows_out = []
    for name, probe in (("scikit-learn", theirs), ("ours", ours)) * given.rounds:
        start, busy = time.perf_counter(), time.process_time()
        named, c = probe(rows[train], codes[train], fold, rows[test])
        seconds, worked = time.perf_counter() - start, time.process_time() - busy
        rows_out.append((name, seconds, float((named == codes[test]).mean()), worked))
        print(f"{name}: {seconds:.1f} s ({worked:.1f} s of CPU), accuracy {rows_out[-1][2]:.4f}, C {c:.3g}", flush=True)
    peer, own = (np.median([row[1] for row in rows_out if row[0] == name]) for name in ("scikit-learn", "ours"))
    busy_peer, busy_own = (
        np.median([row[3] for row in rows_out if row[0] == name]) for name in ("scikit-learn", "ours")
    )
    apart = 100 * (rows_out[-1][2] - rows_out[-2][2])
    print(
        f"\n| {n:,} × {rows.shape[1]}, {CLASSES} classes | peer, s | ours, s | ratio | of CPU seconds | points apart |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    cpu = f"{busy_peer:.1f} / {busy_own:.1f} = {busy_peer / busy_own:.1f}"
    print(f"| cross-validated linear probe | {peer:.1f} | {own:.1f} | {peer / own:.1f} | {cpu} | {apart:+.2f} |")


if __name__ == "__main__":
    main()
