"""Is there an anchor? Of one language model on one text: every rule and fit, judged on windows held out.

An anchor vector v0 has <v0, h(x)> = log Z_bulk(x) for all contexts x (Wu, Lee and Ge, 2023). What stands first is the
mean squared error, the same in every gauge; variance, the constant predictor's error and R^2 move with the gauge and
are told in the raw and in the centred one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.anchors.card import task_card
from analysis.anchors.fits import Basis, Kind, basis_of, columns_of, parse_fit
from analysis.anchors.gather import Gathered, Reading, gather
from analysis.anchors.judged import Judged, share
from analysis.anchors.layers import layer_table
from analysis.anchors.moments import Floats, Total
from analysis.anchors.nulls import SHUFFLES, null_table, other_heads
from analysis.anchors.prompts import prompt_sides
from analysis.anchors.residuals import Residuals
from analysis.anchors.shift import contexts_for, shift_table
from analysis.anchors.split import Split, split_windows
from analysis.anchors.tables import (
    gauge_table,
    geometry_tables,
    map_table,
    quadratic_table,
    scatter_table,
    tokens_table,
)
from analysis.anchors.tasks import Sides, sides_of, some_of
from analysis.anchors.told import PER_FIT, SHARED, Asked, Told
from analysis.number import CannotAnalyze, Number
from analysis.result import Result
from models.bulk import Rule, largest_needed, parse_rule
from models.errors import BadInput
from models.head import Head, dead_rows
from models.head_precision import rounded_heads
from models.language_model import LanguageModel
from models.windows import Ids

GRID = (1, 3, 10, 30, 100, 300)  # words removed, for the curve against k
SHIFTED = ("shift_auc_raw", "shift_auc_anchor")
OTHER_HEAD = 64  # windows that other heads are fitted and judged on
Progress = Callable[[int, int, str], None]


def live_head(model: LanguageModel, windows: Ids) -> Head:
    """The model's head without the rows of tokens that no training reached, by their absence from this text."""
    counts = np.bincount(windows.ravel(), minlength=int(model.head.tokens.max()) + 1)[model.head.tokens]
    return model.head.without(dead_rows(model.head, counts))


def measure(model: LanguageModel, windows: Ids, asked: Asked, report: Progress) -> Result:
    """Numbers `name|rule|fit` and the tables of every figure. CannotAnalyze where the text is too short."""
    head = live_head(model, windows)
    split = split_windows(len(windows), model.width, asked.seed)
    refused, rules = _rules(model, head, asked.rules)
    fits = {text: parse_fit(text) for text in asked.fits}
    reading = Reading(model, head, windows, rules, asked.seed)
    total = len(split.train) + len(split.test)
    fitted = gather(
        reading, split.train, shuffles=SHUFFLES, report=lambda i, _: report(i, total, "reading the windows to fit on")
    )
    train = fitted.moments.total()
    basis = {text: _basis(train, model, kind, penalty) for text, (kind, penalty) in fits.items()}
    coefficients = {text: one.solve(train) for text, one in basis.items()}
    residuals = Residuals(coefficients, windows.shape[1])
    held = gather(
        reading,
        split.test,
        each=residuals,
        report=lambda i, _: report(len(split.train) + i, total, "reading the windows held out"),
    )
    names = [rule.text for rule in rules] + ["log Z"]
    emptied = dict(zip(names, (fitted.emptied + held.emptied).tolist(), strict=True))
    refused |= {
        rule: f"In {count:,} contexts the rule {rule!r} removes every word." for rule, count in emptied.items() if count
    }
    told = Told(asked, names, basis, fitted, held, residuals, _middle(head), train)
    numbers, notes = told.numbers(refused)
    tasks, attacked = _tasks(reading, told)
    numbers |= attacked | {
        f"{name}|{rule}": Number(value=None, why=why)
        for rule, why in refused.items()
        if rule.startswith("words:")
        for name in SHIFTED
    }
    said = _notes(model, head, windows, split, held, fits)
    tables = _tables(reading, split, told, coefficients) | tasks
    empty = [rule for rule, count in emptied.items() if count]
    tables = {name: t[~t["rule"].isin(empty)] if empty and "rule" in t else t for name, t in tables.items()}
    return Result(numbers, tables=tables, notes=(*said, *notes))


