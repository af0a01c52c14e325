// What is done to a map by keys. They work about the cross in the middle of the view, under which the map moves.
//
// The corners of a lasso are places of the plane in which the view is moved, so they stay where they were put while one
// moves on; that is why a map in space is moved and not turned as long as a lasso is open.

import { Help } from "./help.js";
import { Walk } from "./walk.js";

const ROUND = 24; // radius of the circle at first
const STEP = 48; // pixels an arrow moves
const LITTLE = 6; // and with Shift
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Keys {
  constructor(map, hand) {
    Object.assign(this, { map, hand });
    this.walk = new Walk(map);
    this.help = new Help(map.stage);
  }

  press(event) {
    const { map } = this;
    const key = named(event);
    const listed = this.help.box.contains(event.target) && ["Escape", "?"].includes(key); // the others scroll it
    if (!map.given || (event.target !== map.stage && !listed)) return;
    const control = event.ctrlKey || event.metaKey;
    if (control && key === "z") {
      event.preventDefault();
      return map.say({ kind: event.shiftKey ? "redo" : "undo" });
    }
    const act = control && key !== "a" ? undefined : this.actOf(key, event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    map.overlay.cross ||= ROUND;
    act();
    map.hub.hovered(-1, map); // so that the card is shown anew
    map.hub.hovered(this.aim(), map);
    map.redraw(false);
  }

  actOf(key, event) {
    const { map, hand } = this;
    const { overlay } = map;
    const how = event.altKey ? "remove" : event.shiftKey ? "add" : map.given.operation;
    if (key in ARROWS) return () => this.step(...ARROWS[key].map((way) => way * (event.shiftKey ? LITTLE : STEP)));
    return {
      "+": () => hand.zoom(1.25),
      "=": () => hand.zoom(1.25),
      "-": () => hand.zoom(0.8),
      0: () => hand.home(),
      v: () => hand.take("pan"),
      b: () => hand.take("box"),
      l: () => hand.take("lasso"),
      n: () => this.walk.go(1),
      p: () => this.walk.go(-1),
      c: () => overlay.corners.push([...map.camera.middle]),
      Backspace: () => overlay.corners.pop(),
      f: () => this.close(how),
      "[": () => (overlay.cross = Math.max(4, overlay.cross / 1.3)),
      "]": () => (overlay.cross *= 1.3),
      "?": () => this.list(),
      Enter: () => map.pin(this.aim(), event.shiftKey),
      " ": () => map.select(map.inside(circle(this.middle, overlay.cross)), how),
      Escape: () => this.leave(),
      a: () => map.select(map.inside(whole(map.camera)), how),
    }[key];
  }

  get middle() {
    return [this.map.camera.width / 2, this.map.camera.height / 2];
  }

  // The point that the cross means, or -1.
  aim() {
    const { point } = this.walk;
    const shown = point >= 0 && this.map.shows(point); // it may have been hidden since
    return shown ? point : this.map.under(...this.middle, this.map.overlay.cross);
  }

  step(dx, dy) {
    if (this.map.overlay.corners.length) this.hand.pan(dx, dy);
    else this.hand.drag(dx, dy);
  }

  close(how) {
    const { map } = this;
    const ring = map.overlay.corners.map((corner) => map.camera.place(...corner));
    if (ring.length < 3) return map.hint.say("A lasso needs three corners: press C at each, then F.");
    this.abandon();
    map.select(map.inside(ring), how);
  }

  // Leave what is open, else the selection, else what is pinned.
  leave() {
    const { map, hand, help } = this;
    if (help.open) this.list();
    else if (hand.drawing) hand.drop();
    else if (map.overlay.corners.length) this.abandon();
    else if (map.hub.count) map.clear();
    else map.unpin();
  }

  // Show or hide the list of keys; they are heard from here on.
  list() {
    this.help.toggle();
    this.hand.buttons.keys.setAttribute("aria-expanded", String(this.help.open));
    this.map.stage.focus();
  }

  abandon() {
    this.map.overlay.corners = [];
  }

  // Mouse or finger take over.
  rest() {
    const { map } = this;
    if (!map.overlay.cross) return;
    map.overlay.cross = 0;
    map.hub?.hovered(-1, map);
    map.redraw(false);
  }

  begin() {
    this.walk.stop();
    this.abandon();
  }
}

// The key as it is written on the keyboard: Alt may make another sign of it.
function named({ key, code, altKey }) {
  if (altKey && code === "Space") return " ";
  if (altKey && /^Key[A-Z]$/.test(code)) return code.at(-1).toLowerCase();
  return key.length === 1 ? key.toLowerCase() : key;
}

function circle([x, y], radius) {
  const turn = (at) => (2 * Math.PI * at) / 48;
  return Array.from({ length: 48 }, (_, at) => [x + radius * Math.cos(turn(at)), y + radius * Math.sin(turn(at))]);
}

function whole({ width, height }) {
  return [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
}
