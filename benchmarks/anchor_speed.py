"""Anchors of a language model with a vocabulary of 50,257: bulk targets, the streaming fit, and the bootstrap.

1. All bulk targets and the fit's sums, on a GPT-2-small with drawn weights, against its bare pass on the same windows
   (body, then the head in the same chunks); runs of both alternate. The largest buffer is one chunk of logits.
2. Fit of seven targets from streamed float32 states (condition number about 570) against `numpy.linalg.lstsq` on the
   float64 states in memory.
3. A bootstrap that fits all again from blocks' moments, against refitting by lstsq (one refit is timed, and scaled).
Times are CPU seconds, which other work on the machine hardly moves.
Run: python -m benchmarks.anchor_speed [--windows 8] [--n 100000] [--draws 200]
"""

import argparse
import time

import numpy as np
import numpy.typing as npt

from analysis.anchors.fits import basis_of
from analysis.anchors.judged import drawn
from analysis.anchors.moments import Moments
from models.bulk import BUFFER, parse_rule, rows_at_once
from models.head import Head
from models.language_model import LanguageModel
from models.streaming import contexts

VOCABULARY, WINDOW, WIDTH, TARGETS, BLOCKS = 50_257, 256, 768, 7, 50
RULES = ("none", "top:1", "top:10", "top:100", "threshold:0.01", "words")


def model_of() -> LanguageModel:
    """GPT-2-small as it is drawn."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    module = GPT2LMHeadModel(GPT2Config(vocab_size=VOCABULARY, n_embd=WIDTH)).eval().requires_grad_(False)
    module.config.use_cache = False
    rows = 8 * module.get_output_embeddings().weight.numpy().copy()  # so that words differ in probability
    head = Head(rows, np.zeros(VOCABULARY, np.float32), np.arange(VOCABULARY))
    return LanguageModel("GPT-2", "causal_lm", module, None, head, (), (), 1024, None)


def bare(model: LanguageModel, windows: npt.NDArray[np.int32]) -> float:
    """CPU seconds of the pass and the head's products alone."""
    import torch

    start, at_once = time.process_time(), rows_at_once(VOCABULARY)
    rows = torch.from_numpy(model.head.vectors).T
    buffer = torch.empty((at_once, VOCABULARY))
    states = model.states(torch.from_numpy(windows.astype(np.int64))).reshape(-1, WIDTH)
    with torch.inference_mode():
        for begin in range(0, len(states), at_once):
            part = states[begin : begin + at_once]
            torch.mm(part, rows, out=buffer[: len(part)])
    return time.process_time() - start


def targeted(model: LanguageModel, windows: npt.NDArray[np.int32]) -> float:
    """CPU seconds of the same with all targets and the sums of the fit."""
    from dataclasses import replace

    start = time.process_time()
    rules = [parse_rule(text) for text in RULES[:-1]]
    rules.append(replace(parse_rule("words:a,b,c"), rows=(5, 600, 40_000)))
    moments = Moments.empty(1, WIDTH, len(rules))
    for part in contexts(model, model.head, windows, rules):
        moments.add(0, part.states, part.targets)
    return time.process_time() - start


def states_of(n: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """States with a condition number of about 570, and targets."""
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))[0]
    states = ((rng.normal(size=(n, WIDTH)) * np.geomspace(1, 1 / 570, WIDTH)) @ turn).astype(np.float32)
    return states, states @ rng.normal(size=(WIDTH, TARGETS)) + rng.normal(size=(n, TARGETS))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--windows", type=int, default=8)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--draws", type=int, default=200)
    asked = parser.parse_args()
    model = model_of()
    windows = np.random.default_rng(0).integers(VOCABULARY, size=(asked.windows, WINDOW)).astype(np.int32)
    pairs = [(bare(model, windows), targeted(model, windows)) for _ in range(4)][1:]
    extra = np.median([full / alone - 1 for alone, full in pairs])
    print("| what | time | against | ratio |\n| --- | --- | --- | --- |")
    print(
        f"| six bulk rules and the sums, {asked.windows * WINDOW:,} contexts | {np.median([b for _, b in pairs]):.1f} s"
        f" | the pass and head alone {np.median([a for a, _ in pairs]):.1f} s | {100 * extra:+.1f} %,"
        f" buffer {BUFFER >> 20} MB |"
    )
    states, y = states_of(asked.n)
    start = time.process_time()
    moments = Moments.empty(BLOCKS, WIDTH, TARGETS)
    for block, rows in enumerate(np.array_split(np.arange(asked.n), BLOCKS)):
        moments.add(block, states[rows], y[rows])
    total = moments.total()
    used = np.arange(WIDTH + 1) < WIDTH
    basis = basis_of(total, used)
    ours = basis.solve(total)[used]
    streamed = time.process_time() - start
    start = time.process_time()
    theirs = np.linalg.lstsq(states.astype(np.float64), y, rcond=None)[0]
    direct = time.process_time() - start
    apart = np.abs(ours - theirs).max() / np.abs(theirs).max()
    print(
        f"| fit of {TARGETS} targets, {asked.n:,} × {WIDTH} | {streamed:.2f} s | lstsq {direct:.2f} s"
        f" | {direct / streamed:.1f}×, relative difference {apart:.0e} |"
    )
    start = time.process_time()
    middle = np.zeros(WIDTH + 1)
    draws = list(drawn({"plain": basis}, moments, moments, middle, draws=asked.draws, rng=np.random.default_rng(0)))
    ours_s = time.process_time() - start
    print(
        f"| {len(draws)} draws × {TARGETS} targets | {ours_s:.1f} s | {len(draws)} refits"
        f" {direct * len(draws):.0f} s (one timed) | {direct * len(draws) / ours_s:.0f}× |"
    )


if __name__ == "__main__":
    main()
