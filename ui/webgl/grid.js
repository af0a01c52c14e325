// Which points are where: a grid over a flat map, each cell with its points, so that a pick or a lasso looks at few.

const MOST_CELLS = 512; // along an axis

export class Grid {
  constructor(positions, bounds) {
    const n = positions.length / 2;
    this.positions = positions;
    this.side = Math.max(1, Math.min(MOST_CELLS, Math.round(Math.sqrt(n / 2))));
    this.low = bounds.low;
    this.step = bounds.low.map((low, axis) => (bounds.high[axis] - low) / this.side || 1);
    const cells = this.side ** 2;
    const cellOf = new Uint32Array(n);
    this.starts = new Uint32Array(cells + 2);
    this.rowLow = new Float64Array(this.side).fill(Infinity); // heights of the points of each row
    this.rowHigh = new Float64Array(this.side).fill(-Infinity);
    for (let i = 0; i < n; i++) {
      const [x, y] = [positions[2 * i], positions[2 * i + 1]];
      const known = Number.isFinite(x + y);
      const row = known ? this.cell(y, 1) : 0;
      const cell = known ? this.cell(x, 0) + this.side * row : cells; // without coordinates: the last
      cellOf[i] = cell;
      this.starts[cell + 1]++;
      if (known && y < this.rowLow[row]) this.rowLow[row] = y;
      if (known && y > this.rowHigh[row]) this.rowHigh[row] = y;
    }
    for (let cell = 0; cell <= cells; cell++) this.starts[cell + 1] += this.starts[cell];
    this.members = new Uint32Array(n);
    const next = this.starts.slice();
    for (let i = 0; i < n; i++) this.members[next[cellOf[i]]++] = i;
    this.filled = 0;
    for (let cell = 0; cell < cells; cell++) if (this.starts[cell + 1] > this.starts[cell]) this.filled++;
  }

  cell(value, axis) {
    return Math.min(this.side - 1, Math.max(0, Math.floor((value - this.low[axis]) / this.step[axis])));
  }

  // Call `take(point)` for every point in the cells that a box touches.
  within(low, high, take) {
    const [left, right] = [this.cell(low[0], 0), this.cell(high[0], 0)];
    for (let row = this.cell(low[1], 1); row <= this.cell(high[1], 1); row++)
      for (let at = this.starts[row * this.side + left]; at < this.starts[row * this.side + right + 1]; at++)
        take(this.members[at]);
  }

  // Whether `test(point)` holds for any point in the cells that a box touches.
  some(low, high, test) {
    const [left, right] = [this.cell(low[0], 0), this.cell(high[0], 0)];
    for (let row = this.cell(low[1], 1); row <= this.cell(high[1], 1); row++)
      for (let at = this.starts[row * this.side + left]; at < this.starts[row * this.side + right + 1]; at++)
        if (test(this.members[at])) return true;
    return false;
  }

  // How many points the cells hold that a box touches, and how many of these cells hold any.
  count(low, high) {
    let points = 0;
    let cells = 0;
    const [left, right] = [this.cell(low[0], 0), this.cell(high[0], 0)];
    for (let row = this.cell(low[1], 1); row <= this.cell(high[1], 1); row++)
      for (let cell = row * this.side + left; cell <= row * this.side + right; cell++) {
        const held = this.starts[cell + 1] - this.starts[cell];
        points += held;
        cells += held > 0;
      }
    return { points, cells };
  }
}

// The least box about the points that have all their coordinates.
export function boundsOf(positions, width) {
  const low = Array(width).fill(Infinity);
  const high = Array(width).fill(-Infinity);
  for (let i = 0; i < positions.length; i += width) {
    let sum = 0;
    for (let axis = 0; axis < width; axis++) sum += positions[i + axis];
    if (!Number.isFinite(sum)) continue;
    for (let axis = 0; axis < width; axis++) {
      low[axis] = Math.min(low[axis], positions[i + axis]);
      high[axis] = Math.max(high[axis], positions[i + axis]);
    }
  }
  return low[0] > high[0] ? { low: low.fill(0), high: high.fill(1) } : { low, high };
}
