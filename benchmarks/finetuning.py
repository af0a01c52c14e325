"""Full fine-tuning of MiniLM for an epoch: our loop against Hugging Face's `Trainer`, in tokens that are no padding.

Same weights, texts (docstrings of mixed length), labels, batch size, longest text, AdamW, and both keep weights and
moments on disk after the epoch; rounds interleaved, in one process. The Trainer runs as it comes, with a collator that
pads to the longest text of a batch; and once more with its own grouping by length. CPU seconds, since on a shared
machine only they compare; the clock's ratio stands beside them. Run:
python -m benchmarks.finetuning [--texts 96] [--rounds 2] [--batch 8] [--length 128]
"""

import argparse
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.embedding import RECIPE, mixed_texts
from benchmarks.trainer import Seconds, now, trained
from models.embedding_job import family_called
from models.finetuning.loop import FineTuner, Training
from models.finetuning.settings import FineTuning, Parts, Targets
from models.finetuning.state import Reached, write_state
from models.quiet import quietly
from models.text_encoder import TextEncoder

CLASSES = 4
ORDERS = {"as it comes": "random", "grouped by length": "group_by_length"}


def ours(texts: list[str], codes: npt.NDArray[np.int64], settings: FineTuning, folder: Path) -> Seconds:
    """One epoch, its state written."""
    rows = np.arange(len(texts))
    tuner = FineTuner(RECIPE, texts, settings=settings, folder=folder)
    parts = Parts(rows, rows[:0], rows[:1])
    training = Training(tuner, Targets("classes", codes, CLASSES), parts, 0, folder, "", lambda *_: None)
    assert len(tuner.lengths)  # tokens are made before the clock starts, as the peer's are
    start = now()
    reached = training.epoch(Reached())
    write_state(folder, training.network, training.optimizer, reached, "")
    return now() - start


def theirs(
    encoder: TextEncoder, texts: list[str], codes: npt.NDArray[np.int64], settings: FineTuning, folder: Path, order: str
) -> Seconds:
    """The same by the Trainer."""
    from transformers import AutoModelForSequenceClassification, DataCollatorWithPadding

    tokens = encoder.tokens(texts)
    data: Any = [
        {"input_ids": list(one), "attention_mask": [1] * len(one), "labels": int(code)}
        for one, code in zip(tokens.numbers, codes, strict=True)
    ]
    with quietly():
        model = AutoModelForSequenceClassification.from_pretrained(encoder.settings.folder, num_labels=CLASSES)
        return trained(
            folder,
            model,
            data,
            DataCollatorWithPadding(encoder.tokenizer),
            num_train_epochs=1,
            per_device_train_batch_size=settings.batch,
            learning_rate=settings.lr,
            weight_decay=settings.decay,
            save_strategy="epoch",
            train_sampling_strategy=order,
        )


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=128)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    texts = mixed_texts(given.texts)
    codes = np.random.default_rng(0).integers(CLASSES, size=len(texts))
    settings = FineTuning(epochs=1, batch=given.batch, max_length=given.length)
    encoder = family_called(RECIPE.family).load(replace(RECIPE, max_length=given.length))
    assert isinstance(encoder, TextEncoder)
    tokens = sum(map(len, encoder.tokens(texts).numbers))
    taken: dict[str, list[Seconds]] = {name: [] for name in ("ours", *ORDERS)}
    for _ in range(given.rounds):
        for name, order in ORDERS.items():
            with tempfile.TemporaryDirectory() as folder:
                taken[name].append(theirs(encoder, texts, codes, settings, Path(folder), order))
        with tempfile.TemporaryDirectory() as folder:
            taken["ours"].append(ours(texts, codes, settings, Path(folder)))
    medians = {name: np.median(seconds, axis=0) for name, seconds in taken.items()}
    print(
        f"| MiniLM, {len(texts)} texts, {tokens:,} tokens, batches of {given.batch} | peer | ours | ratio | of clocks |"
    )
    print("| --- | --- | --- | --- | --- |")
    for name in ORDERS:
        (peer, _), (own, _) = medians[name], medians["ours"]
        cpu, clock = medians[name] / medians["ours"]
        rates = f"{tokens / peer:,.0f} | {tokens / own:,.0f} | {cpu:.2f} | {clock:.2f}"
        print(f"| Trainer, {name}: tokens a CPU second | {rates} |")


if __name__ == "__main__":
    main()