def _rules(model: LanguageModel, head: Head, texts: Sequence[str]) -> tuple[dict[str, str], list[Rule]]:
    """Why a rule has no answer here, and the rules that have one with those of the curve against k."""
    refused: dict[str, str] = {}
    rules: list[Rule] = []
    whole = replace(model, head=head)
    for text in texts:
        rule = parse_rule(text)
        try:
            rule = replace(rule, rows=whole.rows_of_words(rule.words)) if rule.words else rule
            largest_needed([rule], head.n)
        except BadInput as error:
            refused[text] = str(error)
        else:
            rules.append(rule)
    there = {rule.text for rule in rules}
    grid = ["none", *(f"top:{k}" for k in GRID if 2 * k < head.n)]
    return refused, rules + [parse_rule(text) for text in grid if text not in there]


def _basis(train: Total, model: LanguageModel, kind: Kind, penalty: float) -> Basis:
    return basis_of(train, columns_of(kind, model.width, biased=model.head.biased), penalty)


def _middle(head: Head) -> Floats:
    """The mean output embedding and the mean bias, (D,)."""
    return np.append(head.vectors.mean(axis=0, dtype=np.float64), head.bias.mean(dtype=np.float64))


def _tables(reading: Reading, split: Split, told: Told, coefficients: Mapping[str, Floats]) -> dict[str, pd.DataFrame]:
    """What the figures draw."""
    train, test, names, seed = told.train, told.test, list(told.names), told.asked.seed
    model, head, kept = reading.model, reading.head, told.held.kept
    fits = pd.concat([_fit_rows(names, fit, one, told) for fit, one in told.judged().items()], ignore_index=True)
    nulls = null_table(names, told.basis, told.fitted.shuffled, train, test, told.middle, seed)
    used = columns_of("intercept", model.width, biased=model.head.biased)
    marked = sorted({row for rule in reading.rules for row in rule.rows})
    return {
        "fits": fits,
        "nulls": pd.concat([nulls, _under_other_heads(reading, split, told)], ignore_index=True),
        "gauge": gauge_table(told.basis, train, test, names, seed),
        "tokens": tokens_table(used, told.fitted.moments, test, names),
        "quadratic": quadratic_table(told.fitted.kept, kept, names),
        "scatter": scatter_table(kept, coefficients, names),
        "positions": told.residuals.positions(names),
        "worst": told.residuals.contexts(model, reading.windows, names),
        "head_precision": pd.DataFrame(rounded_heads(model, head, kept), columns=["precision", "rms", "max", "n"]),
        "layers": layer_table(reading, split, list(told.basis), names, told.middle),
        "map": map_table(model, head, kept, coefficients, names, marked),
        "log_partition": pd.DataFrame({"position": kept.positions, "log_partition": kept.partition}),
        **geometry_tables(model, head, coefficients, names, train),
    }


def _tasks(reading: Reading, told: Told) -> tuple[dict[str, pd.DataFrame], dict[str, Number]]:
    """Every list of words, and every label of a prompt, as a task: the shift attack on it, and its card."""
    shifts, cards, facts = [], [], []
    numbers: dict[str, Number] = {}
    for task, sides in _sides(reading, told):
        if isinstance(sides, str):
            numbers |= {f"{name}|{task}": Number(value=None, why=sides) for name in SHIFTED}
            continue
        shift, attacked = shift_table(reading.model, reading.head, sides, reading.seed)
        card, fact = task_card(reading.model, reading.head, sides, reading.seed)
        numbers |= attacked
        shifts.append(shift)
        cards.append(card)
        facts.append(fact)
    tables = {"shift": shifts, "card": cards, "tasks": facts}
    return {name: pd.concat(rows, ignore_index=True) for name, rows in tables.items() if rows}, numbers


