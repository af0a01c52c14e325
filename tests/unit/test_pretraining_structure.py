"""Structure-inducing losses: against loops written out and pytorch-metric-learning; their samplers."""

import math

import numpy as np
import pytest
import torch

from models.errors import BadInput
from models.pretraining.links import Links
from models.pretraining.masked import hide, loss_of
from models.pretraining.structure import collapsed, contrastive, multi_similarity

RING = np.array([[i, (i + 1) % 12] for i in range(12)])


def vectors(n: int = 12, d: int = 5, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((n, d))).requires_grad_()


def linked_in(labels: list[int]) -> torch.Tensor:
    codes = torch.tensor(labels)
    return codes[:, None] == codes[None]


def test_the_contrastive_loss_is_the_written_out_mean_over_pairs() -> None:
    a, b, linked = vectors(seed=1), vectors(seed=2), torch.arange(12) < 6
    total = 0.0
    for i in range(12):
        distance = math.sqrt(sum((x - y + 1e-6) ** 2 for x, y in zip(a[i].tolist(), b[i].tolist(), strict=True)))
        total += max(0.0, distance - 0.5) if linked[i] else max(0.0, 3.0 - distance)
    assert contrastive(a, b, linked, near=0.5, far=3.0).item() == pytest.approx(total / 12, abs=1e-9)


def test_normalized_vectors_are_on_the_sphere() -> None:
    a, b, linked = vectors(seed=1), vectors(seed=2), torch.arange(12) < 6
    found = contrastive(a * 7, b / 3, linked, far=1.0, normalize=True)
    assert found.item() == pytest.approx(contrastive(a, b, linked, far=1.0, normalize=True).item(), abs=1e-6)


def test_equal_vectors_sit_at_half_the_margin_and_are_said_to_have_collapsed() -> None:
    same, linked = torch.ones(10, 3), torch.arange(10) < 5
    assert contrastive(same, same, linked, far=10.0).item() == pytest.approx(5.0, abs=1e-4)
    assert collapsed([7.0] * 90 + [5.02] * 10, 10.0)
    assert not collapsed([5.0] * 90 + [2.0] * 10, 10.0) and not collapsed([], 10.0)


def written_out(z: torch.Tensor, linked: torch.Tensor, near: float, far: float, base: float, margin: float) -> float:
    rows = (z / z.norm(dim=1, keepdim=True)).tolist()
    n, found = len(rows), []
    for i in range(n):
        s = [sum(x * y for x, y in zip(rows[i], rows[j], strict=True)) for j in range(n)]
        ins = [j for j in range(n) if j != i and linked[i, j]]
        outs = [j for j in range(n) if j != i and not linked[i, j]]
        if not ins or not outs:
            continue
        kept_outs = [j for j in outs if s[j] + margin > min(s[k] for k in ins)]
        kept_ins = [j for j in ins if s[j] - margin < max(s[k] for k in outs)]
        if kept_ins and kept_outs:
            pulled = math.log(1 + sum(math.exp(-near * (s[j] - base)) for j in kept_ins)) / near
            found.append(pulled + math.log(1 + sum(math.exp(far * (s[j] - base)) for j in kept_outs)) / far)
    return sum(found) / len(found) if found else 0.0


@pytest.mark.parametrize("margin", [0.1, 0.5, 10.0])
def test_multi_similarity_is_the_written_out_loss(margin: float) -> None:
    z, linked = vectors(seed=3), linked_in([0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 5])
    settings = {"near": 2.0, "far": 40.0, "base": 0.5, "margin": margin}
    expected = written_out(z, linked, **settings)
    assert expected > 0
    assert multi_similarity(z, linked, **settings).item() == pytest.approx(expected, abs=1e-6)


def test_multi_similarity_is_pytorch_metric_learnings_where_every_anchor_has_both_kinds() -> None:
    from pytorch_metric_learning.losses import MultiSimilarityLoss

    labels = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2, 3, 3])
    z = vectors(10, seed=4)
    theirs = MultiSimilarityLoss(alpha=2, beta=40, base=0.5)(z, labels)
    ours = multi_similarity(z, labels[:, None] == labels[None], near=2, far=40, base=0.5, margin=10.0)
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-6)
    both = [torch.autograd.grad(loss, z, retain_graph=True)[0] for loss in (ours, theirs)]
    torch.testing.assert_close(both[0], both[1], atol=1e-6, rtol=1e-5)


