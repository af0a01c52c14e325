// Puts a map into its place on the page and hands it whatever the server says next.

import { PointMap } from "./point_map.js";
import { save } from "./save.js";

export function show(parent, given, tell) {
  const frame = parent.querySelector(".an-map") ?? framed(parent);
  frame.stage.style.height = `min(${given.height}px, 72vh)`;
  frame.stage.setAttribute("aria-label", `${given.alt} Press ? for every key.`);
  try {
    frame.map ??= new PointMap(frame.stage, frame.tools, frame.legend);
  } catch (error) {
    return tell({ kind: "without_webgl", why: error.message });
  }
  frame.map.tell = tell;
  return (frame.turn = Promise.resolve(frame.turn)
    .then(() => frame.map.update(given))
    .then(() => frame.querySelector(".an-map-trouble")?.remove())
    .then(() => {
      const asked = given.save && `${given.session} ${given.save.turn}`; // another session counts its turns anew
      if (!asked || frame.map.freed || frame.saved === asked) return null;
      frame.saved = asked;
      return save(frame.map, given).catch((error) => trouble(frame, `The picture is not saved: ${error.message}.`));
    })
    .catch((error) => trouble(frame, `The map could not be drawn: ${error.message}. Reload the page.`)));
}

export function leave(parent) {
  const frame = parent.querySelector(".an-map");
  frame?.map?.free();
  frame?.remove();
}

function framed(parent) {
  const part = (name, into) => {
    const made = into.appendChild(document.createElement("div"));
    made.className = name;
    return made;
  };
  const frame = part("an-map", parent);
  frame.tools = part("an-map-tools", frame);
  frame.stage = part("an-map-stage", frame);
  frame.legend = part("an-legend", frame);
  frame.tools.setAttribute("role", "toolbar");
  frame.stage.setAttribute("role", "application");
  frame.stage.tabIndex = 0;
  return frame;
}

function trouble(frame, words) {
  const said = frame.querySelector(".an-map-trouble") ?? frame.appendChild(document.createElement("p"));
  said.className = "an-map-trouble";
  said.textContent = words;
}
