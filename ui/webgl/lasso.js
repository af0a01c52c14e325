// Which points lie inside a lasso, exactly as the even-odd rule says of each, without asking each about every edge.
//
// Edges are listed by the band of heights that they cross, so a point meets only those of its band. Over a grid, the
// points of neighboring cells that no edge enters are all inside or all outside: the first of them answers for all.
// No tolerance is needed for this: where an edge crosses a height never turns back as the height grows, rounded or not.

const BANDS = 512;

// A test of places: `ring` is [[x, y], …], closed by its first corner.
export function insideOf(ring) {
  const edges = edgesOf(ring);
  let [low, high] = [Infinity, -Infinity];
  for (const [, y] of ring) [low, high] = [Math.min(low, y), Math.max(high, y)];
  const step = (high - low) / BANDS || 1;
  const bandOf = (y) => Math.min(BANDS - 1, Math.floor((y - low) / step));
  const bands = banded(edges, bandOf, BANDS);
  return (x, y) => {
    if (!(y >= low && y < high)) return false; // NaN too
    let found = false;
    for (const at of bands[bandOf(y)])
      if (edges[at + 1] > y !== edges[at + 3] > y && x < crossing(edges, at, y)) found = !found;
    return found;
  };
}

// Call `take(point)` for every point of a grid that lies inside.
export function lassoed(grid, ring, take) {
  const { side, starts, members, positions } = grid;
  const edges = edgesOf(ring);
  const rows = banded(edges, (y) => grid.cell(y, 1), side);
  const inside = insideOf(ring);
  const holds = (point) => inside(positions[2 * point], positions[2 * point + 1]);
  const entered = new Uint8Array(side); // cells of the row
  rows.forEach((listed, row) => {
    if (!listed.length) return;
    entered.fill(0);
    for (const at of listed) enter(entered, grid, row, edges, at);
    for (let column = 0, end; column < side; column = end) {
      end = column + 1;
      while (end < side && entered[end] === entered[column]) end++;
      const [first, after] = [starts[row * side + column], starts[row * side + end]];
      if (entered[column]) {
        for (let at = first; at < after; at++) if (holds(members[at])) take(members[at]);
      } else if (first < after && holds(members[first])) for (let at = first; at < after; at++) take(members[at]);
    }
  });
}

// Mark the cells of a row in which an edge may pass a point, or turns.
function enter(entered, grid, row, edges, at) {
  const [low, high] = [grid.rowLow[row], grid.rowHigh[row]]; // heights of the row's points
  const [xi, yi, xj, yj] = edges.subarray(at, at + 4);
  const [from, to] = [Math.max(low, Math.min(yi, yj)), Math.min(high, Math.max(yi, yj))];
  if (from > to) return;
  const across = yi === yj ? [xi, xj] : [crossing(edges, at, from), crossing(edges, at, to)];
  if (yj >= low && yj <= high) across.push(xj); // rounded, the crossing there may be far from it; at yi it is xi
  entered.fill(1, grid.cell(Math.min(...across), 0), grid.cell(Math.max(...across), 0) + 1);
}

// Where an edge crosses a height.
function crossing(edges, at, y) {
  return ((edges[at + 2] - edges[at]) * (y - edges[at + 1])) / (edges[at + 3] - edges[at + 1]) + edges[at];
}

// Each corner and the one before it: x, y, x, y.
function edgesOf(ring) {
  const edges = new Float64Array(4 * ring.length);
  ring.forEach((corner, at) => edges.set([...corner, ...ring.at(at - 1)], 4 * at));
  return edges;
}

// Where the edges begin that a band may meet; `bandOf` never falls as its argument grows.
function banded(edges, bandOf, count) {
  const bands = Array.from({ length: count }, () => []);
  for (let at = 0; at < edges.length; at += 4) {
    const [one, other] = [bandOf(edges[at + 1]), bandOf(edges[at + 3])];
    for (let band = Math.min(one, other); band <= Math.max(one, other); band++) bands[band].push(at);
  }
  return bands;
}
