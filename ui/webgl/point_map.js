// One map: its points, where one looks, what is selected, hovered and hidden; drawn again whenever one of them changes.

import { Camera } from "./camera.js";
import { Card } from "./card.js";
import { Grid, boundsOf } from "./grid.js";
import { Hand } from "./hand.js";
import { Hint, emptiness } from "./hint.js";
import { hubOf, packed, unpacked } from "./hub.js";
import { insideOf, lassoed } from "./lasso.js";
import { Legend, paletteOf } from "./legend.js";
import { looksOf } from "./looks.js";
import { Overlay } from "./overlay.js";
import { LEFT_OUT, Painter, SELECTED, inRuns } from "./painter.js";
import { travel } from "./travel.js";
import { fetched } from "./wire.js";

const REACH = 9; // pixels within which a point is under the pointer
const SLOW = 40; // milliseconds that a frame may take; where all points take longer, some are drawn first
const STILL = 180; // milliseconds without a change after which the others follow
const FIRST = 150_000; // points drawn first before it is known how long they take
const FEWEST = 40_000; // points drawn first at least

export class PointMap {
  constructor(stage, tools, legend) {
    this.stage = stage;
    this.canvas = stage.appendChild(document.createElement("canvas"));
    this.overlay = new Overlay(stage);
    this.card = new Card(stage);
    this.hint = new Hint(stage);
    this.legend = new Legend(legend, this);
    this.camera = new Camera();
    this.painter = new Painter(this.canvas, () => this.redraw());
    this.hand = new Hand(this, tools);
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(stage);
    this.resize();
  }

  // Take what the server gives; whatever it names that is here already is not asked for again.
  async update(given) {
    const bytes = (address) => (address ? fetched(address) : null);
    const { positions, color, left_out, selected } = given;
    const [codes, at, left, chosen, edges] = await Promise.all([
      fetched(color.address, given.at_once),
      ...[positions, left_out, selected, given.edges].map(bytes),
    ]);
    if (this.freed) return;
    const before = this.given;
    const fresh = ["positions", "samples", "frame"].some((name) => before?.[name] !== given[name]);
    this.given = given;
    this.join(given);
    for (const name of ["ink", "halo"]) this.stage.style.setProperty(`--${name}`, given.theme[name]);
    if (fresh) this.place(at, given, before);
    if (fresh || before.color.address !== color.address) this.painter.codes((this.codes = codes));
    if (fresh || before.left_out !== left_out) this.left = left ? unpacked(left, given.n) : new Uint8Array(given.n);
    const ends = edges && new Uint32Array(edges.buffer, edges.byteOffset, edges.length / 4);
    this.edges = ends ? inRuns(this.positions, given.width, ends, given.edge_runs) : [];
    if (fresh || JSON.stringify(before.color) !== JSON.stringify(color) || before.theme.halo !== given.theme.halo)
      this.colored();
    this.legend.show(color);
    this.redraw(false);
    this.hub.meet(given.session);
    const news = given.turn >= this.hub.turn && this.hub.heard !== selected; // not an answer to an older selection
    if (news) this.hub.heard = selected;
    if (news) this.hub.told(chosen ? unpacked(chosen, given.n) : new Uint8Array(given.n));
    else if (fresh || before.left_out !== left_out) this.selectionChanged();
    else this.legend.count();
  }

  join(given) {
    const hub = hubOf(given.samples, given.n);
    if (hub === this.hub) return;
    this.hub?.maps.delete(this);
    this.hub?.grounded();
    this.hub = hub;
    hub.maps.add(this);
  }

  place(bytes, given, before) {
    this.positions = new Float32Array(bytes.buffer, bytes.byteOffset, given.n * given.width);
    this.frame = given.frame;
    this.flat = given.width === 2;
    this.bounds = given.bounds ?? boundsOf(this.positions, given.width);
    this.painter.points(this.positions, given.width);
    this.grid = null;
    if (!travel(this, before)) this.camera.over(this.bounds);
    this.hub.grounded(this);
    this.few = FIRST;
    this.resize();
    this.hand.begin(this.flat, before === undefined || before.width !== given.width);
  }

  // The grid is made when it is first needed, or when there is time.
  get cells() {
    this.grid ??= this.flat ? new Grid(this.positions, this.bounds) : null;
    return this.grid;
  }

  resize() {
    const ratio = (this.ratio = Math.min(window.devicePixelRatio || 1, 2));
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.overlay.resize(width, height, ratio);
    this.camera.resize(width, height);
    this.redraw();
  }

  colored() {
    this.hides = this.hidden;
    this.painter.palette(paletteOf(this.given.color, this.hides));
    this.redraw();
  }

  // What `make` gives while the map looks otherwise, in another theme's colours; it may not wait for anything.
  looking(look, make) {
    const { given } = this;
    Object.assign(this, { given: { ...given, ...look } });
    this.painter.palette(paletteOf(this.given.color, this.hides));
    try {
      return make();
    } finally {
      this.given = given;
      this.colored();
    }
  }

  // The categories that the legend hides, shared by the maps of the page.
  get hidden() {
    const hidden = (this.hub.hidden ??= new Map());
    const title = this.given.color.title;
    if (!hidden.has(title)) hidden.set(title, new Set());
    return hidden.get(title);
  }

