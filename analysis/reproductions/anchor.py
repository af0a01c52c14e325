"""Anchor vectors over the language models that are there: the paper's question, asked of each on the same texts.

Wu, Lee and Ge (2023) fit v0 to the log bulk partition function of GPT-2 and OPT on WikiText-2. Their figures' values
could not be read, so none stand here; what they expect is an error far below the variance of what is fitted. Models:
those given, our own in `assets/language_models` at every step that is kept, and GPT-2 and OPT where they are cached or
a hub can be reached. Of a series, what training does to the anchor is told.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.anchor_asks import anchor_asks
from analysis.anchors.told import PER_FIT
from analysis.checkpoint_folders import checkpoints_in, family_in
from analysis.laboratory import AnchorsSpec, CorpusSpec
from analysis.pipeline import Pipeline
from analysis.result import Result
from analysis.store import Store
from analysis.study import CheckpointSpec, Study
from models.errors import BadInput
from models.lookup import find_configured
from models.place import Place

OWN = Path(__file__).resolve().parents[2] / "assets" / "language_models"
ONLINE = {
    "tiny": (),
    "small": ("openai-community/gpt2", "facebook/opt-125m"),
    "full": (
        *(f"openai-community/gpt2{size}" for size in ("", "-medium", "-large", "-xl")),
        *(f"facebook/opt-{size}" for size in ("125m", "350m", "1.3b", "2.7b", "6.7b", "13b")),
    ),
}
TOKENS = {"tiny": (4096, 64), "small": (131_072, 256), "full": (500_000, 512)}  # and a window
RULES = ("none", "top:1", "top:10", "top:100", "threshold:0.01")
FITS = ("plain", "intercept")
ALONE = ("perplexity", "log_partition_sd", "constant_in_span")  # one for all rules and fits
COLUMNS = ["model", "series", "at", "text", "rule", "fit", *PER_FIT, "low", "high", "r2_low", "r2_high", *ALONE, "n"]


def models_in(given: Sequence[Path], size: str, say: Callable[[str], None]) -> list[CheckpointSpec]:
    """The language models to ask, named after their folders or the hub."""
    own = sorted(path for path in OWN.iterdir() if path.is_dir()) if OWN.is_dir() else []
    found = [one for path in (*given, *own) for one in _specs(path.expanduser().resolve())]
    for name in ONLINE[size]:
        try:
            find_configured(name, Place(Path.cwd()))
        except BadInput as error:
            say(f"left out with those after it: {error}")
            break
        found.append(CheckpointSpec(name=name.rpartition("/")[2], family="causal_lm", model=name))
    if not found:
        raise BadInput("no language model is here; give one or more with --model DIR.")
    return _apart(found)


def _specs(path: Path) -> list[CheckpointSpec]:
    """What a path holds: every step of a training's folder, else a model's folder or a llama2.c file."""
    found = checkpoints_in(path) if path.is_dir() else []
    if any(one.series for one in found):
        return [replace(one, family=_family(Path(one.model))) for one in found]
    return [_spec(path)]


def _spec(path: Path) -> CheckpointSpec:
    """A model's folder or llama2.c file as a checkpoint; of a checkpoint in a folder of its training, both names."""
    inner = path.name.startswith(("checkpoint-", "step-"))
    name = f"{path.parent.name}({path.name.replace('-', '=')})" if inner else path.stem if path.is_file() else path.name
    return CheckpointSpec(name=name, family=_family(path), model=str(path))


def _family(path: Path) -> Literal["causal_lm", "masked_lm"]:
    """Whether a folder's model fills gaps, as its configuration names it; one that says nothing writes on."""
    named = family_in(path if path.is_dir() else path.parent)
    return "masked_lm" if named == "masked_lm" else "causal_lm"


def _apart(found: list[CheckpointSpec]) -> list[CheckpointSpec]:
    """The same, those of one name numbered."""
    names = [one.name for one in found]
    return [
        one if names.count(one.name) == 1 else replace(one, name=f"{one.name} {at + 1}") for at, one in enumerate(found)
    ]


def study_of(models: Sequence[CheckpointSpec], texts: Sequence[Path], size: str) -> Study:
    """Every model on text of its own and on those given; on docstrings where none is."""
    tokens, window = TOKENS[size]
    corpora = [CorpusSpec(name="its own text", source="sampled", tokens=tokens, window=window)]
    files = [path.expanduser().resolve() for path in texts]
    corpora += [CorpusSpec(name=path.stem, path=str(path), tokens=tokens, window=window) for path in files]
    if not files:
        corpora.append(CorpusSpec(name="pydocs", source="pydocs", tokens=tokens, window=window))
    anchors = AnchorsSpec(rules=RULES, fits=FITS)
    return Study(name="anchor", checkpoint=tuple(models), corpus=tuple(corpora), anchors=anchors)


