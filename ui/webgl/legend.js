// The legend below a map: a category each, with how many are selected; a click hides it, a double click shows it alone.
// Numbers have a bar of color instead.

const MISSING = 255; // the code of a missing value
const STEPS = 254; // codes of a ramp

// 256 RGBA colors for the codes of a coloring; alpha 0 where the legend hides them.
export function paletteOf(color, hidden) {
  const found = new Uint8Array(1024).fill(255);
  const set = (code, hex) => found.set([...rgb(hex), hidden.has(code) ? 0 : 255], 4 * code);
  if (color.kind === "number")
    for (let code = 0; code < STEPS; code++) set(code, along(color.ramp, code / (STEPS - 1)));
  else for (const { code, color: hex } of color.classes) set(code, hex);
  set(MISSING, color.missing);
  return found;
}

export class Legend {
  constructor(box, map) {
    this.box = box;
    this.map = map;
  }

  show(color) {
    const said = JSON.stringify(color);
    if (said === this.said) return;
    this.said = said;
    this.rows = [];
    this.box.replaceChildren();
    if (color.kind === "none") return;
    this.add(this.box, "span", "an-legend-title", color.title);
    if (color.kind === "number") this.bar(color);
    else for (const entry of color.classes) this.row(entry);
    this.all = this.add(this.box, "button", "an-legend-all", "Show all");
    this.all.type = "button";
    this.all.addEventListener("click", () => {
      this.map.hide([]);
      this.map.stage.focus();
    });
    this.refresh();
  }

  row(entry) {
    const button = this.add(this.box, "button", "an-legend-row");
    button.type = "button";
    button.title = `${entry.name}: click to hide or show, double click (or Shift + Enter) to see it alone`;
    this.add(button, "i").style.background = entry.color;
    this.add(button, "span", "name", entry.name);
    const count = this.add(button, "span", "count");
    this.rows.push({ entry, button, count });
    button.addEventListener("click", (event) => (event.shiftKey ? this.solo(entry.code) : this.toggle(entry.code)));
    button.addEventListener("dblclick", () => this.solo(entry.code));
  }

  bar(color) {
    this.add(this.box, "span", "end", color.low);
    const bar = this.add(this.box, "span", "an-legend-bar");
    bar.style.background = `linear-gradient(to right, ${color.ramp.join(", ")})`;
    this.add(this.box, "span", "end", color.high);
    if (color.without) this.row({ code: MISSING, color: color.missing, name: "none", count: color.without });
  }

  toggle(code) {
    const hidden = new Set(this.map.hidden);
    if (!hidden.delete(code)) hidden.add(code);
    this.map.hide(hidden);
  }

  solo(code) {
    const others = this.rows.map(({ entry }) => entry.code).filter((other) => other !== code);
    const alone = others.every((other) => this.map.hidden.has(other)) && !this.map.hidden.has(code);
    this.map.hide(alone ? [] : others);
  }

  refresh() {
    // Its place at the end is kept, so that no entry moves away between the two clicks of a double click.
    if (this.all) this.all.style.visibility = this.map.hidden.size ? "visible" : "hidden";
    for (const { entry, button } of this.rows ?? [])
      button.setAttribute("aria-pressed", String(!this.map.hidden.has(entry.code)));
  }

  // How many of each category are selected.
  count() {
    const { hub, codes } = this.map;
    const counts = (this.counts = new Uint32Array(256));
    if (hub.count) for (let i = 0; i < codes.length; i++) counts[codes[i]] += hub.selected[i];
    for (const { entry, count } of this.rows ?? []) count.textContent = this.counted(entry.code, entry.count);
  }

  counted(code, count) {
    const total = count.toLocaleString("en");
    return this.map.hub.count ? `${this.counts[code].toLocaleString("en")} / ${total}` : total;
  }

  add(parent, kind, name = "", words = "") {
    const part = parent.appendChild(document.createElement(kind));
    part.className = name;
    part.textContent = words;
    return part;
  }
}

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function along(ramp, share) {
  const at = share * (ramp.length - 1);
  const low = Math.min(Math.floor(at), ramp.length - 2);
  const [a, b] = [rgb(ramp[low]), rgb(ramp[low + 1])];
  const mixed = a.map((value, i) => Math.round(value + (b[i] - value) * (at - low)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
