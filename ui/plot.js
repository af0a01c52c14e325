// Draws one Plotly figure in place, so that zoom and pan outlive every rerun, and says what is done to it:
// {kind: "select", ids, operation}, {kind: "pin", ids}, {kind: "clear"} or {kind: "save", format}.

let loading;
function plotly(url) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("plotly.js could not be loaded"));
    document.head.append(script);
  });
  return loading;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const given = JSON.parse(new TextDecoder().decode(data));
  let place = parentElement.querySelector(".an-plot");
  if (!place) {
    place = document.createElement("div");
    place.className = "an-plot";
    place.setAttribute("role", "figure");
    parentElement.append(place);
  }
  place.style.height = `${given.figure.layout.height}px`;
  place.setAttribute("aria-label", given.alt);
  place.say = (event) => setTriggerValue("event", { ...event, seen: given.seen });
  place.latest = given;
  place.turn = Promise.allSettled([plotly(given.plotly), place.turn]) // one after the other
    .then(() => plotly(given.plotly))
    .then((Plotly) => (given === place.latest || given.save) && draw(Plotly, place, given))
    .catch((error) => (place.textContent = `The figure could not be drawn: ${error.message}.`));
  return () => {
    place.latest = null;
    place.deaf?.();
    place.folds = null;
    window.Plotly?.purge(place);
  };
}

// A title in as few lines as fit the width, about equally long; the axis makes room for them by itself.
function folded(text, width) {
  const longest = Math.max(12, Math.floor(width / 7.5)); // about 7.5 pixels a character
  const fewest = wrapped(text, longest).length;
  let even = Math.ceil(text.length / fewest);
  while (wrapped(text, even).length > fewest) even += 1;
  return wrapped(text, even).join("<br>");
}

function wrapped(text, longest) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = `${lines.at(-1)} ${word}`.trim();
    if (line.length > longest && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines;
}

// Fold the title of the x axis into the width there is, anew whenever the figure becomes wider or narrower.
function fold(place, { title }) {
  place.whole = title?.text;
  if (title?.text) title.text = folded(title.text, place.clientWidth - 80);
}

function refold(Plotly, place) {
  const size = place._fullLayout?._size;
  if (!place.whole || !size) return;
  const text = folded(place.whole, size.w + 2 * Math.min(size.l, size.r)); // it stands below the middle of the axis
  if (text !== place.layout.xaxis.title.text) Plotly.relayout(place, { "xaxis.title.text": text });
}

// Names beside bars or cells leave these more than half of the width: begin and end say most.
function shorten(axis, width, share) {
  const longest = Math.max(10, Math.floor((share * width) / 7.5));
  const half = Math.floor((longest - 1) / 2);
  const shortened = (name) => (name.length > longest ? `${name.slice(0, half)}…${name.slice(-half)}` : name);
  if (axis?.ticktext) axis.ticktext = axis.ticktext.map(shortened);
}

// Numbers written in cells that are too narrow for them are left to hovering.
function unwrite({ data, layout }, width) {
  const heat = data.find(({ type }) => type === "heatmap");
  const columns = layout.xaxis?.tickvals?.length ?? heat?.x?.length ?? 0;
  if (heat && 0.5 * width < 34 * columns) layout.annotations = [];
}

async function draw(Plotly, place, given) {
  const { data, layout } = given.figure;
  const dragmode = place._fullLayout?.dragmode;
  const tools = ["pan", "select", "lasso"];
  if (given.events && !layout.scene && tools.includes(dragmode)) layout.dragmode = dragmode; // it stays in the hand
  const height = layout.yaxis?.scaleanchor ? Math.min(layout.height, place.clientWidth) : layout.height; // of a square
  place.style.height = `${height}px`;
  fold(place, layout.xaxis ?? {});
  unwrite(given.figure, place.clientWidth);
  for (const [name, axis] of Object.entries(layout)) {
    if (/^yaxis/.test(name)) shorten(axis, place.clientWidth, axis.scaleanchor ? 0.25 : 0.4);
    if (/^xaxis/.test(name) && axis.tickangle) shorten(axis, place.clientWidth, 0.25);
  }
  await Plotly.react(place, data, { ...layout, height, autosize: true }, config(Plotly, place, given));
  if (!place.listening) listen(Plotly, place);
  if (!place.folds) place.on("plotly_afterplot", (place.folds = () => refold(Plotly, place)));
  refold(Plotly, place);
  place.dataset.drawn = given.seen;
  if (given.save && place.saved !== given.save.turn) {
    place.saved = given.save.turn;
    await save(Plotly, place, given);
  }
}

