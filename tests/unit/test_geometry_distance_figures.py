"""What is drawn of the distances of a space equals what can be counted by hand."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from analysis.figures.heat import heat
from analysis.geometry.distance_figures import between_classes, growth, heat_map
from analysis.geometry.distances import ANALYSIS
from analysis.knn_graph import Metric
from analysis.labels import Labels
from analysis.result import Result
from tests.worlds import ask, categories, clusters, numbers, space_of


def answered(labels: Labels | None = None, metric: Metric = "euclidean") -> Result:
    space, known = clusters(90, 4)
    return ask(ANALYSIS, space, labels or known, metric=metric)


def test_the_matrix_of_classes_has_the_mean_distance_of_each_two_and_hovering_gives_it_in_full() -> None:
    figure = between_classes(answered())
    assert figure is not None
    space, labels = clusters(90, 4)
    distances = squareform(pdist(space.vectors.astype(np.float64)))
    (cells,) = figure.data
    names = list(figure.layout.xaxis.ticktext)
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            rows, columns = (labels.codes == labels.classes.index(name) for name in (one, other))
            block = distances[np.ix_(rows, columns)]
            mean = block[np.triu_indices(len(block), 1)].mean() if i == j else block.mean()
            assert cells.z[i][j] == pytest.approx(mean, rel=1e-4)
            pairs = 435 if i == j else 900
            assert cells.text[i][j] in (
                f"<b>{a}</b> and <b>{b}</b><br>{cells.z[i][j]:.6g}, {pairs:,} pairs"
                for a, b in ((one, other), (other, one))
            )
    assert np.array_equal(cells.z, np.transpose(cells.z))


def test_the_title_names_the_nearest_and_the_farthest_classes() -> None:
    centers = np.array([[0, 0], [1, 0], [9, 0]])
    noise = 0.1 * np.random.default_rng(0).standard_normal((60, 2))
    space = space_of(centers[np.arange(60) % 3] + noise)
    figure = between_classes(ask(ANALYSIS, space, categories(*("abc"[i % 3] for i in range(60)))))
    assert figure is not None
    title = figure.layout.title.text.replace("<br>", " ")
    near, far = (float(word) for word in title.replace(",", " ").split() if word[0].isdigit())
    assert title.startswith("a and b are nearest, ") and "; a and c farthest, " in title
    assert (near, far) == (pytest.approx(1, abs=0.05), pytest.approx(9, abs=0.05))


def test_the_heat_map_says_how_samples_were_joined_and_names_the_classes_in_order_of_size() -> None:
    space, _ = clusters(900, 4)
    labels = categories(*("x" if i < 600 else "y" if i < 890 else "z" for i in range(900)))
    result = ask(ANALYSIS, space, labels)
    figure = heat_map(result)
    assert figure is not None
    cells = len(result.arrays["heat_map"])
    said = figure.layout.title.subtitle.text
    assert said.startswith("900 samples in the order of their kind, joined into")
    assert f"{cells} groups of about {round(900 / cells)};" in said
    assert list(figure.layout.yaxis.ticktext)[:2] == ["x", "y"]
    assert np.array_equal(figure.data[0].z, result.arrays["heat_map"], equal_nan=True)
    assert figure.data[0].text[0][cells - 1].startswith("x, part 1 of")
    assert len(figure.layout.shapes) == 4  # a line each way before the second class and before the third


def test_the_heat_maps_title_has_the_means_within_and_between() -> None:
    figure, (space, labels) = heat_map(answered()), clusters(90, 4)
    assert figure is not None
    distances = squareform(pdist(space.vectors.astype(np.float64)))
    same = labels.codes[:, None] == labels.codes
    above = np.triu(np.ones_like(same), 1)
    means = [distances[above & part].mean() for part in (same, ~same)]
    title = figure.layout.title.text.replace("<br>", " ")
    assert title == f"Samples of one kind are {means[0]:.2f} apart on average, those of two {means[1]:.2f}"


def test_names_that_would_lie_on_each_other_are_left_out_the_small_ones_first() -> None:
    groups = ["big"] * 90 + ["little"] + ["other"] * 4
    figure = heat(np.ones((95, 95)), groups, hovers=[[""] * 95] * 95, title="t", subtitle="", axis="a", scale="s")
    assert list(figure.layout.xaxis.ticktext) == ["big", "other"]


def test_names_and_classes_are_shown_as_they_are() -> None:
    labels = categories(*("<b>x</b>" if i % 2 else "a & b" for i in range(90)))
    for figure in (between_classes(answered(labels)), heat_map(answered(labels))):
        assert figure is not None
        assert sorted(figure.layout.xaxis.ticktext) == ["&lt;b&gt;x&lt;/b&gt;", "a &amp; b"]
        assert "<b>x</b>" not in "".join(map(str, np.ravel(figure.data[0].text)))


@pytest.mark.parametrize("labels", [numbers(np.arange(90)), categories(*["one"] * 90)])
def test_without_two_classes_there_is_neither_heat_map_nor_matrix(labels: Labels) -> None:
    result = answered(labels)
    assert heat_map(result) is None and between_classes(result) is None


def test_where_no_two_samples_share_a_class_there_is_no_heat_map() -> None:
    assert heat_map(answered(categories(*(f"c{i:02}" for i in range(40)), *[None] * 50))) is not None  # none with none
    space = space_of(np.random.default_rng(0).standard_normal((40, 3)))
    assert heat_map(ask(ANALYSIS, space, categories(*(f"c{i:02}" for i in range(40))))) is None


@pytest.mark.parametrize(("d", "metric"), [(1, "euclidean"), (2, "euclidean"), (2, "cosine")])
def test_the_growth_of_an_even_cloud_has_the_power_of_its_dimension(d: int, metric: Metric) -> None:
    """Points evenly on a ball of d dimensions; for cosine on a sphere of d dimensions, where the power is 2 / d."""
    points = np.random.default_rng(0).standard_normal((1500, d if metric == "euclidean" else d + 1))
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    if metric == "euclidean":
        points *= np.random.default_rng(1).random((1500, 1)) ** (1 / d) / lengths
    result = ask(ANALYSIS, space_of(points), None, k=40, metric=metric)
    figure = growth(result)
    assert figure is not None
    power = float(figure.layout.title.text.split()[-1])
    assert power == pytest.approx(
        (2 if metric == "cosine" else 1) / d, rel=0.08
    )  # E r_k = G(k + 1/d) / G(k) is steeper at first
    (line,) = figure.data
    assert list(line.x) == list(range(1, 41)) and line.y == pytest.approx(result.tables["growth"]["mean_distance"])
    assert {figure.layout.xaxis.type, figure.layout.yaxis.type} == {"log"}
    assert "k = 1 to 40" in figure.layout.title.subtitle.text
    assert 2 <= len(figure.layout.yaxis.tickvals) <= 6


def test_without_positive_distances_there_is_no_growth() -> None:
    rows = np.repeat(np.random.default_rng(0).standard_normal((5, 3)), 8, axis=0)  # eight of each: five at distance 0
    assert growth(ask(ANALYSIS, space_of(rows), None, k=5)) is None
