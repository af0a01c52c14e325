// Saves a map as it is on the screen, with title, legend and marks: PNG in any size, SVG with points as vectors up to
// 20,000 of them and as one picture beyond. Everything but the points is vector in an SVG.

import { Camera } from "./camera.js";
import { download, escaped, withManifest } from "./files.js";
import { marks } from "./marks.js";

const VECTORS = 20_000; // points
const TILE = 2048; // pixels a side that are drawn at once
const FONT = "Helvetica, Arial, sans-serif"; // a file has no fonts of its own
const EDGE = 16;

export async function save(map, given) {
  const { format, look = {} } = given.save;
  const worn = { ...given, ...look };
  const page = layout(map, worn);
  const scale = given.save.width ? given.save.width / page.width : given.save.scale;
  const few = format === "svg" && given.n <= VECTORS;
  const [points, marked] = map.looking(look, () => [
    few ? circles(map) : shot(map, format === "svg" ? 2 : scale),
    marks(map),
  ]);
  const over = (dots) => drawn(page, worn, dots, marked, map.camera);
  if (format === "svg") {
    const dots = few ? points : await image(await points.convertToBlob(), map.camera);
    return download(await withManifest(new Blob([over(dots)]), "svg", given.manifest), `${given.name}.svg`);
  }
  const canvas = new OffscreenCanvas(Math.round(page.width * scale), Math.round(page.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = worn.theme.halo;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(points, EDGE * scale, page.top * scale);
  pen.drawImage(await picture(over(""), canvas.width, canvas.height), 0, 0, canvas.width, canvas.height);
  const png = await withManifest(await canvas.convertToBlob(), "png", given.manifest, given.save.dpi);
  return download(png, `${given.name}.png`);
}

// The points alone, `scale` times the screen's pixels, drawn tile by tile so that no size is too large for the driver.
export function shot(map, scale) {
  const { width, height } = map.camera;
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  const pen = canvas.getContext("2d");
  const side = TILE / scale;
  for (let y = 0; y < height; y += side)
    for (let x = 0; x < width; x += side) {
      const [wide, tall] = [Math.min(side, width - x), Math.min(side, height - y)];
      const frame = { middle: [...map.camera.middle], width: wide, height: tall };
      const tile = Object.assign(new Camera(), map.camera, frame);
      tile.pan(width / 2 - x - wide / 2, height / 2 - y - tall / 2);
      const pixels = [Math.max(1, Math.round(wide * scale)), Math.max(1, Math.round(tall * scale))];
      pen.putImageData(map.painter.pixels(tile.view(), map.looks(Infinity, scale), ...pixels), x * scale, y * scale);
    }
  map.redraw();
  return canvas;
}

function layout(map, given) {
  const width = map.camera.width + 2 * EDGE;
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  const lines = [];
  const write = (words, size, weight, light) => {
    pen.font = `${weight} ${size}px ${FONT}`;
    for (const line of wrapped(pen, words, width - 2 * EDGE)) lines.push({ words: line, size, weight, light });
  };
  write(given.title, 17, 600, false);
  if (given.caption) write(given.caption, 13, 400, true);
  const top = EDGE + lines.reduce((sum, { size }) => sum + size * 1.4, 0);
  const bottom = top + map.camera.height + 10;
  const legend = entries(given.color, map, pen, width, bottom);
  return { width, height: (legend.at(-1)?.y ?? bottom) + 2 * EDGE, top, lines, legend };
}

// Where each entry of the legend stands.
function entries(color, map, pen, width, top) {
  if (color.kind === "none") return [];
  pen.font = `13px ${FONT}`;
  const found = [{ words: color.title, weight: 600 }];
  if (color.kind === "number") found.push({ words: color.low }, { ramp: color.ramp }, { words: color.high });
  else
    for (const { code, color: hex, name, count } of color.classes)
      if (!map.hidden.has(code)) found.push({ words: `${name}  ${map.legend.counted(code, count)}`, hex });
  let [x, y] = [EDGE, top + 13];
  for (const entry of found) {
    const wide = entry.ramp ? 200 : pen.measureText(entry.words).width + (entry.hex ? 34 : 18);
    if (x > EDGE && x + wide > width - EDGE) [x, y] = [EDGE, y + 20];
    Object.assign(entry, { x, y });
    x += wide;
  }
  return found;
}

function drawn(page, given, points, marked, camera) {
  const { ink, halo } = given.theme;
  const parts = [];
  let y = EDGE;
  for (const { words, size, weight, light } of page.lines) {
    y += size * 1.4;
    const look = `font-size="${size}" font-weight="${weight}" fill-opacity="${light ? 0.7 : 1}"`;
    parts.push(`<text x="${EDGE}" y="${y - size * 0.4}" ${look}>${escaped(words)}</text>`);
  }
  for (const { x, y: down, words, hex, ramp, weight } of page.legend) {
    if (hex) parts.push(`<circle cx="${x + 6}" cy="${down - 4.5}" r="5" fill="${hex}"/>`);
    if (ramp) {
      const stops = ramp.map((color, at) => `<stop offset="${at / (ramp.length - 1)}" stop-color="${color}"/>`);
      parts.push(`<linearGradient id="ramp">${stops.join("")}</linearGradient>`);
      parts.push(`<rect x="${x}" y="${down - 10}" width="190" height="10" fill="url(#ramp)"/>`);
    } else {
      const place = `x="${x + (hex ? 16 : 0)}" y="${down}" font-weight="${weight ?? 400}"`;
      parts.push(`<text ${place}>${escaped(words)}</text>`);
    }
  }
  const { width: wide, height: tall } = camera;
  const size = `width="${page.width}" height="${page.height}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${page.width} ${page.height}"` +
    ` font-family='${FONT}' font-size="13" fill="${ink}">` +
    `${points ? `<rect ${size} fill="${halo}"/>` : ""}` +
    `<svg x="${EDGE}" y="${page.top}" width="${wide}" height="${tall}" viewBox="0 0 ${wide} ${tall}">` +
    `${points}${marked}</svg>` +
    `${parts.join("")}</svg>`
  );
}

// Every shown point as a circle, what is dimmed first; in space what is far first, and smaller, as the shaders do it.
function circles(map) {
  const { given, hub, codes, left, camera, positions } = map;
  const { size, alpha, dim, faint } = map.looks(Infinity, 1);
  const some = hub.count > 0;
  const back = [];
  const front = [];
  for (const i of map.painter.order) {
    const place = positions.subarray(given.width * i, given.width * (i + 1));
    const [x, y] = camera.place(...place);
    if (map.hidden.has(codes[i]) || !Number.isFinite(x + y)) continue;
    const behind = left[i] || (some && !hub.selected[i]);
    const own = map.painter.colors.subarray(4 * codes[i], 4 * codes[i] + 3);
    const [r, g, b] = left[i] ? faint.map((part) => Math.round(255 * part)) : own;
    const depth = map.flat ? 0 : camera.depth(...place);
    const radius = (size / 2) * (1 - 0.4 * depth);
    const shape = `cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="${radius.toFixed(2)}"`;
    const look = `fill="rgb(${r},${g},${b})" fill-opacity="${(behind ? dim : alpha).toFixed(2)}"`;
    (behind ? back : front).push({ depth, drawn: `<circle ${shape} ${look}/>` });
  }
  const farFirst = (points) => points.sort((one, other) => other.depth - one.depth);
  return [...farFirst(back), ...farFirst(front)].map(({ drawn }) => drawn).join("");
}

async function image(blob, { width, height }) {
  return `<image width="${width}" height="${height}" href="${await address(blob)}"/>`;
}

function address(blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
}

async function picture(svg, width, height) {
  const found = new Image(width, height);
  found.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  await found.decode();
  URL.revokeObjectURL(found.src);
  return found;
}

// Words in lines that fit the width; a word that is wider than that is broken.
function wrapped(pen, words, width) {
  const fits = (line) => pen.measureText(line).width <= width;
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(...broken(word, fits));
  }
  return lines.filter((line, at) => line || at);
}

function broken(word, fits) {
  const parts = [""];
  for (const sign of word)
    if (!parts.at(-1) || fits(parts.at(-1) + sign)) parts[parts.length - 1] += sign;
    else parts.push(sign);
  return parts;
}
