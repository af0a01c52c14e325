// A click on a number's name goes to the page that explains it, within the session.
export default function ({ setTriggerValue }) {
  const go = (event) => {
    const link = event.target.closest?.("a[data-page]");
    if (!link) return;
    event.preventDefault();
    setTriggerValue("page", link.dataset.page);
  };
  document.addEventListener("click", go);
  return () => document.removeEventListener("click", go);
}