  hide(codes) {
    this.hub.hidden.set(this.given.color.title, new Set(codes));
    for (const map of this.hub.maps) {
      map.colored();
      map.legend.refresh();
    }
  }

  // Whether a point can be picked and selected.
  shows(point) {
    return !this.left[point] && !this.hides.has(this.codes[point]);
  }

  selectionChanged() {
    const { selected } = this.hub;
    const states = new Uint8Array(this.given.n);
    for (let i = 0; i < states.length; i++)
      states[i] = (selected[i] ? SELECTED : 0) | (this.left[i] ? LEFT_OUT : 0);
    this.painter.states(states);
    this.legend.count();
    this.redraw();
  }

  // Select points as something done here, and tell the server all that is selected now: it may miss what came before.
  select(points, how) {
    this.hub.select(points, how);
    this.say({ kind: "select", bits: packed(this.hub.selected), operation: "replace", turn: this.hub.turn });
  }

  clear() {
    if (!this.hub.count) return;
    this.hub.select([], "replace");
    this.say({ kind: "clear", turn: this.hub.turn });
  }

  pin(point, beside = false) {
    if (point >= 0) this.say({ kind: "pin", row: point, beside });
  }

  unpin() {
    if (Math.max(this.given.pinned, this.given.second) >= 0) this.say({ kind: "unpin" });
  }

  // The shown points inside a ring of pixels.
  inside(ring) {
    const found = [];
    if (this.flat) {
      this.latestRing = ring.map(([x, y]) => this.camera.under(x, y));
      lassoed(this.cells, this.latestRing, (i) => this.shows(i) && found.push(i));
    } else {
      const holds = insideOf(ring);
      this.each((i, x, y) => holds(x, y) && found.push(i));
    }
    return found;
  }

  // The shown points of a map in space, each with its pixel.
  each(take) {
    const { positions: p, camera } = this;
    const [t, [mx, my, mz], scale] = [camera.turn, camera.middle, camera.scale];
    for (let i = 0; i < this.given.n; i++) {
      if (!this.shows(i)) continue;
      const [a, b, c] = [p[3 * i] - mx, p[3 * i + 1] - my, p[3 * i + 2] - mz];
      const x = camera.width / 2 + (t[0] * a + t[3] * b + t[6] * c) * scale;
      take(i, x, camera.height / 2 - (t[1] * a + t[4] * b + t[7] * c) * scale);
    }
  }

  // The shown point nearest to a pixel within reach, or -1.
  under(px, py, reach = REACH) {
    let best = reach ** 2;
    let found = -1;
    const look = (i, x, y) => {
      const far = (x - px) ** 2 + (y - py) ** 2;
      if (far <= best) [best, found] = [far, i];
    };
    if (!this.flat) this.each(look);
    else {
      const low = this.camera.under(px - reach, py + reach);
      const high = this.camera.under(px + reach, py - reach);
      const p = this.positions;
      this.cells.within(low, high, (i) => this.shows(i) && look(i, ...this.camera.place(p[2 * i], p[2 * i + 1])));
    }
    return found;
  }

  pixelOf(point) {
    const { width } = this.given;
    return this.camera.place(...this.positions.subarray(width * point, width * (point + 1)));
  }

  hoverChanged(point, here) {
    if (here && point >= 0) this.card.show(this.given, point, this.pixelOf(point));
    else this.card.hide();
    this.overlay.hover = point;
    this.redraw(false);
  }

  // The view has changed.
  moving() {
    this.card.hide();
    this.redraw();
  }

  moved() {
    this.moving();
    this.hub.moved(this);
  }

  redraw(points = true) {
    this.stale = this.stale || points;
    this.asked ??= requestAnimationFrame(() => {
      this.asked = undefined;
      if (!this.given) return;
      if (this.stale) this.drawPoints();
      this.overlay.draw(this);
      this.stage.dataset.drawn = this.given.seen;
    });
  }

  // Draw at once as many points as a frame has time for, a fair sample of all; all of them when nothing happens.
  drawPoints() {
    const { n } = this.given;
    const whole = this.resting || this.few >= n;
    this.stale = this.resting = false;
    const start = performance.now();
    this.painter.draw(this.camera.view(), this.looks(whole ? n : this.few));
    this.stage.dataset.points = whole ? n : Math.floor(this.few);
    clearTimeout(this.rest);
    clearTimeout(this.seeing);
    this.seeing = setTimeout(() => this.hint.keep(emptiness(this)), STILL);
    if (whole && n < FIRST) return;
    if (!whole) this.rest = setTimeout(() => this.finish(), STILL);
    else if (this.few < n) return;
    this.painter.finish();
    const fits = (SLOW / Math.max(performance.now() - start, 1)) * Math.min(this.few, n);
    this.few = Math.max(FEWEST, Math.min(fits, 4 * this.few));
  }

  finish() {
    this.resting = true;
    this.redraw();
  }

  looks(few, ratio) {
    return looksOf(this, few, ratio);
  }

  say(event) {
    this.tell?.({ ...event, seen: this.given.seen, samples: this.given.samples });
  }

  free() {
    this.freed = true;
    clearTimeout(this.seeing);
    this.hint.free();
    this.watch.disconnect();
    clearTimeout(this.rest);
    this.hub?.maps.delete(this);
    this.hub?.grounded();
    this.hand.free();
    this.painter.free();
  }
}
