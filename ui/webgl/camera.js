// Where one looks: the middle of the view in data units and pixels per unit; in 3-D also a turn. All in doubles.

const DEEPEST = 2 ** 22; // times the whole map
const WIDEST = 0.2;
const MARGIN = 0.94; // of the frame that the whole map takes

export class Camera {
  constructor() {
    this.width = this.height = 1;
    this.turn = [1, 0, 0, 0, 1, 0, 0, 0, 1]; // columns, as WebGL takes them
  }

  resize(width, height) {
    const whole = this.whole;
    const zoom = whole ? this.scale / whole : 1;
    [this.width, this.height] = [Math.max(1, width), Math.max(1, height)];
    if (this.bounds) this.scale = this.fitting() * zoom;
    this.whole = this.bounds && this.fitting();
  }

  // `bounds`: {low, high}, each of 2 or 3 numbers.
  over(bounds) {
    this.bounds = bounds;
    this.flat = bounds.low.length === 2;
    this.reset();
  }

  // Stand over other bounds of the same coordinates: who saw the whole map sees the whole, else the view stays.
  stand(bounds) {
    if (JSON.stringify(bounds) === JSON.stringify(this.bounds)) return;
    const whole = this.scale === this.whole;
    this.bounds = bounds;
    this.whole = this.fitting();
    if (whole) {
      this.middle = this.center;
      this.scale = this.whole;
    }
  }

  get center() {
    const { low, high } = this.bounds;
    return [0, 1, 2].map((axis) => (axis < low.length ? (low[axis] + high[axis]) / 2 : 0));
  }

  reset() {
    this.middle = this.center;
    this.whole = this.scale = this.fitting();
    this.turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    if (!this.flat) {
      this.orbit(0.6, 0);
      this.orbit(0, 0.4);
    }
  }

  fitting() {
    const spans = this.bounds.low.map((low, axis) => this.bounds.high[axis] - low);
    if (!this.flat) return (MARGIN * Math.min(this.width, this.height)) / (Math.hypot(...spans) || 1);
    const [wide, tall] = spans;
    const found = MARGIN * Math.min(this.width / wide, this.height / tall);
    return Number.isFinite(found) && found > 0 ? found : MARGIN * Math.min(this.width, this.height);
  }

  // Where a point of the data stands, in pixels from the upper left.
  place(x, y, z = 0) {
    const [a, b, c] = [x - this.middle[0], y - this.middle[1], z - this.middle[2]];
    const t = this.turn;
    return [
      this.width / 2 + (t[0] * a + t[3] * b + t[6] * c) * this.scale,
      this.height / 2 - (t[1] * a + t[4] * b + t[7] * c) * this.scale,
    ];
  }

  // How far behind (above 0) or before the middle a point of a map in space stands, as a share of how deep it is.
  depth(x, y, z) {
    const [a, b, c] = [x - this.middle[0], y - this.middle[1], z - this.middle[2]];
    const t = this.turn;
    return Math.min(Math.max((t[2] * a + t[5] * b + t[8] * c) / this.deep, -0.99), 0.99) || 0;
  }

  // How deep a map in space is, however it is turned; 0 for a flat one.
  get deep() {
    return this.flat ? 0 : Math.hypot(...this.bounds.low.map((low, axis) => this.bounds.high[axis] - low));
  }

  // The point of a flat map that stands at a pixel.
  under(px, py) {
    return [
      this.middle[0] + (px - this.width / 2) / this.scale,
      this.middle[1] - (py - this.height / 2) / this.scale,
    ];
  }

  pan(dx, dy) {
    const t = this.turn; // its inverse is its transpose
    const [right, up] = [-dx / this.scale, dy / this.scale];
    for (const axis of [0, 1, 2]) this.middle[axis] += t[3 * axis] * right + t[3 * axis + 1] * up;
  }

  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const wanted = Math.min(Math.max(this.scale * factor, this.whole * WIDEST), this.whole * DEEPEST);
    const [dx, dy] = [px - this.width / 2, py - this.height / 2];
    this.pan(-dx, -dy);
    this.scale = wanted;
    this.pan(dx, dy);
  }

  // Turn about the screen's upright and level axes, in radians.
  orbit(about, over) {
    const [ca, sa, co, so] = [Math.cos(about), Math.sin(about), Math.cos(over), Math.sin(over)];
    const step = [ca, sa * so, -sa * co, 0, co, so, sa, -ca * so, ca * co];
    const t = this.turn;
    this.turn = [0, 1, 2].flatMap((column) =>
      [0, 1, 2].map((row) => [0, 1, 2].reduce((sum, k) => sum + step[3 * k + row] * t[3 * column + k], 0)),
    );
  }

  // What the painter needs.
  view() {
    return {
      middle: this.middle,
      turn: this.turn,
      scale: [(2 * this.scale) / this.width, (2 * this.scale) / this.height],
      deep: this.deep,
    };
  }

  // Look as another camera over the same coordinates does.
  follow(other) {
    this.middle = [...other.middle];
    this.turn = [...other.turn];
    this.scale = (other.scale / other.whole) * this.whole;
  }
}
