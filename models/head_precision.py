"""What a half-precision head would cost: the error of log Z when rows and states are rounded before their product."""

from collections.abc import Iterator

import numpy as np

from models.bulk import rows_at_once
from models.head import Head
from models.language_model import LanguageModel
from models.streaming import Contexts

PRECISIONS = ("bfloat16", "float16")
MOST = 2000  # contexts
WORK = 2e10  # products of rows and logits


def rounded_heads(model: LanguageModel, head: Head, of: Contexts) -> Iterator[tuple[str, float, float, int]]:
    """Precision, root mean square and largest error of log Z over some contexts, and how many they are."""
    import torch

    most = int(np.clip(WORK / head.vectors.size, 64, MOST))
    some = np.linspace(0, len(of.partition) - 1, min(len(of.partition), most)).astype(np.int64)
    device, size = model.module.device, rows_at_once(head.n)
    states, rows = torch.from_numpy(of.states[some]).to(device), torch.from_numpy(head.vectors).to(device).T
    bias = torch.from_numpy(head.bias).to(device)
    for name in PRECISIONS:
        dtype = getattr(torch, name)
        wide = rows.to(dtype).float()  # rounded, then multiplied in float32: as units with wide sums do it
        found = []
        with torch.inference_mode():
            for begin in range(0, len(some), size):
                logits = torch.addmm(bias, states[begin : begin + size].to(dtype).float(), wide).to(dtype).double()
                found.append(logits.logsumexp(dim=1).cpu().numpy())
        apart = np.concatenate(found) - of.partition[some]
        yield name, float(np.sqrt(np.square(apart).mean())), float(np.abs(apart).max()), len(some)
