"""Training a tiny T5: our loop against Hugging Face's `Trainer`, in tokens that are no padding.

Same model, records, batch size and optimizer (Adafactor); rounds interleaved, in one process. Records of like length
are together in ours; the Trainer deals them as they come. `mixed`: the Set task, 10 to 160 tokens; `equal`: windows of
80 tokens with corrupted spans, where sorting gains nothing. CPU seconds, the clock's ratio beside them. Run:
python -m benchmarks.sequences [--steps 48] [--rounds 3]
"""

import argparse
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.registry import generators
from benchmarks.trainer import now, trained
from models.pretraining.sequence_batches import Cut, padded, trimmed
from models.pretraining.sequence_model import Shape, network_of
from models.pretraining.sequence_source import Pairs, Source, Synthetic, Text
from models.pretraining.sequence_training import Course, adafactor, train
from models.pretraining.spans import Spans
from models.pretraining.synthetic.generator import Record
from models.pretraining.synthetic.small import small_settings
from models.quiet import quietly

BATCH = 32
CUT = Cut(170, 170)


def sources() -> dict[str, Source]:
    """Where records come from."""
    task = generators()["set"]
    text = np.random.default_rng(0).integers(27, 1_024, size=100_000)
    return {
        "mixed": Synthetic(task, small_settings(task, longest=160), 0),
        "equal": Text(text, 80, Spans(sentinels=tuple(range(3, 27)), noise=0.25), 0),
    }


def ours(records: list[Record], steps: int) -> npt.NDArray[np.float64]:
    """Our loop, its state written at the end."""
    network = network_of(Shape(), seed=0)
    course = Course(steps=steps, batch=BATCH, every=steps, stop_at=2, cut=CUT)
    with tempfile.TemporaryDirectory() as folder:
        start = now()
        train(network, Pairs(records, 0), records[:1], course, Path(folder), seed=0, made_of="")
        return now() - start


def theirs(records: list[Record], steps: int) -> npt.NDArray[np.float64]:
    """The Trainer on the same."""
    import torch

    network = network_of(Shape(), seed=0)
    optimizer = adafactor(network)
    for group in optimizer.param_groups:
        group["lr"] = 3e-2
    with tempfile.TemporaryDirectory() as folder, quietly():
        data: Any = [trimmed(one, CUT) for one in records]
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
        return trained(
            Path(folder),
            network,
            data,
            padded,
            optimizers=(optimizer, schedule),
            max_steps=steps,
            per_device_train_batch_size=BATCH,
            max_grad_norm=0,
            save_strategy="no",
            remove_unused_columns=False,
        )


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"| T5 of 0.3 M weights, {given.steps} steps of {BATCH} | Trainer, tokens/s | ours | ratio | of clocks |")
    print("| --- | --- | --- | --- | --- |")
    for name, source in sources().items():
        records = [source.record(number) for number in range(given.steps * BATCH)]
        tokens = sum(len(one.input) + len(one.output) + 2 for one in records)
        taken: dict[str, list[npt.NDArray[np.float64]]] = {"theirs": [], "ours": []}
        for _ in range(given.rounds):
            taken["theirs"].append(theirs(records, given.steps))
            taken["ours"].append(ours(records, given.steps))
        peer, own = (np.median(taken[who], axis=0) for who in ("theirs", "ours"))
        cpu, clock = peer / own
        print(f"| {name} lengths | {tokens / peer[0]:,.0f} | {tokens / own[0]:,.0f} | {cpu:.2f} | {clock:.2f} |")


if __name__ == "__main__":
    main()
