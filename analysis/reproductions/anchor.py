"""Anchor vectors over the language models that are there: the paper's question, asked of each on the same texts.

Wu, Lee and Ge (2023) fit v0 to the log bulk partition function of GPT-2 and OPT on WikiText-2. Their figures' values
could not be read, so none stand here; what they expect is an error far below the variance of what is fitted. Models:
those given, our own in `assets/language_models`, and GPT-2 and OPT where they are cached or a hub can be reached.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.anchor_asks import anchor_asks
from analysis.anchors.told import PER_FIT
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
COLUMNS = ["model", "text", "rule", "fit", *PER_FIT, "low", "high", "perplexity", "log_partition_sd"]
COLUMNS += ["constant_in_span", "n"]


def models_in(given: Sequence[Path], size: str, say: Callable[[str], None]) -> list[CheckpointSpec]:
    """The language models to ask, named after their folders or the hub."""
    own = sorted(path.parent for path in OWN.glob("**/config.json")) if OWN.is_dir() else []
    found = [*(_spec(path.expanduser().resolve()) for path in given), *map(_spec, own)]
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


def _spec(path: Path) -> CheckpointSpec:
    """A model's folder or llama2.c file as a checkpoint; of a checkpoint in a folder of its training, both names."""
    inner = path.name.startswith(("checkpoint-", "step-"))
    name = f"{path.parent.name}({path.name.replace('-', '=')})" if inner else path.stem if path.is_file() else path.name
    return CheckpointSpec(name=name, family=_family(path), model=str(path))


def _family(path: Path) -> Literal["causal_lm", "masked_lm"]:
    """Whether a folder's model fills gaps, as its configuration names it."""
    from models.checkpoints import read_json

    named = read_json(path / "config.json").get("architectures") if (path / "config.json").is_file() else None
    masked = isinstance(named, list) and any("MaskedLM" in str(one) for one in named)
    return "masked_lm" if masked else "causal_lm"


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


def long(found: Iterator[tuple[str, str, Result]]) -> pd.DataFrame:
    """One row for each model, text, rule and fit; `low`, `high`: of the error."""
    rows = []
    for model, text, result in found:
        for rule in RULES:
            for fit in FITS:
                cells = {name: result.numbers[f"{name}|{rule}|{fit}"] for name in (*PER_FIT, *COLUMNS[-4:-1])}
                values = {name: number.value for name, number in cells.items()}
                ends = {"low": cells["mse"].low, "high": cells["mse"].high, "n": cells["mse"].n}
                rows.append({"model": model, "text": text, "rule": rule, "fit": fit, **values, **ends})
    return pd.DataFrame(rows, columns=COLUMNS)


def short(table: pd.DataFrame) -> pd.DataFrame:
    """What is printed: errors of both fits with the variance, and R² of the one with intercept in both gauges."""
    rows = []
    for (model, text, rule), part in table.groupby(["model", "text", "rule"], sort=False):
        one = {row["fit"]: row for row in part.to_dict("records")}
        plain, best = one["plain"], one["intercept"]
        if best["mse"] is None or pd.isna(best["mse"]):
            continue
        row = {"model": model, "text": text, "rule": rule, "variance": best["variance"], "mse plain": plain["mse"]}
        row |= {"mse intercept": best["mse"], "from": best["low"], "to": best["high"], "R² plain": plain["r2"]}
        row |= {"R² intercept": best["r2"], "R² centred": best["r2_centred"], "perplexity": best["perplexity"]}
        rows.append(row | {"constant in span": best["constant_in_span"]})
    return pd.DataFrame(rows)


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
    return said