def made(study: Study, store: Store, say: Callable[[str], None]) -> Iterator[tuple[str, str, Result]]:
    """Model, text and result of each, made now where it is not kept."""
    pipeline = Pipeline(study, Place(Path.cwd()), store)
    for ask in anchor_asks(pipeline):
        if pipeline.find(ask) is None:
            say(f"{ask.subject} on {ask.other}")
        yield ask.subject, ask.other, pipeline.make(ask)


def long(study: Study, found: Iterator[tuple[str, str, Result]]) -> pd.DataFrame:
    """One row for each model, text, rule and fit; `low`, `high`: of the error."""
    rows, specs = [], {one.name: one for one in study.checkpoint}
    for model, text, result in found:
        for rule in RULES:
            for fit in FITS:
                cells = {name: result.numbers[f"{name}|{rule}|{fit}"] for name in (*PER_FIT, *ALONE)}
                who = {"model": model, "series": specs[model].series, "at": specs[model].at, "text": text}
                values = {name: number.value for name, number in cells.items()}
                ends = {"low": cells["mse"].low, "high": cells["mse"].high, "n": cells["mse"].n}
                ends |= {"r2_low": cells["r2"].low, "r2_high": cells["r2"].high}
                rows.append({**who, "rule": rule, "fit": fit, **values, **ends})
    return pd.DataFrame(rows, columns=COLUMNS)


def short(table: pd.DataFrame) -> pd.DataFrame:
    """What is printed: errors of both fits with the variance, and R² of the one with intercept in both gauges."""
    rows = []
    for (model, text, rule), part in table.groupby(["model", "text", "rule"], sort=False):
        one = {row["fit"]: row for row in part.to_dict("records")}
        plain, best = one["plain"], one["intercept"]
        if best["mse"] is None or pd.isna(best["mse"]):
            continue
        row: dict[str, object] = {"model": model, "text": text, "rule": rule}
        row |= {"variance": best["variance"], "mse plain": plain["mse"]}
        row |= {"mse intercept": best["mse"], "from": best["low"], "to": best["high"], "R² plain": plain["r2"]}
        row |= {"R² intercept": best["r2"], "R² from": best["r2_low"], "R² to": best["r2_high"]}
        row |= {"R² centred": best["r2_centred"], "perplexity": best["perplexity"]}
        row |= {"constant in span": best["constant_in_span"], "n": best["n"]}
        rows.append({name: digits(value) if isinstance(value, float) else value for name, value in row.items()})
    return pd.DataFrame(rows)


def digits(value: float) -> str:
    """Three digits, however small.

    >>> digits(0.04321), digits(1.38e-7), digits(-249.007)
    ('0.0432', '1.4e-07', '-249')
    """
    return f"{value:.1e}" if 0 < abs(value) < 1e-4 else f"{value:.3g}"


def verdicts(table: pd.DataFrame) -> list[str]:
    """What the table says of each model on each text, in words."""
    said = []
    known = table[table["mse"].notna()]
    for (model, text), part in known.groupby(["model", "text"], sort=False):
        top = part[(part["rule"] == "top:10") & part["mse"].notna()].set_index("fit")
        if len(top) < len(FITS):
            continue
        plain, best = top.loc["plain"], top.loc["intercept"]
        worse = " (worse than a constant)" if plain["r2"] < 0 else ""
        said.append(
            f"{model} on {text}: without its 10 most probable words the error is {plain['mse']:.3g}{worse} as the"
            f" hypothesis has it and {best['mse']:.3g} with an intercept, beside a variance of {best['variance']:.3g};"
            f" log Z varies by {best['log_partition_sd']:.3g}."
        )
    return said + training(known)


def training(table: pd.DataFrame) -> list[str]:
    """What training does to the anchor of each series on each text: from its first step after the start to its last.

    Before the first step log Z hardly varies, so R² says nothing there.
    """
    said = []
    part = table[(table["series"] != "") & (table["at"] > 0) & (table["rule"] == "top:10")]
    for (series, text), rows in part[part["fit"] == "intercept"].groupby(["series", "text"], sort=False):
        ordered = rows.sort_values("at")
        first, last = ordered.iloc[0], ordered.iloc[-1]
        if len(rows) < 2 or pd.isna([first["r2_low"], last["r2_high"]]).any():
            continue
        verdict = "no difference in R² is beyond doubt"
        if last["r2_high"] < first["r2_low"]:
            verdict = "training makes the anchor worse"
        elif last["r2_low"] > first["r2_high"]:
            verdict = "training makes the anchor better"
        ends = [f"{one['mse']:.3g} [{one['low']:.3g}, {one['high']:.3g}]" for one in (first, last)]
        shares = [f"{one['r2']:.3f} [{one['r2_low']:.3f}, {one['r2_high']:.3f}]" for one in (first, last)]
        said.append(
            f"{series} on {text}, steps {first['at']:g} to {last['at']:g}, without the 10 most probable words, with"
            f" intercept: the error goes from {ends[0]} to {ends[1]}, R² from {shares[0]} to {shares[1]} (centred"
            f" {first['r2_centred']:.3f} to {last['r2_centred']:.3f}), the variance from {first['variance']:.3g} to"
            f" {last['variance']:.3g}: {verdict}."
        )
    return said
