"""Six checkpoints ranked by H-score and LogME on one text task, from raw texts: transformer-ranker 0.2.0 against ours.

Checkpoints: MiniLM, and five of its kind whose tensors carry noise of so many of their own standard deviations. Texts:
docstrings of three installed packages; the label is the package. Both read the same folders, cut texts at the same
length, average the same tokens and score every layer after the embeddings; each runs in a new process with its imports
and weights. The peer answers one estimator a run, so its two runs are timed apart; ours gives both, each with 200
draws for interval and null. Run: python -m benchmarks.ranking [--texts 800] [--runs 2]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.embedding import PACKAGES, docstrings, seconds
from models.lookup import find_model
from models.place import Place

MODEL, LENGTH, LAYERS = "sentence-transformers/all-MiniLM-L6-v2", 128, 6
NOISE = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
Found = dict[str, dict[str, Any]]
PEER = """
import json, logging, sys, warnings
warnings.simplefilter("ignore")
from datasets import Dataset
from transformer_ranker import TransformerRanker
logging.disable(logging.CRITICAL)
folders, estimator, table, found = json.loads(sys.argv[1]), *sys.argv[2:]
rows = json.loads(open(table).read())
ranker = TransformerRanker(Dataset.from_dict(rows), text_column="text", label_column="label")
scores = {}
inner = ranker._transferability_score
def kept(embeddings, metric, layers, **more):
    made = []
    fit = metric.fit
    metric.fit = lambda **given: (made.append(float(fit(**given))), made[-1])[1]
    best = inner(embeddings, metric, layers, **more)
    metric.fit = fit
    scores[folders[len(scores)]] = made
    return best
ranker._transferability_score = kept
ranker.run(folders, estimator=estimator, layer_aggregator="bestlayer")
json.dump(scores, open(found, "w"))
"""
OURS = """
import json, sys
from analysis.ahead import Ahead
from analysis.ask import Ask
from analysis.run import open_study
from analysis.transfer_asks import transfers_of
pipeline = open_study(sys.argv[1], cache=sys.argv[2])
found, asks = {}, transfers_of(pipeline)
for space in pipeline.spaces():
    pipeline.make(Ask("space", subject=space.name))
ahead = Ahead(pipeline, asks)
for ask in asks:
    ahead.before(ask)
    numbers = pipeline.make(ask, lambda *_: None).numbers
    found[ask.subject] = {name: [number.value, number.low, number.high] for name, number in numbers.items()}
json.dump(found, open(sys.argv[3], "w"))
"""


def labelled(n: int) -> dict[str, list[str]]:
    """So many texts, as many of each package."""
    rng = np.random.default_rng(0)
    texts: list[str] = []
    labels: list[str] = []
    for package in PACKAGES:
        whole = sorted({text for text in docstrings(package) if len(text) >= 60})
        texts += [whole[int(row)] for row in rng.permutation(len(whole))[: n // len(PACKAGES)]]
        labels += [package] * (len(texts) - len(labels))
    return {"text": texts, "label": labels}


def checkpoints(folder: Path) -> Iterator[Path]:
    """MiniLM with more and more noise in its tensors, a folder each."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    source = find_model(MODEL, Place(folder)).path
    tokenizer = AutoTokenizer.from_pretrained(source, model_max_length=LENGTH)
    for share in NOISE:
        model = AutoModel.from_pretrained(source)
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for weight in model.parameters():
                weight += share * weight.std() * torch.randn(weight.shape, generator=generator)
        path = folder / f"noise-{share}"
        model.save_pretrained(path)
        tokenizer.save_pretrained(path)
        yield path


def study_of(folder: Path, paths: list[Path], table: dict[str, list[str]]) -> Path:
    """The same as a study file."""
    lines = [{"id": str(row), "text": text, "label": table["label"][row]} for row, text in enumerate(table["text"])]
    (folder / "texts.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    said = 'draws = 200\nanalyses = ["h_score", "logme"]\n[dataset]\npath = "texts.jsonl"\nid = "id"\ntext = "text"\n'
    said += 'labels = ["label"]\n'
    for path in paths:
        said += f'[[checkpoint]]\nname = "{path.name}"\nmodel = "{path.name}"\nmax_length = {LENGTH}\n'
        said += f'pooling = "mean"\nlayers = {list(range(1, LAYERS + 1))}\n'
    (folder / "study.toml").write_text(said, encoding="utf-8")
    return folder / "study.toml"


def main() -> None:
    """Measure and print one line of Markdown per comparison."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=800)
    options.add_argument("--runs", type=int, default=2)
    chosen = options.parse_args()
    table = labelled(chosen.texts)
    times: dict[str, list[float]] = {"hscore": [], "logme": [], "ours": []}
    theirs: Found = {}
    mine: Found = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        paths = list(checkpoints(folder))
        study, listing, answer = study_of(folder, paths, table), folder / "table.json", folder / "answer.json"
        listing.write_text(json.dumps(table), encoding="utf-8")
        for turn in range(chosen.runs):
            for estimator in ("hscore", "logme"):
                command = [sys.executable, "-W", "ignore", "-c", PEER]
                command += [json.dumps([str(path) for path in paths]), estimator, str(listing), str(answer)]
                times[estimator].append(seconds(partial(_run, command)))
                theirs[estimator] = json.loads(answer.read_text(encoding="utf-8"))
            command = [
                sys.executable,
                "-W",
                "ignore",
                "-c",
                OURS,
                str(study),
                str(folder / f"cache-{turn}"),
                str(answer),
            ]
            times["ours"].append(seconds(partial(_run, command)))
            mine = json.loads(answer.read_text(encoding="utf-8"))
    _print(table, times, theirs, mine)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"HF_HUB_OFFLINE": "1"})


def _print(table: dict[str, list[str]], times: dict[str, list[float]], theirs: Found, mine: Found) -> None:
    both = median(a + b for a, b in zip(times["hscore"], times["logme"], strict=True))
    ours = median(times["ours"])
    said = f"{len(table['text']):,} texts of at most {LENGTH} tokens, {len(NOISE)} checkpoints x {LAYERS} layers"
    print(f"{said}, medians of {len(times['ours'])} runs\n")
    print("| what | transformer-ranker, s | ours, s | ratio | reach |\n| --- | --- | --- | --- | --- |")
    print(f"| H-score and LogME (two runs of the peer) | {both:.0f} | {ours:.0f} | {both / ours:.2f} | 1.6 |")
    one = median(times["hscore"])
    print(f"| H-score alone against our both | {one:.0f} | {ours:.0f} | {one / ours:.2f} | – |\n")
    print("| checkpoint | H-score, best layer: theirs | ours | LogME: theirs | ours |\n| --- | --- | --- | --- | --- |")
    for path in theirs["hscore"]:
        name = Path(path).name
        cells = [name]
        for estimator, ours_name in (("hscore", "h_score"), ("logme", "logme")):
            layers = [mine[f"{name}@{layer}"][ours_name] for layer in range(1, LAYERS + 1)]
            value, low, high = max(layers, key=lambda found: found[0])
            cells += [f"{max(theirs[estimator][path]):.4f}", f"{value:.4f} [{low:.4f}, {high:.4f}]"]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
