// What Streamlit loads: it fetches the map's modules from the dashboard itself and hands over.

let loading;

export default function ({ parentElement, data, setTriggerValue }) {
  const given = JSON.parse(new TextDecoder().decode(data));
  loading ??= loaded(given.code, given.modules);
  const tell = (event) => setTriggerValue("event", event);
  loading
    .then((map) => map.show(parentElement, given, tell))
    .catch((error) => (parentElement.textContent = `The map could not be loaded: ${error.message}. Reload the page.`));
  return () => loading.then((map) => map.leave(parentElement));
}

// All modules at once, rather than one when another asks for it.
function loaded(code, modules) {
  for (const name of modules) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = new URL(`${code}/${name}`, document.baseURI);
    document.head.append(link);
  }
  return import(new URL(`${code}/main.js`, document.baseURI));
}
