// The names of regions, placed without overlap: the largest first, more of them the deeper one zooms.

const SIZE = { most: 15, least: 11 }; // pixels
const GAP = 6;
const EMPTY = 40; // pixels about a name in which something must be shown

// Regions come as [{x, y, level, weight, words}], the coarsest level first.
export function placed(map, pen) {
  const { regions } = map.given;
  if (!regions?.length || !map.flat) return [];
  const zoom = map.camera.scale / map.camera.whole;
  const deepest = Math.max(0, Math.floor(Math.log2(Math.max(zoom, 1)) + 0.5));
  const taken = [];
  const found = [];
  for (const region of regions) {
    if (region.level > deepest) continue;
    const [x, y] = map.camera.place(region.x, region.y);
    if (x < 0 || y < 0 || x > map.camera.width || y > map.camera.height) continue;
    if ((map.hides.size || map.given.left_out) && map.under(x, y, EMPTY) < 0) continue; // nothing is shown there
    const size = Math.max(SIZE.least, SIZE.most - 2 * region.level);
    pen.font = `600 ${size}px "Source Sans", sans-serif`;
    const lines = region.words;
    const half = [
      Math.max(...lines.map((line) => pen.measureText(line).width)) / 2 + GAP,
      (lines.length * size * 1.15) / 2 + GAP / 2,
    ];
    if (x - half[0] < 0 || x + half[0] > map.camera.width) continue;
    const free = taken.every(([ox, oy, ow, oh]) => Math.abs(ox - x) > ow + half[0] || Math.abs(oy - y) > oh + half[1]);
    if (!free) continue;
    taken.push([x, y, ...half]);
    found.push({ x, y, lines, size });
  }
  return found;
}