// Another config makes Plotly start anew, zoom and all; so there is one for each kind of figure.
function config(Plotly, place, given) {
  const { scene } = given.figure.layout;
  const kind = `${Boolean(scene)} ${given.events}`;
  if (place.kind !== kind) Object.assign(place, { kind, config: configOf(Plotly, place, given, scene) });
  return place.config;
}

function configOf(Plotly, place, given, scene) {
  const tools = given.events && !scene ? ["pan2d", "select2d", "lasso2d"] : [];
  const views = scene
    ? ["orbitRotation", "tableRotation", "resetCameraDefault3d"]
    : ["zoomIn2d", "zoomOut2d", "resetScale2d"];
  const picture = {
    name: "Save as PNG",
    icon: Plotly.Icons.camera,
    click: () => place.say({ kind: "save", format: "png" }),
  };
  return {
    responsive: true,
    scrollZoom: Boolean(given.events),
    displaylogo: false,
    displayModeBar: given.events ? true : "hover",
    modeBarButtons: [tools, views, [picture]].filter((group) => group.length),
  };
}

// The ids of points; rings and lines have none.
function named(points) {
  return points.map(({ customdata }) => customdata).filter((id) => typeof id === "string");
}

// The figure follows its column: the sidebar may come after it, and Plotly itself hears of the window alone.
function widen(Plotly, place) {
  const observer = new ResizeObserver(() => {
    if (!place.isConnected) observer.disconnect();
    else if (place.clientWidth && place._fullLayout?.width !== place.clientWidth) Plotly.Plots.resize(place);
  });
  observer.observe(place);
}

function listen(Plotly, place) {
  place.listening = true;
  widen(Plotly, place);
  let operation;
  const modifiers = (event) => {
    operation = event.altKey ? "remove" : event.shiftKey || event.metaKey || event.ctrlKey ? "add" : undefined;
  };
  place.addEventListener("mousedown", modifiers, true);
  place.on("plotly_click", ({ points }) => {
    const ids = named(points.slice(0, 1));
    if (ids.length) place.say({ kind: "pin", ids, beside: operation === "add" });
  });
  place.on("plotly_selected", (event) => {
    if (!event?.points) return;
    place.say({ kind: "select", ids: named(event.points), operation });
  });
  place.on("plotly_deselect", () => place.say({ kind: "clear" }));

  let hand = null; // the tool that Shift has put aside for the lasso
  const over = () => place.matches(":hover");
  const press = (event) => {
    if (event.key === "Shift" && hand === null && over() && place._fullLayout.dragmode === "pan") {
      hand = "pan";
      Plotly.relayout(place, { dragmode: "lasso" });
    }
  };
  const release = (event) => {
    if (event.key === "Shift" && hand !== null) {
      Plotly.relayout(place, { dragmode: hand });
      hand = null;
    }
  };
  window.addEventListener("keydown", press);
  window.addEventListener("keyup", release);
  place.deaf = () => {
    window.removeEventListener("keydown", press);
    window.removeEventListener("keyup", release);
    place.listening = false;
  };
}

// A figure for other paper, with what was done to the one on the screen: zoom, hidden series, folded words.
function asSeen({ data, layout }, place) {
  const found = { ...layout };
  for (const [name, axis] of Object.entries(place.layout))
    if (/^[xy]axis\d*$/.test(name)) {
      const { range, autorange, ticktext } = axis;
      const title = { ...layout[name]?.title, text: axis.title?.text ?? "" };
      found[name] = { ...layout[name], range, autorange, title, ...(ticktext && { ticktext }) };
    }
  if (layout.scene) found.scene = { ...layout.scene, camera: place.layout.scene?.camera };
  const shown = (trace, at) => ({ ...trace, visible: place.data[at]?.visible ?? trace.visible ?? true });
  return { data: data.map(shown), layout: found };
}

async function save(Plotly, place, { code, save, name, manifest, figure, titled, printed }) {
  const { download, withManifest } = await import(new URL(`${code}/files.js`, document.baseURI));
  const onScreen = { data: place.data, layout: { ...place.layout, ...titled } };
  const whole = printed ? asSeen(printed, place) : onScreen;
  const size = { width: Math.max(place.clientWidth, 760), height: figure.layout.height };
  const scale = save.format === "png" && save.width ? save.width / size.width : save.scale;
  const url = await Plotly.toImage(whole, { format: save.format, scale, ...size });
  const text = save.format === "svg" && decodeURIComponent(url.slice(url.indexOf(",") + 1));
  const drawn = text ? new Blob([text]) : await (await fetch(url)).blob();
  download(await withManifest(drawn, save.format, manifest, save.dpi), `${name}.${save.format}`);
}
