"""How the trainings of a `[[pretraining]]` go: a row for each checkpoint, their curves, and what these say.

Curves are of whole batches, hence rough: drawn is the mean of each step and the ones just before it, a fiftieth of the
steps. Losses said in words are means of a run's last tenth, as those kept with a checkpoint are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.ask import Ask
from analysis.figures.words import listed, shown
from analysis.laboratory import PretrainingSpec
from analysis.made import MadeCheckpoint
from analysis.pipeline import Pipeline
from analysis.pretraining import live_curve, made_in, said_names
from analysis.recipe_cards import RecipeCard, card_of_made
from analysis.result import Result

LOSSES = {"masked": "language-model loss", "structure": "structure-inducing loss"}
OF_SEQUENCES = {"masked": "loss of a token", "right": "share of tokens told right"}  # of records held out
NAMED = {"masked_lm_loss": "masked-LM loss", "masked_accuracy": "hidden tokens told right"}
NAMED |= {"causal_lm_loss": "causal-LM loss", "causal_accuracy": "next tokens told right"}
NAMED |= {"structure_loss": "structure-inducing loss", "token_loss": "loss of a token"}
NAMED |= {"token_accuracy": "tokens told right"}
COLUMNS = ["checkpoint", "space", "weight", "seed", "step", "masked", "right", "structure"]
SMOOTHED = 50  # a run's steps divided by this are drawn as one mean
LITTLE = 0.5  # of held-out tokens told right: below it a synthetic task is hardly begun
COLLAPSED = "Collapsed"  # how the note of such a run begins


@dataclass(frozen=True, eq=False)
class Run:
    """One checkpoint of a section: `result` once it is made, `curve` as far as it is."""

    made: MadeCheckpoint
    ask: Ask
    result: Result | None
    curve: pd.DataFrame

    @property
    def collapsed(self) -> str:
        """The sentence that says so; empty where it is not."""
        notes = () if self.result is None else self.result.notes
        return next((note for note in notes if note.startswith(COLLAPSED)), "")

    @property
    def state(self) -> str:
        """What became of it, in a few words."""
        if self.result is not None:
            return "collapsed" if self.collapsed else "made"
        steps = self.made.section.steps
        whole = self.curve[self.curve["part"] == "all"]
        done = int(whole["step"].max()) if len(whole) else 0
        if done:
            return f"step {done:,} of {steps:,}"
        return "its head is trained first" if len(self.curve) else "not made"


def panels_of(section: PretrainingSpec) -> dict[str, str]:
    """What the curves of a section are of."""
    return OF_SEQUENCES if section.sequences else LOSSES


def runs_of(pipeline: Pipeline, section: PretrainingSpec) -> list[Run]:
    """The checkpoints of a section, in order."""
    found = []
    for name, made in made_in(pipeline).items():
        if made.section == section and made.step is None:
            ask = Ask("pretraining", name)
            result: Result | None = pipeline.find(ask)
            curve = live_curve(pipeline, ask) if result is None else result.tables["curves"]
            found.append(Run(made, ask, result, curve))
    return found


def cards_of(pipeline: Pipeline, runs: Sequence[Run]) -> list[RecipeCard]:
    """The recipe card of each weight; its seeds share it."""
    first = {run.made.weight: run.made for run in reversed(runs)}
    return [card_of_made(first[weight], pipeline.study) for weight in sorted(first)]


def outcomes(runs: Sequence[Run]) -> pd.DataFrame:
    """A row for each checkpoint: weight, seed, state and last losses."""
    rows = []
    for run in runs:
        row = {"checkpoint": run.made.name, "λ": run.made.weight, "seed": run.made.seed, "state": run.state}
        row |= {NAMED[name]: _number(run, name) for name in said_names(run.made)}
        seconds = run.curve["seconds"].sum() if len(run.curve) else None
        kept = {"also kept at step": ", ".join(map(str, run.made.section.kept))} if run.made.section.kept else {}
        rows.append(row | kept | {"minutes": None if seconds is None else round(float(seconds) / 60, 1)})
    return pd.DataFrame(rows)


def curves_of(runs: Sequence[Run]) -> pd.DataFrame:
    """Every step of every run so far, without those of a head alone; `space` names the line's weight."""
    found = [
        run.curve[run.curve["part"] == "all"].assign(
            checkpoint=run.made.name, space=line_of(run.made), weight=run.made.weight, seed=run.made.seed
        )
        for run in runs
    ]
    whole = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)
    return whole[COLUMNS].astype(dict.fromkeys([*LOSSES, "right"], "float64"))


def smoothed(curves: pd.DataFrame, steps: int) -> pd.DataFrame:
    """The same with each loss the mean over the last fiftieth of the steps asked for."""
    apart = max(1, int(curves["step"].min())) if len(curves) else 1  # steps from one point to the next
    window = max(1, steps // SMOOTHED // apart)
    lines = curves.groupby("checkpoint", sort=False)
    names = [*LOSSES, "right"]
    means = {name: lines[name].transform(lambda loss: loss.rolling(window, min_periods=1).mean()) for name in names}
    return curves.assign(**means)


def line_of(made: MadeCheckpoint) -> str:
    """What a line of its weight is called; that of its section where there is no weight."""
    return made.section.name if made.section.sequences else f"λ = {made.weight:g}"


def said(runs: Sequence[Run]) -> str:
    """How many of a section are made, in a sentence; of encoder-decoders also whether they learnt their task."""
    made, collapsed = [run for run in runs if run.result is not None], [run for run in runs if run.collapsed]
    begun = [run for run in runs if run.result is None and len(run.curve)]
    what = "trainings are" if any(run.made.section.kept for run in runs) else "checkpoints are"
    parts = [f"{len(made)} of {len(runs)} {what} made" if made else f"None of its {what.split()[0]} is made yet"]
    if begun:
        parts.append(f"{len(begun)} {'is' if len(begun) == 1 else 'are'} begun")
    if collapsed:
        parts.append(f"{len(collapsed)} collapsed")
    return f"{', '.join(parts)}.{_learnt(made)}"


def _learnt(made: Sequence[Run]) -> str:
    """How much of its task an encoder-decoder tells right, and what to do where that is little."""
    right = [share for run in made if (share := _number(run, "token_accuracy")) is not None]
    if not right:
        return ""
    mean = sum(right) / len(right)
    more = "; it has not learnt its task yet: give it more steps" if mean < LITTLE else ""
    return f" {mean:.0%} of the tokens of held-out records are told right{more}."


def finding(section: PretrainingSpec, curves: pd.DataFrame) -> str:
    """The title of a section's curves: where each loss is at the end, mean over seeds."""
    last = curves[curves["step"] > 0.9 * curves.groupby("checkpoint")["step"].transform("max")]
    parts = []
    for column, name in panels_of(section).items():
        means = last.groupby("space", sort=False)[column].mean().dropna()
        if len(means):
            at = {line: "" if section.sequences else f" at {line}" for line in means.index}
            values = listed([f"{shown(float(value))}{at[line]}" for line, value in means.items()])
            parts.append(f"{name} {values}")
    return f"{section.name}: {'; '.join(parts)}"


def _number(run: Run, name: str) -> float | None:
    found = None if run.result is None else run.result.numbers.get(name)
    return None if found is None else found.value
