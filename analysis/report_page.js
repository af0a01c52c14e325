// Draws each figure when it comes into sight and lets go of it when it has left, in the light or dark that is asked for.
(() => {
  const looks = JSON.parse(document.getElementById("looks").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const pattern = new RegExp(
    Object.keys(looks.swaps)
      .map((color) => color.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|"),
    "g",
  );

  function draw(place) {
    let text = place.nextElementSibling.textContent;
    if (dark.matches) text = text.replace(pattern, (color) => looks.swaps[color]);
    const { data, layout } = JSON.parse(text);
    const template = looks[dark.matches ? "dark" : "light"];
    Plotly.newPlot(place, data, { ...layout, template, autosize: true, dragmode: false }, { responsive: true, displaylogo: false });
    place.drawn = true;
  }

  function purge(place) {
    if (place.drawn) Plotly.purge(place);
    place.drawn = false;
  }

  const seen = new IntersectionObserver(
    (entries) => entries.forEach(({ target, isIntersecting }) => {
      if (!isIntersecting) purge(target);
      else if (!target.drawn) draw(target);
    }),
    { rootMargin: "300px" },
  );
  const places = [...document.querySelectorAll(".plot")];
  places.forEach((place) => seen.observe(place));
  dark.addEventListener("change", () => places.filter((place) => place.drawn).forEach((place) => (purge(place), draw(place))));
})();
