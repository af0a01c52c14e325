// What is done to a map by mouse and touch, and the tools above it.
//
// Shift + drag draws a lasso that adds to the selection, Alt + drag one that takes from it; Shift + click pins a second
// point beside the one pinned. One finger that swipes up
// or down scrolls the page, as it does over any picture; one that goes sideways, or two of them, move the map. With the
// box or the lasso in hand one finger draws.

import { Keys } from "./keys.js";

const TOOLS = { pan: "Move", box: "Box", lasso: "Lasso" };
const ICONS = {
  pan: "M12 3v18M3 12h18M12 3l-3 3m3-3 3 3M12 21l-3-3m3 3 3-3M3 12l3-3m-3 3 3 3M21 12l-3-3m3 3-3 3",
  box: "M5 6h14v12H5z",
  lasso: "M12 5c5 0 8 2 8 5s-3 5-8 5-8-2-8-5 3-5 8-5zM8 15c-2 1-2 4 1 5",
  in: "M12 6v12M6 12h12",
  out: "M6 12h12",
  home: "M4 11l8-7 8 7M6 10v9h12v-9",
  keys: "M8 8.5a4 4 0 1 1 5.6 3.6c-1 .5-1.6 1.2-1.6 2.9M12 18.6v.6",
};
const TAP = 5; // pixels a finger or mouse may move and still click
const FINGER = 16; // pixels within which a finger means a point
const STRIDE = 2; // pixels between two corners of a lasso
const ORBIT = 0.008; // radians a pixel

export class Hand {
  constructor(map, bar) {
    this.map = map;
    this.tool = "pan";
    this.fingers = new Map();
    this.buttons = {};
    for (const [name, title] of Object.entries(TOOLS)) this.button(bar, name, title, () => this.take(name));
    this.button(bar, "in", "Zoom in", () => this.zoom(1.5));
    this.button(bar, "out", "Zoom out", () => this.zoom(1 / 1.5));
    this.button(bar, "home", "Whole map", () => this.home());
    this.button(bar, "keys", "Keys", () => this.keys.list());
    this.take("pan");
    this.keys = new Keys(map, this);
    const { stage } = map;
    const heard = {
      pointerdown: (event) => this.down(event),
      pointermove: (event) => this.move(event),
      pointerup: (event) => this.up(event),
      pointercancel: (event) => this.up(event, false),
      pointerleave: () => this.map.hub?.hovered(-1, this.map),
      wheel: (event) => this.wheel(event),
      dblclick: (event) => this.zoom(2, ...this.at(event)),
      touchmove: (event) => event.touches.length > 1 && event.cancelable && event.preventDefault(),
      keydown: (event) => this.keys.press(event),
      blur: () => this.keys.rest(),
    };
    for (const [name, hear] of Object.entries(heard)) stage.addEventListener(name, hear, { passive: false });
  }

  button(bar, name, title, act) {
    const button = bar.appendChild(document.createElement("button"));
    button.type = "button";
    button.title = title;
    button.setAttribute("aria-label", title);
    const look = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"';
    button.innerHTML = `<svg ${look}><path d="${ICONS[name]}"/></svg>`; // both are constants of this file
    button.addEventListener("click", act);
    this.buttons[name] = button;
  }

  begin(flat) {
    this.flat = flat;
    this.buttons.pan.title = flat ? "Move" : "Turn";
    this.keys.begin();
  }

  take(tool) {
    this.tool = tool;
    for (const name of Object.keys(TOOLS)) this.buttons[name].setAttribute("aria-pressed", String(name === tool));
    this.map.stage.style.cursor = tool === "pan" ? "grab" : "crosshair";
    this.map.stage.style.touchAction = tool === "pan" ? "pan-y" : "none"; // what the browser does with one finger
  }

  at(event) {
    const corner = this.map.stage.getBoundingClientRect();
    return [event.clientX - corner.left, event.clientY - corner.top];
  }

  down(event) {
    if (event.button > 0 || !this.map.given) return;
    this.map.stage.setPointerCapture(event.pointerId);
    this.keys.rest();
    this.keys.abandon();
    if (!this.fingers.size) Object.assign(this, { before: this.view(), dropped: false });
    this.fingers.set(event.pointerId, this.at(event));
    this.from = this.at(event);
    this.far = 0;
    this.how = event.altKey ? "remove" : event.shiftKey || event.metaKey || event.ctrlKey ? "add" : undefined;
    const drawing = this.tool !== "pan" || this.how;
    this.drawing = this.fingers.size === 1 && drawing ? (this.tool === "box" ? "box" : "lasso") : null;
    this.map.overlay.path = this.drawing ? [(this.last = this.from)] : null;
    this.map.hub.hovered(-1, this.map);
  }

