// A walk by keys from point to point, in the order of their distance from where it began.

export class Walk {
  constructor(map) {
    this.map = map;
    this.stop();
  }

  // The point on which one stands, or -1: whoever moves the map otherwise has left the walk.
  get point() {
    const stands = this.at?.every((value, axis) => value === this.map.camera.middle[axis]);
    return stands ? this.last.point : -1;
  }

  // Bring the next point under the cross (way 1) or the one before it (way -1).
  go(way) {
    if (this.point < 0 && way < 0) return;
    if (this.point < 0) Object.assign(this, { from: [...this.map.camera.middle], last: { far: -1, point: -1 } });
    const found = this.next(way);
    if (found.point < 0 && way > 0) return; // no point is farther
    this.last = found;
    this.at = found.point < 0 ? this.from : this.placeOf(found.point);
    this.map.camera.middle = [...this.at];
    this.map.moved();
  }

  stop() {
    this.at = null;
  }

  // The shown point that comes next by (distance, number), where the walk stands at `last`.
  next(way) {
    const { map, from, last } = this;
    const { n, width } = map.given;
    const { positions } = map;
    let best = { far: -1, point: -1 };
    for (let i = 0; i < n; i++) {
      let far = 0;
      for (let axis = 0; axis < width; axis++) far += (positions[width * i + axis] - from[axis]) ** 2;
      if (way * order(far, i, last) > 0 && (best.point < 0 || way * order(far, i, best) < 0) && map.shows(i))
        best = { far, point: i };
    }
    return best;
  }

  placeOf(point) {
    const { width } = this.map.given;
    const place = [...this.map.positions.subarray(width * point, width * (point + 1))];
    return width === 2 ? [...place, 0] : place;
  }
}

// Above zero: later than another, below: earlier; NaN for a point without coordinates.
function order(far, point, other) {
  return far === other.far ? point - other.point : far - other.far;
}
