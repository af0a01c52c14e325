"""Every promise that a question about one space declares, kept on random spaces; numbers that keep their version."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ortho_group

from analysis.labels import Labels
from analysis.number import CannotAnalyze
from analysis.plugin import Analysis
from analysis.registry import analyses
from tests.worlds import ask, categories, clusters, numbers, space_of, values

GOLDEN = Path(__file__).parents[1] / "golden.json"
EVERY = pytest.mark.parametrize("analysis", list(analyses().values()), ids=lambda a: a.name)
FEW = settings(max_examples=8, deadline=None, derandomize=True)
SEEDS = st.integers(0, 2**16)
SHAPES = st.sampled_from([(40, 6), (25, 12), (15, 30)])


def draw(seed: int, shape: tuple[int, int]) -> tuple[np.ndarray, Labels]:
    """A random cloud with three classes that go with it."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal(shape) * np.arange(1, shape[1] + 1) ** -0.5 + 0.3
    return vectors.astype(np.float32), categories(*(str(code) for code in np.digitize(vectors[:, 0], [0, 0.6])))


def same(analysis: Analysis, before: np.ndarray, after: np.ndarray, labels: Labels) -> None:
    first, second = (values(ask(analysis, space_of(vectors), labels)) for vectors in (before, after))
    assert second == pytest.approx(first, rel=2e-3, abs=1e-4, nan_ok=True)


@EVERY
@FEW
@given(seed=SEEDS, shape=SHAPES)
def test_rotation_changes_nothing_where_that_is_promised(analysis: Analysis, seed: int, shape: tuple[int, int]) -> None:
    if analysis.rotation_invariant:
        vectors, labels = draw(seed, shape)
        same(analysis, vectors, vectors @ ortho_group(shape[1], seed=seed).rvs(), labels)


@EVERY
@FEW
@given(seed=SEEDS, shape=SHAPES, power=st.integers(-10, 10))
def test_scale_changes_nothing_where_that_is_promised(
    analysis: Analysis, seed: int, shape: tuple[int, int], power: int
) -> None:
    if analysis.scale_invariant:
        vectors, labels = draw(seed, shape)
        same(analysis, vectors, vectors * 2.0**power, labels)


@EVERY
@FEW
@given(seed=SEEDS, shape=SHAPES)
def test_translation_changes_nothing_where_that_is_promised(
    analysis: Analysis, seed: int, shape: tuple[int, int]
) -> None:
    if analysis.translation_invariant:
        vectors, labels = draw(seed, shape)
        same(analysis, vectors, vectors + np.random.default_rng(seed + 1).standard_normal(shape[1]), labels)


@EVERY
@FEW
@given(seed=SEEDS, shape=SHAPES)
def test_the_order_of_the_samples_changes_nothing_but_the_order_of_points(
    analysis: Analysis, seed: int, shape: tuple[int, int]
) -> None:
    vectors, labels = draw(seed, shape)
    order = np.random.default_rng(seed + 2).permutation(len(vectors))
    names = [labels.classes[code] for code in labels.codes]
    before = ask(analysis, space_of(vectors), labels)
    after = ask(analysis, space_of(vectors[order]), categories(*(names[row] for row in order)))
    assert values(after) == pytest.approx(values(before), rel=1e-6, nan_ok=True)
    for name, points in before.points.items():
        assert after.points[name] == pytest.approx(points[order], rel=1e-6, nan_ok=True)


@EVERY
def test_a_plugin_says_what_it_answers_and_describes_each_number(analysis: Analysis) -> None:
    space, labels = clusters()
    result = ask(analysis, space, labels)
    assert set(result.numbers) <= set(analysis.describe)
    assert analysis.question.endswith("?")
    assert all(text.endswith(".") for text in analysis.describe.values())
    assert all(len(points) == space.n for points in result.points.values())


@EVERY
def test_a_figure_has_a_title_with_a_number_and_axes_with_words(analysis: Analysis) -> None:
    space, labels = clusters()
    figure = analysis.figure(ask(analysis, space, labels))
    assert any(character.isdigit() for character in figure.layout.title.text)
    assert figure.layout.xaxis.title.text


@EVERY
def test_further_figures_have_a_title_with_a_number_and_axes_with_words(analysis: Analysis) -> None:
    space, labels = clusters()
    result = ask(analysis, space, labels)
    for name, draw in analysis.figures.items():
        figure = draw(result)
        assert figure is not None, name
        assert any(character.isdigit() for character in figure.layout.title.text)
        assert figure.layout.xaxis.title.text


@EVERY
def test_tables_of_samples_hold_rows_and_ids_that_go_together(analysis: Analysis) -> None:
    space, labels = clusters()
    result = ask(analysis, space, labels)
    for name, columns in analysis.samples.items():
        table = result.tables[name]
        assert len(columns) in (1, 2)
        for column in columns:
            ids = table[column.replace("row", "id")]
            assert [space.ids[row] for row in table[column]] == list(ids)
    for name in set(result.tables) - set(analysis.samples):
        assert not [column for column in result.tables[name] if column == "row" or column.startswith("row_")], name


@EVERY
def test_numbers_change_only_with_the_version(analysis: Analysis) -> None:
    """Guards the cache, not the truth (other tests do that): numbers that move under the same version are a bug.

    Write a new version's numbers with WRITE_GOLDEN=1.
    """
    space, labels = clusters(n=60, d=24)
    now = values(ask(analysis, space, labels))
    if "labels" in analysis.needs:
        with suppress(CannotAnalyze):  # numbers as labels may have other answers, or none
            now |= values(ask(analysis, space, numbers(space.vectors[:, 0])))
    known = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    name = f"{analysis.name}@{analysis.version}"
    if os.environ.get("WRITE_GOLDEN") and name not in known:
        GOLDEN.write_text(json.dumps({**known, name: now}, indent=1, sort_keys=True) + "\n")
        return
    assert now == pytest.approx(known[name], rel=1e-4, nan_ok=True)


def test_finding_the_plugins_loads_nothing_heavy() -> None:
    code = "import sys, analysis.uncertainty; from analysis.registry import analyses; analyses(); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=GOLDEN.parents[1]
    )
    loaded = {name.split(".")[0] for name in run.stdout.split()}
    assert not loaded & {"plotly", "scipy", "sklearn", "torch", "faiss", "umap", "streamlit"}