def test_the_contrastive_loss_is_half_of_pytorch_metric_learnings_on_as_many_pairs_of_each_kind() -> None:
    from pytorch_metric_learning.distances import LpDistance
    from pytorch_metric_learning.losses import ContrastiveLoss
    from pytorch_metric_learning.reducers import MeanReducer

    z = vectors(8, seed=5)
    distance = LpDistance(normalize_embeddings=False)
    theirs = ContrastiveLoss(pos_margin=0.3, neg_margin=4.0, distance=distance, reducer=MeanReducer())
    i, j = torch.tensor([0, 1, 2]), torch.tensor([3, 4, 5])
    k, m = torch.tensor([0, 1, 2]), torch.tensor([5, 6, 7])
    found = theirs(z, indices_tuple=(i, j, k, m))
    linked = torch.arange(6) < 3
    ours = contrastive(z[torch.cat([i, k])], z[torch.cat([j, m])], linked, near=0.3, far=4.0)
    assert 2 * ours.item() == pytest.approx(found.item(), abs=1e-5)


def test_where_no_anchor_has_both_kinds_there_is_no_loss_and_a_gradient_of_zero() -> None:
    z = vectors(4)
    loss = multi_similarity(z, torch.ones(4, 4, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0 and z.grad is not None and float(z.grad.abs().max()) == 0


def test_large_similarities_do_not_overflow() -> None:
    z = vectors(6)
    loss = multi_similarity(z, linked_in([0, 0, 1, 1, 2, 2]), near=1e4, far=1e4)
    assert torch.isfinite(loss)


def test_partners_are_linked_and_strangers_are_not_each_evenly() -> None:
    links, rng = Links.of(np.concatenate([RING, RING[:3], [[4, 4]]]), 12), np.random.default_rng(0)
    assert links.degrees.tolist() == [2] * 12  # repeats and loops are gone
    rows = np.repeat(np.arange(12), 500)
    near, far = links.partners(rows, rng), links.strangers(rows, rng)
    assert (np.isin((near - rows) % 12, [1, 11])).all()
    assert (~np.isin((far - rows) % 12, [0, 1, 11])).all()
    assert np.bincount((near - rows) % 12)[[1, 11]].min() > 2800  # of 3,000 expected
    assert np.bincount((far - rows) % 12)[2:11].min() > 580  # of 667 expected


def test_who_has_no_neighbour_or_no_stranger_is_named() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(BadInput, match="sample 2 has no neighbour"):
        Links.of(np.array([[0, 1]]), 3).partners(np.arange(3), rng)
    with pytest.raises(BadInput, match="sample 0 is linked to all"):
        Links.of(np.array([[0, 1], [0, 2]]), 3).strangers(np.arange(3), rng)


def test_strangers_come_from_those_that_the_graph_speaks_of() -> None:
    links, rows = Links.of(np.array([[0, 2], [2, 4]]), 8, np.array([0, 2, 4, 6])), np.repeat([0, 4], 400)
    far = links.strangers(rows, np.random.default_rng(0))
    assert set(far[rows == 0]) == {4, 6} and set(far[rows == 4]) == {0, 6}
    assert links.able.tolist() == [True, False, True, False, True, False, False, False]
    with pytest.raises(BadInput, match="sample 0 is linked to all"):
        Links.of(np.array([[0, 2]]), 8, np.array([0, 2])).strangers(np.array([0]), np.random.default_rng(0))


def test_hidden_tokens_are_always_the_mask_and_only_open_ones() -> None:
    ids = torch.arange(2, 4002).reshape(40, 100)
    open_ = torch.ones_like(ids, dtype=torch.bool)
    open_[:, 0] = False
    seen, hidden = hide(ids, open_, mask=1, share=0.15, generator=torch.Generator().manual_seed(0))
    assert (seen[hidden] == 1).all() and (seen[~hidden] == ids[~hidden]).all() and not hidden[:, 0].any()
    assert hidden.float().mean().item() == pytest.approx(0.15 * 0.99, abs=0.015)


def test_the_masked_loss_is_the_mean_cross_entropy_of_the_hidden_places() -> None:
    states, ids = vectors(6, 4, seed=6).reshape(2, 3, 4), torch.tensor([[0, 1, 2], [3, 0, 1]])
    hidden = torch.tensor([[True, False, True], [False, True, False]])
    loss, right = loss_of(lambda one: one, states, ids, hidden)
    rows = [(0, 0, 0), (0, 2, 2), (1, 1, 0)]
    said = [-torch.log_softmax(states[i, j].double(), 0)[k].item() for i, j, k in rows]
    assert loss.item() == pytest.approx(np.mean(said), abs=1e-6)
    assert right == pytest.approx(np.mean([states[i, j].argmax().item() == k for i, j, k in rows]))
    nothing, share = loss_of(lambda one: one, states, ids, torch.zeros_like(hidden))
    assert nothing.item() == 0 and math.isnan(share)
