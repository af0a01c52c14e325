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
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const [x, y] = at;
    const left = x + AWAY + width > this.stage.clientWidth ? x - AWAY - width : x + AWAY;
    this.box.style.left = `${Math.max(0, left)}px`;
    this.box.style.top = `${Math.max(0, Math.min(y - height / 2, this.stage.clientHeight - height))}px`;
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
