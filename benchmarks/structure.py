"""Structure-inducing pre-training: its losses against pytorch-metric-learning's, its loop against Trainer's masked LM.

Losses: forward and backward over 256 vectors of 384, the same pairs and the same mining on both sides, rounds
interleaved, the median. Loop: a BERT from scratch on docstrings of mixed length, lambda = 0.1, tokens that are no
padding through the encoder in all passes (the anchor with tokens hidden, a linked and an unlinked sample), against
Hugging Face's `Trainer` with its own collator doing masked LM alone on the same texts, batch and longest text. CPU
seconds, since on a shared machine only they compare. Run:
python -m benchmarks.structure [--texts 512] [--steps 40] [--rounds 3]
"""

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.embedding import mixed_texts
from benchmarks.trainer import trained
from models.pretraining.job import PretrainingJob
from models.pretraining.settings import PreTraining
from models.pretraining.structure import contrastive, multi_similarity
from models.pretraining.training import Training
from models.quiet import quietly

BATCH, D, TIMES = 256, 384, 40
REACH = {"loss": 1.0, "loop": 0.85}


def seconds_of(loss: Callable[[Any], Any], vectors: Any) -> float:
    """Forward and backward once."""
    vectors.grad = None
    start = time.perf_counter()
    loss(vectors).backward()
    return time.perf_counter() - start


def losses() -> dict[str, tuple[float, float]]:
    """Median seconds of the peer and of ours, by loss."""
    import torch
    from pytorch_metric_learning.distances import LpDistance
    from pytorch_metric_learning.losses import ContrastiveLoss, MultiSimilarityLoss
    from pytorch_metric_learning.miners import MultiSimilarityMiner

    rng = np.random.default_rng(0)
    vectors = torch.from_numpy(rng.standard_normal((BATCH, D)).astype(np.float32)).requires_grad_()
    labels = torch.from_numpy(rng.integers(BATCH // 8, size=BATCH))
    near, far = (torch.from_numpy(rng.permutation(BATCH)) for _ in range(2))
    anchors, linked = torch.arange(BATCH), torch.arange(2 * BATCH) < BATCH
    theirs = ContrastiveLoss(pos_margin=0.0, neg_margin=10.0, distance=LpDistance(normalize_embeddings=False))
    similar, miner = MultiSimilarityLoss(alpha=2, beta=40, base=0.5), MultiSimilarityMiner(epsilon=0.1)
    same = labels[:, None] == labels[None]
    ways: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
        "contrastive, a linked and an unlinked partner each": (
            lambda z: theirs(z, indices_tuple=(anchors, near, anchors, far)),
            lambda z: contrastive(z.repeat(2, 1), z[torch.cat([near, far])], linked, far=10.0),
        ),
        "multi-similarity, mined": (
            lambda z: similar(z, labels, miner(z, labels)),
            lambda z: multi_similarity(z, same, near=2.0, far=40.0, base=0.5, margin=0.1),
        ),
    }
    found = {}
    for name, pair in ways.items():
        taken = np.array([[seconds_of(one, vectors) for one in pair] for _ in range(TIMES)])
        peer, own = np.median(taken[TIMES // 4 :], axis=0)
        found[name] = (float(peer), float(own))
    return found


def ours(folder: Path, texts: list[str], steps: int) -> float:
    """Tokens a CPU second of our loop."""
    settings = PreTraining(objective="structure", steps=steps, seed=0, lr=1e-4, weight=0.1)
    ring = np.column_stack([np.arange(len(texts)), (np.arange(len(texts)) + 1) % len(texts)])
    job = PretrainingJob(settings=settings, start=None, architecture="bert-mini", samples=len(texts), made_of="")
    job.save(folder, texts, ring)
    training = Training(folder, 1e9)
    start = time.process_time()
    tokens = sum(training.step(number)["tokens"] for number in range(steps))
    return float(tokens / (time.process_time() - start))


def trainers(folder: Path, texts: list[str], steps: int) -> float:
    """Tokens a CPU second of the Trainer, on the network that our job wrote."""
    from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer, DataCollatorForLanguageModeling

    tokenizer = AutoTokenizer.from_pretrained(folder / "start")
    data: Any = [{"input_ids": ids} for ids in tokenizer(texts, truncation=True, max_length=128)["input_ids"]]
    model = AutoModelForMaskedLM.from_config(AutoConfig.from_pretrained(folder / "start"))
    collate, tokens = DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15), 0

    def counted(rows: list[Any]) -> Any:
        nonlocal tokens
        batch = collate(rows)
        tokens += int(batch["attention_mask"].sum())
        return batch

    seconds, _ = trained(
        folder / "peer", model, data, counted, max_steps=steps, per_device_train_batch_size=16, save_strategy="no"
    )
    return tokens / float(seconds)


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=512)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| what | peer | ours | ratio | reach |")
    print("| --- | --- | --- | --- | --- |")
    for name, (peer, own) in losses().items():
        print(
            f"| {name}, {BATCH} × {D}: ms | {peer * 1e3:.2f} | {own * 1e3:.2f} | {peer / own:.2f} | {REACH['loss']} |"
        )
    texts, rates = mixed_texts(given.texts), []
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as name, quietly():
            own = ours(Path(name), texts, given.steps)
            rates.append((trainers(Path(name), texts, given.steps), own))
    peer, own = np.median(rates, axis=0)
    said = f"| {peer:,.0f} | {own:,.0f} | {own / peer:.2f} | {REACH['loop']} |"
    print(f"| bert-mini, {given.texts} texts, batches of 16: tokens a CPU second {said}")


if __name__ == "__main__":
    main()
