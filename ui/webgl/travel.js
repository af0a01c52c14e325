// Points on their way from one drawing of the samples to another within the same frame.

const LASTS = 400; // milliseconds
const MOST = 60_000; // points that are seen to move; more stand at their new places at once

// Whether the new drawing lies in the frame and bounds of the one before, so that the view stays; then its points move.
export function travel(map, before) {
  const { given, painter, positions: to, stood: from } = map;
  map.stood = to;
  if (!given.bounds || before?.frame !== given.frame) return false;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (calm || from.length !== to.length || given.n > MOST) return true;
  const between = new Float32Array(to.length);
  const start = performance.now();
  const step = () => {
    if (map.freed || map.positions !== to) return; // another drawing has come meanwhile
    const gone = Math.min((performance.now() - start) / LASTS, 1);
    const share = gone * gone * (3 - 2 * gone);
    for (let i = 0; i < to.length; i++) {
      const left = Number.isFinite(from[i]) ? from[i] : to[i];
      between[i] = left + (to[i] - left) * share;
    }
    painter.move(gone < 1 ? between : to);
    map.redraw();
    if (gone < 1) requestAnimationFrame(step);
  };
  step();
  return true;
}
