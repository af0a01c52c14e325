"""Ego-networks of Cora and Citeseer: pre-trained with and without their citations, three seeds each.

A sample is a paper with the papers it is linked to, its attributes the words it uses. Weight 0 is attribute masking
alone (per-token), 0.1 adds the contrastive loss over citations between papers. A fifth of the papers, by the seed,
is held out: no link of theirs is learnt from, though their neighbourhoods hold them; all figures are of these papers.
kNN: the topic by 15 nearest of the other papers. Link AUROC: their links against 200 drawn pairs each. Ego-networks of
linked papers overlap, so that even an untrained network tells links; only what is beyond it is learnt. Run:
python -m benchmarks.ego_networks [--data ../shared/data/graph] [--steps 400] [--seeds 0 1 2]
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.pretraining.ego_networks import EgoNetworks, embedded, network, pretrain
from models.pretraining.links import Links
from models.pretraining.small import Settings

WEIGHTS, NEAREST, HELD, STRANGERS, BATCH = (0.0, 0.1), 15, 0.2, 200, 64


@dataclass(frozen=True, eq=False)
class Papers:
    """Words each uses (n, words), topic (-1: none), and citations (m, 2)."""

    words: npt.NDArray[np.float32]
    topics: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]


def read(path: Path) -> Papers:
    """The papers of a file of CSR parts, labels and edges."""
    from scipy.sparse import csr_matrix

    with np.load(path, allow_pickle=False) as file:
        words = csr_matrix((file["data"], file["indices"], file["indptr"]), shape=tuple(file["shape"])).toarray()
        words /= np.maximum(words.sum(axis=1, keepdims=True), 1)
        return Papers(words.astype(np.float32) * 10, file["labels"], file["edges"].astype(np.int64))


def judged(vectors: npt.NDArray[np.float32], papers: Papers, held: npt.NDArray[np.int64], seed: int) -> list[float]:
    """Accuracy of the topic by neighbours, and link AUROC, of the papers held out."""
    from scipy.spatial.distance import cdist

    apart = cdist(vectors[held], vectors)
    rest = np.setdiff1d(np.flatnonzero(papers.topics >= 0), held)
    near = papers.topics[rest[np.argsort(apart[:, rest], axis=1)[:, :NEAREST]]]
    told = np.array([np.bincount(row).argmax() for row in near])
    known = papers.topics[held] >= 0
    accuracy = float((told == papers.topics[held])[known].mean())
    place = np.full(len(vectors), -1)
    place[held] = np.arange(len(held))
    both = np.concatenate([papers.edges, papers.edges[:, ::-1]])
    links = Links.of(papers.edges, len(vectors))
    mine = both[(place[both[:, 0]] >= 0) & (both[:, 0] != both[:, 1])]
    rows = np.repeat(mine[:, 0], STRANGERS)
    strangers = links.strangers(rows, np.random.default_rng([seed, 89]))
    linked = apart[place[mine[:, 0]], mine[:, 1]]
    others = apart[place[rows], strangers].reshape(len(mine), STRANGERS)
    nearer = (linked[:, None] < others) + 0.5 * (linked[:, None] == others)
    return [accuracy, float(nearer.mean())]


def one(papers: Papers, weight: float, seed: int, steps: int) -> tuple[list[float], list[float], bool]:
    """What is told before and after a training, and whether it collapsed."""
    n = len(papers.topics)
    held = np.random.default_rng([seed, 97]).permutation(n)[: round(HELD * n)]
    learnt = papers.edges[~np.isin(papers.edges, held).any(axis=1)]
    egos = EgoNetworks.of(Links.of(papers.edges, n), seed=seed)
    links = Links.of(learnt, n, np.setdiff1d(np.arange(n), held))
    model = network(papers.words.shape[1], seed=seed)
    before = judged(embedded(model, papers.words, egos), papers, held, seed)
    course = pretrain(model, papers.words, egos, links, Settings(weight=weight, steps=steps, seed=seed, batch=BATCH))
    return before, judged(embedded(model, papers.words, egos), papers, held, seed), course.collapsed


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/graph"))
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    given = parser.parse_args()
    print("| graph | λ | kNN accuracy, each seed | mean | link AUROC, each seed | mean | collapsed |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in ("cora", "citeseer"):
        papers = read(given.data / f"{name}.npz")
        untrained = []
        for weight in WEIGHTS:
            runs = [one(papers, weight, seed, given.steps) for seed in given.seeds]
            untrained = [before for before, _, _ in runs]
            print(row(name, f"{weight:g}", [after for _, after, _ in runs], sum(flat for *_, flat in runs)), flush=True)
        print(row(name, "untrained", untrained, None), flush=True)


def row(name: str, what: str, found: list[list[float]], flat: int | None) -> str:
    """A line of the table."""
    cells = [cell for side in np.array(found).T for cell in (" ".join(f"{v:.3f}" for v in side), f"{side.mean():.3f}")]
    return f"| {name} | {what} | {' | '.join(cells)} | {'' if flat is None else flat} |"


if __name__ == "__main__":
    main()
