// Has its part of the page drawn anew every so often, for as long as it stands there. Whatever it asks in a moment in
// which a script of this tab begins or ends is lost, or has the server lose that script's messages or a click: it asks
// only while the page is at rest and seen, not before what was asked last has begun, and not close upon a touch.
const AFTER_TOUCH = 1500; // milliseconds in which a click may be on its way
const PATIENCE = 5000; // and in which what was asked begins
const LOOKS = 100; // and between two looks whether it may ask: a part that must wait for another is soon the next
const page = (window.anchorageLive ??= { asked: -Infinity, touched: -Infinity, watched: null });

export default function ({ data, setTriggerValue }) {
  watch(document.querySelector(".stApp"));
  let due = performance.now() + 1000 * data.every;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now < due) return;
    if (page.watched?.dataset.testScriptState !== "notRunning" || document.hidden) return;
    if (now - page.asked < PATIENCE || now - page.touched < AFTER_TOUCH) return;
    page.asked = now;
    due = now + 1000 * data.every;
    setTriggerValue("tick", now);
  }, LOOKS);
  return () => clearInterval(timer);
}

// Notes when a script begins or ends, and when somebody touches the page: once for all parts of it.
function watch(app) {
  if (!app || page.watched === app) return;
  page.watched = app;
  const changed = () => (page.asked = -Infinity);
  new MutationObserver(changed).observe(app, { attributeFilter: ["data-test-script-state"] });
  const touched = () => (page.touched = performance.now());
  for (const kind of ["pointerdown", "click", "keydown"]) document.addEventListener(kind, touched, true);
}