  move(event) {
    if (!this.map.given) return;
    const here = this.at(event);
    const before = this.fingers.get(event.pointerId);
    if (!before) return this.pass(event, here);
    if (this.dropped) return;
    this.far = Math.max(this.far, Math.hypot(here[0] - this.from[0], here[1] - this.from[1]));
    if (this.fingers.size === 2) this.pinch(event.pointerId, here);
    else if (this.drawing) this.draw(here);
    else if (this.far > TAP) this.drag(here[0] - before[0], here[1] - before[1]);
    this.fingers.set(event.pointerId, here);
  }

  // Over the map without a button down. A browser repeats the last place when the page changes under the mouse.
  pass(event, here) {
    if (event.pointerType === "touch") return;
    const still = this.passed?.every((value, axis) => value === here[axis]);
    this.passed = here;
    if (still) return;
    this.keys.rest();
    this.map.hub.hovered(this.map.under(...here), this.map);
  }

  drag(dx, dy) {
    if (this.flat) return this.pan(dx, dy);
    this.map.camera.orbit(dx * ORBIT, dy * ORBIT);
    this.map.moved();
  }

  pan(dx, dy) {
    this.map.camera.pan(dx, dy);
    this.map.moved();
  }

  view() {
    const { middle, turn, scale } = this.map.camera;
    return { middle: [...middle], turn: [...turn], scale };
  }

  draw(here) {
    const [x, y] = this.from;
    if (this.drawing === "box") this.map.overlay.path = [this.from, [here[0], y], here, [x, here[1]]];
    else if (Math.hypot(here[0] - this.last[0], here[1] - this.last[1]) < STRIDE) return;
    else this.map.overlay.path.push((this.last = here));
    this.map.redraw(false);
  }

  pinch(finger, here) {
    const [other] = [...this.fingers].filter(([id]) => id !== finger).map(([, at]) => at);
    const before = this.fingers.get(finger);
    const apart = ([x, y]) => Math.hypot(x - other[0], y - other[1]);
    const ratio = apart(here) / apart(before);
    this.map.camera.pan((here[0] - before[0]) / 2, (here[1] - before[1]) / 2);
    if (Number.isFinite(ratio)) this.map.camera.zoom(ratio, (here[0] + other[0]) / 2, (here[1] + other[1]) / 2);
    this.abandon();
    this.map.moved();
  }

  up(event, done = true) {
    if (!this.fingers.delete(event.pointerId)) return;
    const { map } = this;
    const path = map.overlay.path;
    map.overlay.path = null;
    const reach = event.pointerType === "touch" ? FINGER : undefined;
    const tapped = this.far <= TAP && !this.fingers.size && !this.dropped;
    if (done && tapped) map.pin(map.under(...this.at(event), reach), this.how === "add");
    else if (done && this.drawing && path.length > 2) map.select(map.inside(path), this.how ?? map.given.operation);
    if (!done && !this.fingers.size) this.gone(event);
    this.abandon();
    map.redraw(false);
  }

  // The browser has taken a gesture for itself: nothing has happened here.
  gone(event) {
    Object.assign(this.map.camera, this.before);
    this.map.moved();
    if (event.pointerType === "touch") this.map.hint.say("Two fingers move the map, one scrolls the page.");
  }

  abandon() {
    this.drawing = this.map.overlay.path = null;
  }

  // Give up what is drawn; until the button is up, or the last finger, nothing more happens.
  drop() {
    this.dropped = true;
    this.abandon();
  }

  wheel(event) {
    if (!this.map.given) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), ...this.at(event));
  }

  zoom(factor, x, y) {
    if (!this.map.given) return;
    this.map.camera.zoom(factor, x, y);
    this.map.moved();
  }

  // While a lasso is made by keys a map in space stays turned as it is, or the corners would go elsewhere.
  home() {
    if (!this.map.given) return;
    const { camera, overlay } = this.map;
    const { turn } = camera;
    camera.reset();
    if (overlay.corners.length) camera.turn = turn;
    this.map.moved();
  }

  free() {
    this.fingers.clear();
  }
}
