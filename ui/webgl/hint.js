// One quiet line over the map: for a moment, how to do what was tried; or, for as long as it is so, that nothing can be
// seen and the way back.

const WHILE = 4000; // milliseconds that a passing word stays

export class Hint {
  constructor(stage) {
    this.stage = stage;
    this.box = stage.appendChild(document.createElement("div"));
    this.box.className = "an-map-hint";
    this.box.setAttribute("role", "status");
    for (const kind of ["pointerdown", "dblclick"])
      this.box.addEventListener(kind, (event) => event.stopPropagation()); // a click here is not one on the map
    this.fill(null);
  }

  // Say something in passing.
  say(words) {
    clearTimeout(this.passing);
    this.fill({ words });
    this.passing = setTimeout(() => {
      this.passing = undefined;
      this.fill(this.lasting);
    }, WHILE);
  }

  // Go on saying {words, offer, act}, with a button that acts; null: nothing more.
  keep(said) {
    if (said?.words === this.lasting?.words) return;
    this.lasting = said;
    if (!this.passing) this.fill(said);
  }

  fill(said) {
    this.box.hidden = !said;
    this.box.replaceChildren(said?.words ?? "");
    if (!said?.offer) return;
    const button = this.box.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = said.offer;
    button.addEventListener("click", () => {
      said.act();
      this.stage.focus(); // the button goes, the keys are heard on
    });
  }

  free() {
    clearTimeout(this.passing);
  }
}

// What to say about a map on which no point can be seen; null where one can, or where there is none to see.
export function emptiness(map) {
  const { order } = map.painter;
  if (!order.length || inSight(map)) return null;
  if (order.some((point) => drawn(map, point)))
    return { words: "No point is in view.", offer: "Reset view", act: () => map.hand.home() };
  return { words: "Every category is hidden.", offer: "Show all", act: () => map.hide([]) };
}

function inSight(map) {
  const { width, height } = map.camera;
  const seen = (point) => {
    if (!drawn(map, point)) return false;
    const [x, y] = map.pixelOf(point);
    return x >= 0 && y >= 0 && x <= width && y <= height;
  };
  if (!map.flat) return map.painter.order.some(seen);
  return map.cells.some(map.camera.under(0, height), map.camera.under(width, 0), seen);
}

// What a filter leaves out is drawn faintly, what the legend hides is not drawn.
function drawn(map, point) {
  return !map.hides.has(map.codes[point]);
}
