// What lies over the points: rings about the pinned sample and its neighbours, links, the lasso being drawn, the cross
// of the keyboard, and the names of regions.

import { placed } from "./regions.js";

export class Overlay {
  constructor(stage) {
    this.canvas = stage.appendChild(document.createElement("canvas"));
    this.hover = -1;
    this.path = null; // pixels of a lasso or box that is being drawn
    this.corners = []; // places of a lasso that is being made by keys
    this.cross = 0; // radius of the keyboard's circle, in pixels; 0: none
  }

  resize(width, height, ratio) {
    Object.assign(this, { width, height, ratio });
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
  }

  draw(map) {
    const pen = this.canvas.getContext("2d");
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    pen.fillStyle = "rgba(0, 0, 0, 0.01)"; // Chromium may go on showing a canvas that is only cleared
    pen.fillRect(0, 0, 1, 1);
    this.marks(pen, map);
    const { accent } = map.given.theme;
    if (this.hover >= 0) ring(pen, map.pixelOf(this.hover), 6, map.given.theme.ink, 1.5);
    if (this.path?.length > 1) outline(pen, this.path, accent);
    const corners = this.corners.map((corner) => map.camera.place(...corner));
    if (corners.length > 1) outline(pen, corners, accent);
    for (const corner of corners) ring(pen, corner, 3, accent, 1.5);
    if (this.cross) this.crosshair(pen, accent);
  }

  // What a saved picture shows too.
  marks(pen, map) {
    const { pinned, second, near, theme, links } = map.given;
    this.lines(pen, map);
    if (pinned >= 0 && links) {
      const [x, y] = map.pixelOf(pinned);
      pen.strokeStyle = theme.ink;
      pen.globalAlpha = 0.4;
      pen.lineWidth = 1;
      for (const point of near) {
        pen.beginPath();
        pen.moveTo(x, y);
        pen.lineTo(...map.pixelOf(point));
        pen.stroke();
      }
      pen.globalAlpha = 1;
    }
    for (const point of near) ring(pen, map.pixelOf(point), 5.5, theme.ink, 1.25);
    if (pinned >= 0 && second >= 0) between(pen, map.pixelOf(pinned), map.pixelOf(second), theme.accent);
    for (const point of [pinned, second]) if (point >= 0) ring(pen, map.pixelOf(point), 8, theme.accent, 3);
    for (const { x, y, lines, size } of placed(map, pen)) text(pen, lines, x, y, size, theme);
    if (second >= 0) this.letters(pen, map, [pinned, second]);
  }

  // Which of two pinned points is the first, which the second.
  letters(pen, map, points) {
    points.forEach((point, at) => {
      if (point < 0) return;
      const [x, y] = map.pixelOf(point);
      text(pen, ["AB"[at]], x, y - 18, 14, map.given.theme);
    });
  }

  // The edges of the selection, in one stroke a colour.
  lines(pen, map) {
    const count = map.edges?.reduce((sum, run) => sum + run.length, 0);
    if (!count || !map.hub.count) return;
    const { edge_colors: colors, theme } = map.given;
    pen.globalAlpha = colors ? Math.max(0.3, Math.min(0.9, 6000 / count)) : Math.max(0.05, Math.min(0.35, 600 / count));
    pen.lineWidth = colors ? 1.25 : 0.75;
    map.edges.forEach((run, which) => {
      pen.beginPath();
      for (let at = 0; at < run.length; at += 2) {
        pen.moveTo(...map.pixelOf(run[at]));
        pen.lineTo(...map.pixelOf(run[at + 1]));
      }
      pen.strokeStyle = colors ? colors[which] : theme.ink;
      pen.stroke();
    });
    pen.globalAlpha = 1;
  }

  crosshair(pen, color) {
    const [x, y] = [this.width / 2, this.height / 2];
    ring(pen, [x, y], this.cross, color, 1.5);
    pen.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [0, 1],
    ]) {
      pen.moveTo(x - 5 * dx, y - 5 * dy);
      pen.lineTo(x + 5 * dx, y + 5 * dy);
    }
    pen.stroke();
  }
}

function outline(pen, path, color) {
  pen.beginPath();
  for (const [x, y] of path) pen.lineTo(x, y);
  pen.closePath();
  pen.strokeStyle = color;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.globalAlpha = 0.08;
  pen.fillStyle = color;
  pen.fill();
  pen.globalAlpha = 1;
}

function ring(pen, [x, y], radius, color, width) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.stroke();
}

// A line from ring to ring.
function between(pen, [x, y], [u, v], color) {
  const far = Math.hypot(u - x, v - y);
  if (far <= 16) return;
  const [dx, dy] = [((u - x) / far) * 8, ((v - y) / far) * 8];
  pen.beginPath();
  pen.moveTo(x + dx, y + dy);
  pen.lineTo(u - dx, v - dy);
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  pen.stroke();
}

function text(pen, lines, x, y, size, theme) {
  pen.font = `600 ${size}px "Source Sans", sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  lines.forEach((line, at) => {
    const down = y + (at - (lines.length - 1) / 2) * size * 1.15;
    pen.strokeStyle = theme.halo;
    pen.lineWidth = 4;
    pen.strokeText(line, x, down);
    pen.fillStyle = theme.ink;
    pen.fillText(line, x, down);
  });
}
