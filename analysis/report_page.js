// Draws each figure when it comes into sight and lets go of it when it has left, in the light or dark that is asked for.
(() => {
  const NARROW = 600, LEGEND = 120; // pixels
  const looks = JSON.parse(document.getElementById("looks").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const pattern = new RegExp(
    Object.keys(looks.swaps)
      .map((color) => color.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|"),
    "g",
  );

  // On a phone a square is as high as it is wide, a legend stands below, and cells say their number when touched.
  function fit(place, data, layout) {
    const square = layout.yaxis?.scaleanchor;
    if (square) place.style.height = `${(layout.height = place.clientWidth + LEGEND)}px`;
    if (layout.showlegend !== false) layout.legend = { ...layout.legend, orientation: "h", x: 0, y: -0.12, yanchor: "top" };
    if (data.some(({ type }) => type === "heatmap")) layout.annotations = [];
  }

  function draw(place) {
    let text = place.nextElementSibling.textContent;
    if (dark.matches) text = text.replace(pattern, (color) => looks.swaps[color]);
    const { data, layout } = JSON.parse(text);
    const template = looks[dark.matches ? "dark" : "light"];
    if (place.clientWidth < NARROW) fit(place, data, layout);
    const shown = { ...layout, template, autosize: true, dragmode: false };
    Plotly.newPlot(place, data, shown, { responsive: true, displaylogo: false });
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