def _sides(reading: Reading, told: Told) -> Iterator[tuple[str, Sides | str]]:
    """Every task by name, or why it has no answer."""
    most, fitted = contexts_for(reading.head), told.fitted.kept
    for rule in (one for one in reading.rules if one.kind == "words"):
        try:
            yield rule.text, sides_of(fitted, told.held.kept, reading.head, rule, most)
        except CannotAnalyze as error:
            yield rule.text, str(error)
    for prompt in told.asked.prompts:
        yield from prompt_sides(reading.model, reading.head, prompt, some_of(fitted, most), reading.seed)


def _fit_rows(names: Sequence[str], fit: str, one: Judged, told: Told) -> pd.DataFrame:
    """One row for each rule: `k` where it removes the k most probable, NaN else."""
    frame = pd.DataFrame({"rule": list(names), "fit": fit})
    frame["k"] = [0 if r == "none" else int(r[4:]) if r.startswith("top:") else np.nan for r in names]
    for name, values in vars(one).items():
        frame[name] = values
    frame["r2"], frame["r2_centred"] = one.r2, one.r2_centred
    frame["max_error"], frame["n"] = told.residuals.largest[fit], int(told.test.n)
    frame["mse_in_sample"] = told.train.error(told.basis[fit].solve(told.train))
    frame["bulk_probability"] = [told.bulk(at) for at in range(len(names) - 1)] + [1.0]
    return frame


def _under_other_heads(reading: Reading, split: Split, told: Told) -> pd.DataFrame:
    """The same states under heads that are not the model's own, fitted and judged on some of the windows."""
    blocks = [(np.concatenate(side)[:OTHER_HEAD],) for side in (split.train, split.test)]
    rows = []
    for what, head in other_heads(reading.head, reading.seed).items():
        fitted, held = (gather(replace(reading, head=head), one).moments.total() for one in blocks)
        for fit, basis in told.basis.items():
            error = held.error(basis.solve(fitted))
            gained = share(error, held.variance)
            rows += [(what, *one) for one in zip(told.names, [fit] * len(error), error, gained, strict=True)]
    return pd.DataFrame(rows, columns=["null", "rule", "fit", "mse", "r2"])


def _notes(
    model: LanguageModel, head: Head, windows: Ids, split: Split, held: Gathered, fits: Mapping[str, object]
) -> list[str]:
    """How it was made: every figure states it."""
    fitted, judged = (sum(map(len, side)) for side in (split.train, split.test))
    rows = f"{head.n:,} live words; {head.padding} padding rows and {len(head.dead)} rows never trained are left out"
    notes = [
        f"{windows.shape[1]} tokens a window; fitted on {fitted:,} windows, judged on {judged:,} others"
        f" ({int(held.moments.n.sum()):,} contexts). {rows}."
    ]
    if model.kind == "masked_lm":
        notes.append("A masked model: contexts are places that are hidden, 15 % of each window.")
    if model.head.biased:
        notes.append("The head has a bias, so h is given a 1: the plain fit has an intercept too.")
    return notes


def unanswered(asked: Asked, why: str) -> Result:
    """Every number without a value, and the sentence that says why."""
    names = (f"{name}|{rule}|{fit}" for rule in asked.rules for fit in asked.fits for name in (*PER_FIT, *SHARED))
    return Result({name: Number(value=None, why=why) for name in names})


def answered(model: LanguageModel, windows: Ids, asked: Asked, report: Progress) -> Result:
    """`measure`, or why it has no answer."""
    try:
        return measure(model, windows, asked, report)
    except CannotAnalyze as error:
        return unanswered(asked, str(error))
