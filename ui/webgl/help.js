// The list of all keys, over the map while it is asked for.

const KEYS = [
  ["Arrows", "move the map under the cross, in 3-D turn it; with Shift a little"],
  ["+  −", "zoom"],
  ["0", "whole map"],
  ["N  P", "go to the next nearest point, and back"],
  ["Enter", "pin the point under the cross; with Shift a second one beside it"],
  ["Space", "select what is in the circle"],
  ["[  ]", "smaller or larger circle"],
  ["C", "put a corner of a lasso at the cross"],
  ["Backspace", "take the last corner away"],
  ["F", "close the lasso and select what is in it"],
  ["A", "select all that is in view"],
  ["Shift  Alt", "held with Space, F or A: add to the selection, take from it"],
  ["Escape", "give up the lasso, or select nothing, or let go of what is pinned"],
  ["Ctrl + Z", "undo a selection; with Shift redo"],
  ["V  B  L", "move, box or lasso by mouse or finger"],
  ["?", "show or hide these keys"],
];

export class Help {
  constructor(stage) {
    this.box = stage.appendChild(document.createElement("dl"));
    this.box.className = "an-map-keys";
    this.box.setAttribute("aria-label", "Keys of the map");
    this.box.tabIndex = -1;
    for (const kind of ["pointerdown", "pointermove", "dblclick", "wheel"])
      this.box.addEventListener(kind, (event) => event.stopPropagation());
    for (const [key, does] of KEYS) {
      this.box.appendChild(document.createElement("dt")).textContent = key;
      this.box.appendChild(document.createElement("dd")).textContent = does;
    }
    this.box.hidden = true;
  }

  get open() {
    return !this.box.hidden;
  }

  toggle() {
    this.box.hidden = this.open;
  }
}
