// Draws points with WebGL2: positions, one byte of color and one of state per point. Points are drawn in a seeded
// random order, so that no category hides another, and so that the first of them are a fair sample while one moves.

import { FRAGMENT, VERTEX } from "./shaders.js";

export const SELECTED = 1;
export const LEFT_OUT = 2; // by a filter
const LOST = "webglcontextlost";
const TAKEN = "the browser has taken the map's graphics away; save again when the map is back";
const RESTORED = "webglcontextrestored";

export class Painter {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed; // called when the context comes back
    this.buffers = new Map();
    this.kept = new Map(); // what the buffers held, to fill them again
    canvas.addEventListener(LOST, (event) => {
      event.preventDefault();
      this.ready = false;
    });
    canvas.addEventListener(RESTORED, () => {
      this.begin();
      for (const [name, values] of this.kept) this.fill(name, values);
      if (this.colors) this.palette(this.colors);
      this.changed();
    });
    this.begin();
  }

  begin() {
    const wanted = { antialias: false, alpha: false, powerPreference: "high-performance" };
    const gl = this.canvas.getContext("webgl2", wanted);
    if (!gl) throw new Error("WebGL2 is missing");
    this.gl = gl;
    this.canvas.style.visibility = "hidden"; // it is black until something is drawn
    this.buffers.clear();
    this.program = built(gl);
    this.spot = (name) => gl.getUniformLocation(this.program, name);
    this.texture = gl.createTexture();
    this.array = gl.createVertexArray();
    gl.disable(gl.DITHER);
    this.ready = true;
  }

  // The points (n × width) in the order they are given; `order` is the one they are drawn in, without those that lack
  // a coordinate. They go to the driver in units of a power of two, so that the largest is about 1 and none is rounded.
  points(positions, width) {
    this.width = width;
    this.order = shuffled(positions.length / width).filter((point) => stands(positions, width, point));
    this.n = this.order.length;
    const at = gathered(positions, this.order, width);
    this.unit = 2 ** Math.ceil(Math.log2(at.reduce((most, value) => Math.max(most, Math.abs(value)), 0))) || 1;
    this.put(at);
  }

  // The same points elsewhere.
  move(positions) {
    this.put(gathered(positions, this.order, this.width));
  }

  put(at) {
    for (let i = 0; i < at.length; i++) at[i] /= this.unit;
    this.keep("at", at);
  }

  codes(values) {
    this.keep("code", gathered(values, this.order, 1));
  }

  // One byte a point: SELECTED, LEFT_OUT. What is selected stands out, or all that is not left out.
  states(values) {
    const states = gathered(values, this.order, 1);
    const some = (this.some = states.some((state) => state & SELECTED));
    const front = new Uint32Array(this.n);
    let count = 0;
    for (let i = 0; i < this.n; i++)
      if (!(states[i] & LEFT_OUT) && (!some || states[i] & SELECTED)) front[count++] = i;
    this.front = count < this.n ? front.slice(0, count) : null; // null: all of them
    this.keep("state", states);
    this.keep("front", this.front ?? new Uint32Array(0));
  }

  keep(name, values) {
    this.kept.set(name, values);
    if (this.ready) this.fill(name, values);
  }

  fill(name, values) {
    const { gl } = this;
    const known = this.buffers.get(name) ?? gl.createBuffer();
    this.buffers.set(name, known);
    const kind = name === "front" ? gl.ELEMENT_ARRAY_BUFFER : gl.ARRAY_BUFFER;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(kind, known);
    gl.bufferData(kind, values, name === "at" ? gl.STATIC_DRAW : gl.DYNAMIC_DRAW);
    if (name === "front") return;
    const place = gl.getAttribLocation(this.program, name);
    gl.enableVertexAttribArray(place);
    if (name === "at") gl.vertexAttribPointer(place, this.width, gl.FLOAT, false, 0, 0);
    else gl.vertexAttribIPointer(place, 1, gl.UNSIGNED_BYTE, 0, 0);
  }

  // 256 colors as RGBA; alpha 0 hides a color's points.
  palette(colors) {
    const { gl } = this;
    this.colors = colors;
    if (!this.ready) return;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colors);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
  }

  // `view`: what the camera gives; `looks`: {paper, faint, size, ratio, alpha, dim, few}: `few` points at most, `alpha`
  // of what stands out and `dim` of the others.
  draw(view, looks) {
    const { gl } = this;
    if (!this.ready || !this.kept.has("state") || !this.kept.has("code")) return;
    this.canvas.style.visibility = "";
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(...looks.paper, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (!this.n) return;
    gl.useProgram(this.program);
    gl.bindVertexArray(this.array);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const count = Math.min(this.n, looks.few ?? this.n);
    const middle = view.middle.map((value) => value / this.unit);
    gl.uniform3f(this.spot("middleHigh"), ...middle.map(Math.fround));
    gl.uniform3f(this.spot("middleLow"), ...middle.map((value) => value - Math.fround(value)));
    gl.uniformMatrix3fv(this.spot("turn"), false, view.turn);
    gl.uniform2f(this.spot("scale"), ...view.scale.map((value) => value * this.unit));
    gl.uniform1f(this.spot("deep"), view.deep / this.unit);
    gl.uniform1f(this.spot("size"), looks.size * looks.ratio);
    gl.uniform3f(this.spot("faint"), ...looks.faint);
    if (view.deep) gl.enable(gl.DEPTH_TEST);
    else gl.disable(gl.DEPTH_TEST);
    gl.uniform1i(this.spot("some"), this.some ? 1 : 0);
    const shade = (pass, alpha) => {
      gl.uniform1i(this.spot("pass"), pass);
      gl.uniform1f(this.spot("alpha"), alpha);
    };
    if (this.front) {
      shade(0, looks.dim);
      gl.drawArrays(gl.POINTS, 0, count);
      shade(1, looks.alpha);
      gl.drawElements(gl.POINTS, within(this.front, count), gl.UNSIGNED_INT, 0);
    } else {
      shade(1, looks.alpha);
      gl.drawArrays(gl.POINTS, 0, count);
    }
  }

  // Wait until everything is drawn.
  finish() {
    if (this.ready) this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  // The picture in another size, as RGBA rows from the top.
  pixels(view, looks, width, height) {
    const { gl, canvas } = this;
    const before = [canvas.width, canvas.height];
    [canvas.width, canvas.height] = [width, height];
    this.draw(view, looks);
    const raw = new Uint8ClampedArray(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, raw);
    [canvas.width, canvas.height] = before;
    if (!this.ready || gl.isContextLost()) throw new Error(TAKEN);
    const turned = new Uint8ClampedArray(raw.length);
    for (let row = 0; row < height; row++)
      turned.set(raw.subarray(4 * width * row, 4 * width * (row + 1)), 4 * width * (height - 1 - row));
    return new ImageData(turned, width, height);
  }

  free() {
    this.ready = false;
    this.kept.clear();
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

function built(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`the graphics driver refuses the map's program: ${gl.getProgramInfoLog(program)}`);
  return program;
}

// How many of ascending numbers are below a limit.
function within(numbers, limit) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

// A random order of 0 … n-1, always the same for the same n (Fisher and Yates).
export function shuffled(n) {
  const order = Uint32Array.from({ length: n }, (_, place) => place);
  let state = 0x9e3779b9;
  for (let last = n - 1; last > 0; last--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

// Whether a point has all its coordinates.
export function stands(positions, width, point) {
  for (let axis = 0; axis < width; axis++) if (!Number.isFinite(positions[width * point + axis])) return false;
  return true;
}

// The edges, pairs of points, of which both ends have a place.
function standing(positions, width, ends) {
  const placed = (at) => stands(positions, width, ends[at]);
  return ends.filter((_, at) => placed(at & ~1) && placed(at | 1));
}

// The same in the runs that have a colour each; one run where none are told.
export function inRuns(positions, width, ends, runs) {
  let from = 0;
  const run = (count) => standing(positions, width, ends.subarray(2 * from, 2 * (from += count)));
  return (runs ?? [ends.length / 2]).map(run);
}

function gathered(values, order, width) {
  const found = new values.constructor(order.length * width);
  if (width === 1) for (let i = 0; i < order.length; i++) found[i] = values[order[i]];
  else
    for (let i = 0; i < order.length; i++)
      for (let axis = 0; axis < width; axis++) found[width * i + axis] = values[width * order[i] + axis];
  return found;
}
