"""Plans: every item once, within the budget, the same whatever happened before."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.batches import Plan, plan_batches
from models.encoder import EncoderRecipe
from models.errors import Failed
from models.shard_maker import halving


@settings(max_examples=60, deadline=None)
@given(
    costs=st.lists(st.integers(1, 300), min_size=1, max_size=200),
    budget=st.integers(1, 1000),
    work=st.floats(1, 1e10),
)
def test_every_item_is_in_one_batch_of_one_shard_within_the_budget(costs: list[int], budget: int, work: float) -> None:
    plan = plan_batches(np.array(costs), budget=budget, work=work, device="cpu")
    batches = [batch for shard in range(len(plan)) for batch in plan.batches_of(shard)]
    assert sorted(np.concatenate(batches)) == list(range(len(costs)))
    np.testing.assert_array_equal(np.concatenate(batches), np.concatenate([plan.rows(s) for s in range(len(plan))]))
    for batch in batches:
        dearest = max(costs[row] for row in batch)
        assert len(batch) == 1 or dearest * len(batch) <= budget
    dearest_first = [max(costs[row] for row in batch) for batch in batches]
    assert all(a >= b for a, b in pairwise(dearest_first))


def test_sorting_wastes_little_on_padding() -> None:
    costs = np.random.default_rng(0).integers(8, 256, 5000)
    plan = plan_batches(costs, budget=512, work=2e7, device="cpu")
    padded = sum(len(batch) * costs[batch].max() for shard in range(len(plan)) for batch in plan.batches_of(shard))
    assert padded < 1.01 * costs.sum()


def test_shards_hold_about_the_same_work_and_are_not_countless() -> None:
    costs = np.full(200_000, 100)
    plan = plan_batches(costs, budget=512, work=2e7, device="cpu")
    sizes = np.array([costs[plan.rows(shard)].sum() for shard in range(len(plan))])
    assert len(plan) <= 4096
    assert sizes[:-1].min() > 0.7 * sizes.max()


def test_a_plan_reads_back_as_it_was_saved(tmp_path) -> None:  # type: ignore[no-untyped-def]
    plan = plan_batches(np.arange(1, 100), budget=64, work=1e9, device="cpu")
    plan.save(tmp_path / "plan.npz")
    again = Plan.read(tmp_path / "plan.npz")
    for name in ("order", "batches", "shards", "costs"):
        np.testing.assert_array_equal(getattr(plan, name), getattr(again, name))


def test_a_batch_that_memory_cannot_hold_is_halved_until_it_can() -> None:
    tried: list[int] = []

    def encode(rows):  # type: ignore[no-untyped-def]
        tried.append(len(rows))
        if len(rows) > 3:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return [rows[:, None].astype(np.float32)]

    rows = np.arange(10)
    np.testing.assert_array_equal(halving(encode, rows)[0][:, 0], rows)
    assert max(size for size in tried if size <= 3) == 3 and tried[0] == 10
    with pytest.raises(Failed, match="single sample"):
        halving(lambda rows: (_ for _ in ()).throw(MemoryError()), rows)
    with pytest.raises(RuntimeError, match="shapes differ"):
        halving(lambda rows: (_ for _ in ()).throw(RuntimeError("shapes differ")), rows)


def test_recipes_of_different_places_are_kept_apart_by_queries(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from models.place import Place
    from models.queries import QueryEncoders
    from tests.tiny_models import TEXTS, write_model

    encoders = QueryEncoders()
    vectors = []
    for seed in (0, 1):
        write_model(tmp_path / str(seed) / "bert", "bert", seed=seed)
        recipe = EncoderRecipe(family="transformer", model="bert", place=Place(tmp_path / str(seed)))
        vectors.append(encoders.embed(recipe, TEXTS, [0, 2]))
    assert len(vectors[0]) == 2 and vectors[0][1].shape == (len(TEXTS), 16)
    assert np.abs(vectors[0][1] - vectors[1][1]).max() > 0.1
