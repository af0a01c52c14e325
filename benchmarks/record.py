"""Tables of an exported study of tasks: scores with the geometry of their spaces, and the record of the estimators.

The record is of spaces (layers compete with other checkpoints) and of checkpoints (each by its best layer as the
candidate sees it, scored there). Candidates: the estimators, and leave-one-out kNN; held to the linear probe. Run:
python -m benchmarks.record FOLDER, which `python -m analysis run STUDY --out FOLDER` wrote.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.run import open_study
from analysis.series.ranking import sizes_of
from analysis.series.record import record

GEOMETRY = ("effective_rank", "mle", "mean_cosine", "uniformity", "knn_accuracy@15")
DIGITS = {"effective_rank": 0, "mle": 1}


def scores_in(rows: pd.DataFrame, method: str) -> pd.DataFrame:
    """Accuracy of a method: space, task, score, low, high."""
    found = rows[(rows["analysis"] == "task") & (rows["number"] == "accuracy") & rows["other"].str.endswith(method)]
    named = found.assign(task=found["other"].str.partition("|")[0], space=found["subject"].str.partition("#")[0])
    return named.rename(columns={"value": "score"})[["space", "task", "score", "low", "high"]]


def estimates_in(rows: pd.DataFrame) -> pd.DataFrame:
    """What estimators, and kNN, say of each space and task: candidate, space, task, value."""
    found = rows[(rows["analysis"] == "transferability") & (rows["number"] != "probability_best")]
    found = found.assign(space=found["subject"].str.partition("#")[0])
    found = found.rename(columns={"number": "candidate", "other": "task"})
    knn = scores_in(rows, "|knn").rename(columns={"score": "value"}).assign(candidate="knn")
    return pd.concat([found, knn])[["candidate", "space", "task", "value"]]


def of_checkpoints(estimates: pd.DataFrame, scores: pd.DataFrame, owner: Mapping[str, str]) -> pd.DataFrame:
    """Each checkpoint by its highest layer in the eyes of a candidate; `score`: what that layer scores."""
    both = estimates.merge(scores, on=["space", "task"])
    both["checkpoint"] = both["space"].map(owner)
    return both.loc[both.groupby(["candidate", "task", "checkpoint"])["value"].idxmax()]


def table(frame: pd.DataFrame) -> str:
    """A frame as Markdown."""
    cells = [[str(cell) for cell in row] for row in frame.itertuples(index=False)]
    lines = [list(frame.columns), ["---"] * len(frame.columns), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def scored(rows: pd.DataFrame) -> pd.DataFrame:
    """Linear and kNN accuracy of every space on every task, and the geometry of the space over the study's samples."""
    found: dict[str, pd.Series] = {}
    for method in ("linear", "knn"):
        scores = scores_in(rows, f"|{method}")
        said = [f"{one.score:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in scores.itertuples()]
        for task, part in scores.assign(said=said).groupby("task", sort=False):
            found[f"{task}, {method}"] = part.set_index("space")["said"]
    for number in GEOMETRY:
        mine = rows[(rows["number"] == number) & ~rows["subject"].str.contains("#")].set_index("subject")["value"]
        found[number] = mine.map(lambda value, number=number: f"{value:.{DIGITS.get(number, 3)}f}")
    return pd.DataFrame(found).rename_axis("space").reset_index()


def summary(estimates: pd.DataFrame, scores: pd.DataFrame, sizes: Mapping[str, int | None]) -> str:
    """The record of all candidates as Markdown, its caution first."""
    held = record(estimates, scores, sizes)
    shown = held.summary.round({"weighted_tau": 2, "regret": 3, "gap_correlation": 2})
    return f"{held.caution}\n\n{table(shown)}" if held.caution else table(shown)


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--study", type=Path, default=Path("benchmarks/studies/tasks.toml"))
    chosen = options.parse_args()
    rows = pd.read_csv(chosen.folder / "numbers.csv", keep_default_na=True)
    spaces = pd.read_csv(chosen.folder / "spaces.csv")
    owner = dict(zip(spaces["space"], spaces["checkpoint"], strict=True))
    known = sizes_of(open_study(chosen.study))
    scores, estimates = scores_in(rows, "|linear")[["space", "task", "score"]], estimates_in(rows)
    print(table(scored(rows)))
    sizes = {space: known.get(name) for space, name in owner.items()}
    named = {"space": "checkpoint"}
    print("Spaces:\n\n" + summary(estimates.rename(columns=named), scores.rename(columns=named), sizes))
    best = of_checkpoints(estimates, scores, owner)
    whole = scores.assign(checkpoint=scores["space"].map(owner)).groupby(["checkpoint", "task"])["score"].max()
    asked = best[["candidate", "checkpoint", "task", "value"]]
    print("Checkpoints, each by its best layer:\n\n" + summary(asked, whole.reset_index(), known))


if __name__ == "__main__":
    main()
