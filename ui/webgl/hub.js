// What the maps of one page share, without a word to the server: selection, hover, hidden categories, and the view
// where coordinates are comparable. One hub per set of samples.

const hubs = new Map();

export function hubOf(samples, n) {
  let hub = hubs.get(samples);
  if (!hub || hub.selected.length !== n) {
    for (const [key, known] of hubs) if (!known.maps.size) hubs.delete(key);
    hub = new Hub(n);
    hubs.set(samples, hub);
  }
  return hub;
}

class Hub {
  constructor(n) {
    this.maps = new Set();
    this.selected = new Uint8Array(n); // 1: selected
    this.count = 0;
    this.turn = 0; // selections made here; an answer to an older one is out of date
    this.hover = -1;
  }

  // Combine points with the selection: "replace", "add", "remove" or "intersect".
  select(points, how) {
    const picked = new Uint8Array(this.selected.length);
    for (const point of points) picked[point] = 1;
    const before = this.selected;
    this.selected = before.map((was, at) => {
      if (how === "add") return was | picked[at];
      if (how === "remove") return was & ~picked[at] & 1;
      return how === "intersect" ? was & picked[at] : picked[at];
    });
    this.turn++;
    this.heard = undefined; // the next answer counts, even if it is the one before
    this.chosen();
  }

  // Another session of the server counts its turns anew.
  meet(session) {
    if (session === this.session) return;
    Object.assign(this, { session, turn: 0, heard: undefined });
  }

  // What the server says is selected.
  told(selected) {
    this.selected = selected;
    this.chosen();
  }

  chosen() {
    this.count = this.selected.reduce((sum, is) => sum + is, 0);
    for (const map of this.maps) map.selectionChanged();
  }

  hovered(point, from) {
    if (point === this.hover) return;
    this.hover = point;
    for (const map of this.maps) map.hoverChanged(point, map === from);
  }

  // The other maps over coordinates comparable with those of a map.
  alike(map) {
    return [...this.maps].filter((one) => one !== map && one.bounds && one.frame === map.frame);
  }

  // Maps have come or gone: those over comparable coordinates stand over the bounds of all of them, and one that has
  // come looks where the others do.
  grounded(come) {
    for (const map of this.maps) {
      if (!map.bounds) continue;
      map.camera.stand(joined([map, ...this.alike(map)].map((one) => one.bounds)));
      map.redraw();
    }
    const [other] = come ? this.alike(come) : [];
    if (other) come.camera.follow(other.camera);
  }

  // A map has moved: the others over comparable coordinates go with it.
  moved(from) {
    for (const map of this.alike(from)) {
      map.camera.follow(from.camera);
      map.moving();
    }
  }
}

// The bounds around several.
function joined(all) {
  const least = (end, of) => all[0][end].map((_, axis) => of(...all.map((one) => one[end][axis])));
  return { low: least("low", Math.min), high: least("high", Math.max) };
}

// A selection as text: one bit a point, base64.
export function packed(selected) {
  const bits = new Uint8Array(Math.ceil(selected.length / 8));
  for (let i = 0; i < selected.length; i++) bits[i >> 3] |= selected[i] << (7 - (i & 7));
  let text = "";
  for (let at = 0; at < bits.length; at += 0x8000) text += String.fromCharCode(...bits.subarray(at, at + 0x8000));
  return btoa(text);
}

export function unpacked(bits, n) {
  const found = new Uint8Array(n);
  for (let i = 0; i < n; i++) found[i] = (bits[i >> 3] >> (7 - (i & 7))) & 1;
  return found;
}
