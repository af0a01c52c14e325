// The card of the sample under the pointer. Cards come from the server a page of samples at a time.

import { fetched } from "./wire.js";

const AWAY = 14; // pixels from the point

export class Card {
  constructor(stage) {
    this.stage = stage;
    this.box = stage.appendChild(document.createElement("div"));
    this.box.className = "an-map-card";
    this.box.setAttribute("role", "status");
    this.box.hidden = true;
  }

  async show(given, point, at) {
    this.point = point;
    const page = Math.floor(point / given.cards.size);
    const cards = await pageOf(`${given.cards.address}/${page}`).catch(() => null);
    if (this.point !== point) return;
    const unread = { id: `sample ${point}`, lines: ["Its card could not be read."] };
    this.fill(cards?.[point - page * given.cards.size] ?? unread);
    this.box.hidden = false;
    const [left, top] = this.beside(...at, this.box.offsetWidth, this.box.offsetHeight);
    this.box.style.left = `${left}px`;
    this.box.style.top = `${top}px`;
  }

  // Where a card of this size stands: right or left of the point, else above or below it, never over it.
  beside(x, y, width, height) {
    const { clientWidth, clientHeight } = this.stage;
    const within = (at, size, whole) => Math.max(0, Math.min(at, whole - size));
    const level = within(y - height / 2, height, clientHeight);
    if (x + AWAY + width <= clientWidth) return [x + AWAY, level];
    if (x - AWAY - width >= 0) return [x - AWAY - width, level];
    const left = within(x - width / 2, width, clientWidth);
    return [left, y - AWAY - height >= 0 ? y - AWAY - height : y + AWAY];
  }

  hide() {
    this.point = -1;
    this.box.hidden = true;
  }

  fill({ id, lines, text, image }) {
    this.box.replaceChildren();
    this.add("b", id);
    for (const line of lines) this.add("div", line);
    if (image) this.add("img").src = image;
    if (text) this.add("p", text);
  }

  add(kind, words = "") {
    const part = this.box.appendChild(document.createElement(kind));
    part.textContent = words; // never read as markup
    return part;
  }
}

const pages = new WeakMap();

async function pageOf(address) {
  const bytes = await fetched(address);
  if (!pages.has(bytes)) pages.set(bytes, JSON.parse(new TextDecoder().decode(bytes)));
  return pages.get(bytes);
}
