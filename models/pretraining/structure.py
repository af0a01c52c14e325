"""Structure-inducing losses: vectors of linked samples near each other, of others far.

Both as in Structure Inducing Pre-Training (McDermott et al., 2023; `contrastive` and `multi_similarity` of its code).
A vector is linked to its own copies, which that code took for unlinked.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def contrastive(
    a: "Tensor", b: "Tensor", linked: "Tensor", *, near: float = 0.0, far: float = 10.0, normalize: bool = False
) -> "Tensor":
    """Mean over pairs of max(0, D - near) where they are linked and max(0, far - D) where not.

    `a`, `b`: (m, d) vectors; `linked`: (m,) bool; D: euclidean distance (with torch's 1e-6 inside). With `normalize`,
    of vectors of length 1, so that `far` should be below 2. At `far` / 2 all distances are equal: a collapse.
    """
    from torch import where
    from torch.nn import functional

    if normalize:
        a, b = functional.normalize(a, dim=-1), functional.normalize(b, dim=-1)
    distance = functional.pairwise_distance(a, b)
    return where(linked, (distance - near).clamp(min=0), (far - distance).clamp(min=0)).mean()


def multi_similarity(
    vectors: "Tensor",
    linked: "Tensor",
    *,
    near: float = 2.0,
    far: float = 40.0,
    base: float = 0.5,
    margin: float = 0.1,
) -> "Tensor":
    """Multi-similarity (Wang et al., 2019) of every vector with every other one, after mining.

    `vectors`: (m, d); `linked`: (m, m) bool, symmetric, its diagonal without meaning. With cosine S, of anchor i:
    linked j with S_ij - margin < the highest unlinked S, unlinked j with S_ij + margin > the lowest linked S; of those
    log(1 + sum exp(-near (S - base))) / near + log(1 + sum exp(far (S - base))) / far, mean over the anchors that have
    both kinds left; 0 where none has. `near` and `far` are the weights of the two kinds.
    """
    import torch
    from torch.nn import functional

    rows = functional.normalize(vectors, dim=-1)
    cosine = rows @ rows.T
    itself = torch.eye(len(rows), dtype=torch.bool, device=rows.device)
    ins, outs = linked & ~itself, ~linked & ~itself
    infinity = torch.tensor(torch.inf, dtype=cosine.dtype, device=cosine.device)
    with torch.no_grad():
        lowest = torch.where(ins, cosine, infinity).amin(dim=1, keepdim=True)
        highest = torch.where(outs, cosine, -infinity).amax(dim=1, keepdim=True)
        ins = ins & (cosine - margin < highest)
        outs = outs & (cosine + margin > lowest)
        both = ins.any(dim=1) & outs.any(dim=1)
    if not both.any():
        return cosine.sum() * 0.0
    pulled = _softly(-near * (cosine - base), ins)[both] / near
    pushed = _softly(far * (cosine - base), outs)[both] / far
    return (pulled + pushed).mean()


def _softly(values: "Tensor", among: "Tensor") -> "Tensor":
    """log(1 + sum of exp of the values among these), each row, without overflow."""
    import torch
    from torch.nn import functional

    hidden = torch.where(among, values, torch.tensor(-torch.inf, dtype=values.dtype, device=values.device))
    return functional.softplus(torch.logsumexp(hidden, dim=1))


def collapsed(losses: "list[float]", far: float, *, within: float = 0.02) -> bool:
    """Whether the contrastive loss of the last tenth of a run sits at half its margin: all distances equal."""
    last = losses[-max(1, len(losses) // 10) :]
    return bool(losses) and bool(abs(sum(last) / len(last) - far / 2) <= within * far / 2)
