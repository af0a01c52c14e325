"""The space that an encoder-decoder gives its inputs: the mean state of the encoder over the tokens of each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.pretraining.sequence_batches import Cut, by_length, padded, trimmed
from models.pretraining.synthetic.generator import Record


def encoded(network: Any, records: Sequence[Record], cut: Cut, batch: int = 64) -> npt.NDArray[np.float32]:
    """One vector a record, (n, d), in the order of the records; ends count as tokens, padding does not."""
    import torch

    network.eval()
    found = np.empty((len(records), network.config.d_model), np.float32)
    with torch.inference_mode():
        for rows in by_length(records, batch):
            inputs = padded([trimmed(records[row], cut) for row in rows], network.device)
            mask = inputs["attention_mask"]
            states = network.get_encoder()(input_ids=inputs["input_ids"], attention_mask=mask).last_hidden_state
            weight = mask.unsqueeze(-1).to(states.dtype)
            found[rows] = ((states * weight).sum(dim=1) / weight.sum(dim=1)).float().cpu().numpy()
    return found
