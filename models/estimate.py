"""What an embedding job will take, said before it starts: tokens counted on a sample, times work per token."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.embedding import in_words
from models.embedding_job import family_called
from models.encoder import EncoderRecipe, Items
from models.sizes import check_memory
from models.torch_encoder import cores, device_name

SAMPLE = 512
OPERATIONS_PER_SECOND = {"cpu": 5e10, "cuda": 2e13}  # of one core; of one GPU, in the precision it is likely to use
START = 6.0  # seconds until a worker has its libraries and weights
WORKER = 450.0  # megabytes of a worker before its weights


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An estimate, not a promise. `megabytes`: of memory at the peak; `disk`: megabytes written for good.

    `n_tokens`: of all items (of images: images).
    """

    seconds: float
    megabytes: float
    disk: float
    n_tokens: int

    def __str__(self) -> str:
        return f"about {in_words(self.seconds)}, {self.megabytes:,.0f} MB of memory and {self.disk:,.0f} MB of disk"


def estimate(recipe: EncoderRecipe, items: Items, layers: Sequence[int], workers: int = 0) -> Estimate:
    """Estimate a job from a sample of its items, without loading any weights.

    BadInput for a model that does not fit into this machine's memory.
    """
    family = family_called(recipe.family)
    card = family.describe(recipe)
    n = len(items)
    disk = n * max(card.width, 256) * 4 * len(layers) / 1e6
    if family.whole:
        return Estimate(seconds=1 + n / 1000, megabytes=200 + 4 * disk, disk=disk, n_tokens=n)
    check_memory(max(card.parameters or 0, card.asked), recipe.model or card.title)
    encoder = family.load(recipe)
    sample = [items[int(row)] for row in np.linspace(0, n - 1, min(n, SAMPLE)).astype(int)]
    cost = float(encoder.cost(sample).mean()) * n
    count = workers or cores()
    seconds = cost * card.work / OPERATIONS_PER_SECOND[device_name()] / count
    weights = 4 * (card.parameters or card.work / 2) / 1e6
    return Estimate(
        seconds=START + seconds,
        megabytes=count * (WORKER + 1.3 * weights + 4 * card.width * 4 * encoder.batch * (len(layers) + 8) / 1e6),
        disk=disk,
        n_tokens=round(cost),
    )
