// What lies over the points of a saved map, as SVG: rings, links, names of regions.

import { placed } from "./regions.js";
import { escaped } from "./files.js";

export function marks(map) {
  const { pinned, second, near, theme, links } = map.given;
  const ring = (point, radius, color, width) => {
    const [x, y] = map.pixelOf(point);
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${color}" stroke-width="${width}"/>`;
  };
  const parts = near.map((point) => ring(point, 5.5, theme.ink, 1.25));
  const colors = map.given.edge_colors;
  const looks = colors ? 'stroke-opacity="0.8" stroke-width="1.25"' : 'stroke-opacity="0.2" stroke-width="0.75"';
  const paths = map.edges.map((run, which) => {
    let lines = "";
    for (let at = 0; at < run.length; at += 2) {
      const [[a, b], [c, d]] = [map.pixelOf(run[at]), map.pixelOf(run[at + 1])];
      lines += `M${a.toFixed(1)} ${b.toFixed(1)}L${c.toFixed(1)} ${d.toFixed(1)}`;
    }
    return lines && `<path d="${lines}" stroke="${colors ? colors[which] : theme.ink}" ${looks}/>`;
  });
  parts.unshift(...paths);
  if (pinned >= 0) {
    const [x, y] = map.pixelOf(pinned);
    const line = ([a, b]) =>
      `<line x1="${x}" y1="${y}" x2="${a}" y2="${b}" stroke="${theme.ink}" stroke-opacity="0.4"/>`;
    if (links) parts.unshift(...near.map((point) => line(map.pixelOf(point))));
    parts.push(ring(pinned, 8, theme.accent, 3));
  }
  if (second >= 0) {
    if (pinned >= 0) {
      const [[x, y], [u, v]] = [map.pixelOf(pinned), map.pixelOf(second)];
      parts.push(`<line x1="${x}" y1="${y}" x2="${u}" y2="${v}" stroke="${theme.accent}" stroke-width="2"/>`);
    }
    parts.push(ring(second, 8, theme.accent, 3));
  }
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  for (const { x, y, lines, size } of placed(map, pen))
    lines.forEach((line, at) => {
      const down = y + (at - (lines.length - 1) / 2) * size * 1.15 + size / 3;
      parts.push(name(line, x, down, size, theme));
    });
  const letters = second >= 0 ? [pinned, second] : []; // which of two pinned points is the first
  letters.forEach((point, at) => {
    if (point < 0) return;
    const [x, y] = map.pixelOf(point);
    parts.push(name("AB"[at], x, y - 13, 14, theme));
  });
  return parts.join("");
}

function name(words, x, y, size, theme) {
  const halo = `stroke="${theme.halo}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`;
  const place = `x="${x}" y="${y}" font-size="${size}" font-weight="600" text-anchor="middle"`;
  return `<text ${place} ${halo}>${escaped(words)}</text>`;
}
