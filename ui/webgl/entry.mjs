// What Streamlit loads: it fetches the map's modules and its points from the dashboard itself and hands over.

let loading;

export default function ({ parentElement, data, setTriggerValue }) {
  const given = JSON.parse(new TextDecoder().decode(data));
  if (!loading) fetch(new URL(given.positions, document.baseURI)).catch(() => {}); // so they are here with the modules
  loading ??= loaded(new URL(`${given.code}/all.json`, document.baseURI));
  const tell = (event) => setTriggerValue("event", event);
  loading
    .then((map) => map.show(parentElement, given, tell))
    .catch((error) => (parentElement.textContent = `The map could not be loaded: ${error.message}. Reload the page.`));
  return () => loading.then((map) => map.leave(parentElement));
}

// All modules in one answer; each becomes an address of its own, after those that it imports.
async function loaded(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const sources = await answer.json();
  const known = new Map();
  const place = (name) => {
    if (!known.has(name)) {
      const source = sources[name].replace(/(?<= from ")\.\/([a-z_]+\.js)(?=")/g, (_, other) => place(other));
      known.set(name, URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    }
    return known.get(name);
  };
  return import(place("main.js"));
}
