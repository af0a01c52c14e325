"""What a trained encoder-decoder writes, greedily, and how well that agrees with what is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.finetuning.sequence_scores import exact_match, rouge_l, token_f1, tokens
from models.pretraining.sequence_batches import Cut, by_length, padded, trimmed
from models.pretraining.sequence_model import END, PAD
from models.pretraining.sequence_training import judged
from models.pretraining.synthetic.generator import Record


@dataclass(frozen=True)
class Scores:
    """Means over the records asked; `token_accuracy`: each token told from the right ones before it."""

    exact_match: float
    token_f1: float
    rouge_l: float
    token_accuracy: float
    loss: float
    n: int


def written(network: Any, records: Sequence[Record], cut: Cut, batch: int = 64) -> list[list[int]]:
    """What the network writes for each input, without the end."""
    import torch

    network.eval()
    found: list[list[int]] = [[] for _ in records]
    with torch.inference_mode():
        for rows in by_length(records, batch):
            inputs = padded([trimmed(records[row], cut) for row in rows], network.device)
            del inputs["labels"]
            ids = network.generate(**inputs, max_new_tokens=cut.output, num_beams=1, do_sample=False)
            for row, line in zip(rows, ids.tolist(), strict=True):
                end = line.index(END) if END in line else len(line)
                found[row] = [token for token in line[:end] if token != PAD]
    return found


def scores_of(
    network: Any, records: Sequence[Record], cut: Cut, decode: Callable[[list[int]], str] | None = None
) -> Scores:
    """Scores of a network on records; of texts where `decode` makes texts of ids, else of ids.

    What is asked for is not cut: what a network cannot write counts as wrong.
    """
    said = written(network, records, cut)
    found: list[tuple[float, float, float]] = []
    for line, record in zip(said, records, strict=True):
        if decode is None:
            pair: tuple[Sequence[object], Sequence[object]] = (line, record.output)
            exact = float(line == record.output)
        else:
            texts = decode(line), decode(record.output)
            pair, exact = (tokens(texts[0]), tokens(texts[1])), exact_match(*texts)
        found.append((exact, token_f1(*pair), rouge_l(*pair)))
    loss, right = judged(network, [trimmed(one, cut) for one in records])
    exact, f1, rouge = (sum(scores) / len(found) for scores in zip(*found, strict=True))
    return Scores(exact, f1, rouge, right, loss, len(found))
