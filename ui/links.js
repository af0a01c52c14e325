// A click on a number's name goes to the page that explains it, within the session; a change between light and dark
// is said too, so that figures follow. The secret of a tab's uploads outlives a reload; only a duplicate of the tab
// has it too.
export default function ({ data, setTriggerValue }) {
  const go = (event) => {
    const link = event.target.closest?.("a[data-page]");
    if (!link) return;
    event.preventDefault();
    setTriggerValue("page", link.dataset.page);
  };
  document.addEventListener("click", go);
  const scheme = () => getComputedStyle(document.querySelector(".stApp")).colorScheme;
  let before = scheme();
  const watch = setInterval(() => {
    if (scheme() === before) return;
    before = scheme();
    setTriggerValue("scheme", before);
  }, 500);
  const own = kept(data.own);
  if (own !== data.own || data.awaited) setTriggerValue("own", own);
  return () => {
    document.removeEventListener("click", go);
    clearInterval(watch);
  };
}

// What this tab keeps, which is `fresh` where it keeps nothing yet.
function kept(fresh) {
  try {
    const found = sessionStorage.getItem("anchorage.own");
    if (/^[0-9a-f]{32}$/.test(found ?? "")) return found;
    sessionStorage.setItem("anchorage.own", fresh);
  } catch {
    // a browser that keeps nothing: a reload is a new session
  }
  return fresh;
}
