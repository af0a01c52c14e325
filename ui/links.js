// A click on a number's name goes to the page that explains it, within the session; a change between light and dark
// is said too, so that figures follow.
export default function ({ setTriggerValue }) {
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
  return () => {
    document.removeEventListener("click", go);
    clearInterval(watch);
  };
}
