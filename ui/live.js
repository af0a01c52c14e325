// Has its part of the page drawn anew every so often, for as long as it stands there. It asks only while nobody looks
// elsewhere and no script is at work: one that ends just then would have its last messages dropped by the server, and
// the page would wait for them for ever. Parts that ask together take turns.
const TURN = 250; // milliseconds between two of them

export default function ({ data, setTriggerValue }) {
  const ask = () => {
    const rests = document.querySelector(".stApp")?.dataset.testScriptState === "notRunning";
    const now = performance.now();
    if (!rests || document.hidden || now - (window.anchorageAsked ?? -TURN) < TURN) return;
    window.anchorageAsked = now;
    setTriggerValue("tick", now);
  };
  const timer = setInterval(ask, 1000 * data.every);
  return () => clearInterval(timer);
}
