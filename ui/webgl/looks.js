// How points look: smaller and more transparent the more of them share a pixel. Sizes in pixels of the page.

export function looksOf(map, few = Infinity, ratio = map.ratio) {
  const { paper, faint } = map.given.theme;
  const { size, alpha } = crowding(map, Math.min(few, map.given.n));
  return { paper, faint, alpha, size, ratio, few, dim: Math.min(alpha, 0.12) };
}

function crowding(map, few) {
  const { width, height, scale, whole } = map.camera;
  let [points, area] = [map.given.n, 0.3 * width * height * (map.flat ? 1 : (scale / whole) ** 2)];
  if (map.flat) {
    const { step } = map.cells;
    const seen = map.cells.count(map.camera.under(0, height), map.camera.under(width, 0));
    points = seen.points;
    area = Math.min(seen.cells * step[0] * step[1] * scale ** 2, width * height) || 1;
  }
  points = Math.max(1, (points * few) / map.given.n);
  const size = Math.min(9, Math.max(1.6, 0.9 * Math.sqrt(area / points)));
  const cover = (points * size ** 2) / area; // points over a pixel, about
  return { size, alpha: Math.min(0.85, Math.max(0.12, 1.8 / cover)) };
}
