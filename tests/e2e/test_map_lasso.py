"""A lasso that looks at cells first takes exactly the points that the even-odd rule takes, and takes them soon."""

import numpy as np
import numpy.typing as npt
import pytest

from tests.e2e.bare_map import BareMap, picture

pytestmark = pytest.mark.browser

Ring = npt.NDArray[np.float64]

LASSOED = """async ([code, points, rings]) => {
    const { Grid, boundsOf } = await import(code + "/grid.js");
    const { insideOf, lassoed } = await import(code + "/lasso.js");
    const positions = Float32Array.from(points, (value) => value ?? NaN);
    const grid = new Grid(positions, boundsOf(positions, 2));
    return rings.map((ring) => {
        const [byCells, byBands] = [[], []];
        lassoed(grid, ring, (point) => byCells.push(point));
        const holds = insideOf(ring);
        for (let i = 0; i < positions.length / 2; i++)
            if (holds(positions[2 * i], positions[2 * i + 1])) byBands.push(i);
        return [byCells.sort((a, b) => a - b), byBands];
    });
}"""
TIMED = """async ([code, n, corners]) => {
    const { Grid, boundsOf } = await import(code + "/grid.js");
    const { lassoed } = await import(code + "/lasso.js");
    const positions = Float32Array.from({ length: 2 * n }, () => Math.random() + Math.random());
    const turns = Array.from({ length: corners }, (_, at) => (2 * Math.PI * at) / corners);
    const ring = turns.map((turn) => [Math.cos(turn), Math.sin(turn)].map((v) => 1 + v * (0.5 + 0.3 * Math.random())));
    const plain = (x, y) => {
        let found = false;
        for (let i = 0, j = corners - 1; i < corners; j = i++) {
            const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
            if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) found = !found;
        }
        return found;
    };
    const grid = new Grid(positions, boundsOf(positions, 2));
    const start = performance.now();
    let each = 0;
    for (let i = 0; i < n; i++) each += plain(positions[2 * i], positions[2 * i + 1]);
    const middle = performance.now();
    let cells = 0;
    lassoed(grid, ring, () => cells++);
    return [each, cells, middle - start, performance.now() - middle];
}"""


def crossed(ring: Ring, points: npt.NDArray[np.float32]) -> list[int]:
    """The points inside, each asked about every edge."""
    x, y = points.astype(float).T
    inside = np.zeros(len(points), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        for (xi, yi), (xj, yj) in zip(ring, np.roll(ring, 1, axis=0), strict=True):
            inside ^= ((yi > y) != (yj > y)) & (x < ((xj - xi) * (y - yi)) / (yj - yi) + xi)
    return np.flatnonzero(inside).tolist()


def wiggly(rng: np.random.Generator, corners: int) -> Ring:
    turns = np.sort(rng.uniform(0, 2 * np.pi, corners))
    return np.stack([np.cos(turns), np.sin(turns)], axis=1) * rng.uniform(0.1, 1.2, (corners, 1))


def rings(rng: np.random.Generator, points: npt.NDArray[np.float32]) -> list[Ring]:
    """Wiggly, self-crossing, through points themselves, along the borders of cells, beyond the data, and degenerate."""
    lattice = rng.integers(-8, 9, (30, 2)) / 8
    return [
        *(wiggly(rng, corners) for corners in (3, 17, 250)),
        *(rng.normal(size=(corners, 2)) for corners in (5, 40)),
        *(points[rng.integers(0, len(points), 25)].astype(float) for _ in range(4)),
        lattice,
        np.stack([lattice[:, 0], np.repeat(lattice[::2, 1], 2)], axis=1),  # every other edge level
        np.array([[-9.0, -9], [9, -9], [9, 9], [-9, 9]]),
        np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]]),  # the bounds themselves
        np.array([[0.0, 0], [1, 1], [0, 0], [-1, 1]]),
        np.array([[0.5, 0.5]] * 4),
    ]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_cells_and_bands_take_exactly_the_points_of_the_plain_test(page, address, seed):
    rng = np.random.default_rng(seed)
    side = np.linspace(-1, 1, 45)  # 2,025 of 4,096 points: the grid has 45 cells a side, and these stand on its borders
    borders = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    cloud = np.clip(rng.normal(scale=0.4, size=(4096 - len(borders), 2)), -1, 1)
    points = np.vstack([borders, cloud]).astype(np.float32)
    around = rings(rng, points)
    bare = BareMap(page, address, picture(points))
    told = [None if np.isnan(value) else float(value) for value in points.ravel()]
    found = page.evaluate(LASSOED, [bare.code, told, [ring.tolist() for ring in around]])
    expected = [crossed(ring, points) for ring in around]
    assert sum(len(each) > 0 for each in expected) >= 12
    for ring, (by_cells, by_bands), right in zip(around, found, expected, strict=True):
        assert by_cells == right, f"by cells, {len(ring)} corners"
        assert by_bands == right, f"by bands, {len(ring)} corners"


def test_corners_so_far_away_that_crossings_are_rounded_over_many_cells_change_nothing(page, address):
    rng = np.random.default_rng(11)
    points = rng.uniform(-1, 1, (2000, 2)).astype(np.float32)
    around = []
    for power in np.linspace(10, 30, 120):
        ring = rng.uniform(-1, 1, (3, 2))
        ring[1, 0] *= 10**power
        around.append(ring)
    bare = BareMap(page, address, picture(points))
    found = page.evaluate(LASSOED, [bare.code, points.astype(float).ravel().tolist(), [r.tolist() for r in around]])
    expected = [crossed(ring, points) for ring in around]
    assert sum(map(len, expected)) > 20_000
    assert found == [[each, each] for each in expected]


@pytest.mark.parametrize("stray", [1e6, 1e-6, 1e30])
def test_a_stray_point_that_makes_one_cell_of_all_others_changes_nothing(page, address, stray):
    rng = np.random.default_rng(5)
    points = rng.normal(size=(500, 2)).astype(np.float32)
    points[7] = stray, -stray
    around = [wiggly(rng, 60) * 2, np.array([[-1, -1], [1e31, -2e31], [1e31, 0], [1, 1]])]
    points[8] = np.nan, 0
    bare = BareMap(page, address, picture(points))
    told = [None if np.isnan(value) else float(value) for value in points.ravel()]
    found = page.evaluate(LASSOED, [bare.code, told, [ring.tolist() for ring in around]])
    assert found == [[crossed(ring, points)] * 2 for ring in around]
    assert 7 in found[1][0] or stray < 1


def test_what_is_hidden_or_left_out_is_not_met_inside_whole_cells(page, address):
    rng = np.random.default_rng(3)
    n = 3000
    left = rng.random(n) < 0.3
    kinds = [("ant", "bee")[i % 2] for i in range(n)]
    bare = BareMap(page, address, picture(rng.normal(size=(n, 2)), kinds, hidden=left))
    page.locator(".an-legend-row", has_text="bee").click()
    bare.lasso(bare.whole())
    assert bare.selected() == [i for i in range(n) if not left[i] and kinds[i] == "ant"]


def test_a_lasso_of_250_corners_about_300_000_points_is_ten_times_as_fast_as_asking_each(page, address):
    bare = BareMap(page, address, picture(np.zeros((1, 2))))
    each, cells, plain, fast = page.evaluate(TIMED, [bare.code, 300_000, 250])
    assert each == cells > 100_000
    assert fast * 10 < plain, f"{fast:.0f} ms against {plain:.0f} ms"
