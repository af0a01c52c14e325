// What Streamlit loads: it fetches the map's modules from the dashboard itself and hands over.

let loading;

export default function ({ parentElement, data, setTriggerValue }) {
  const given = JSON.parse(new TextDecoder().decode(data));
  loading ??= import(new URL(`${given.code}/main.js`, document.baseURI));
  const tell = (event) => setTriggerValue("event", event);
  loading
    .then((map) => map.show(parentElement, given, tell))
    .catch((error) => (parentElement.textContent = `The map could not be loaded: ${error.message}. Reload the page.`));
  return () => loading.then((map) => map.leave(parentElement));
}
