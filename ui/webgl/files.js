// Files that carry how they were made, and their way to the user.

export function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Words that are safe inside an SVG.
export function escaped(words) {
  const known = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  const plain = String(words).replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
  return [...plain].map((one) => known[one] ?? one).join("");
}

// `dpi`, if given, tells a program that opens a PNG how wide it is on paper.
export async function withManifest(blob, format, manifest, dpi) {
  const words = JSON.stringify(manifest);
  if (format === "svg") return inSvg(await blob.text(), words);
  return inPng(new Uint8Array(await blob.arrayBuffer()), words, dpi);
}

function inSvg(svg, words) {
  const end = svg.indexOf(">", svg.indexOf("<svg")) + 1;
  const inside = words.replaceAll("]]>", "]]\\u003e");
  const parts = [svg.slice(0, end), `<metadata><![CDATA[${inside}]]></metadata>`, svg.slice(end)];
  return new Blob(parts, { type: "image/svg+xml" });
}

// A PNG with its dots per inch, where known, and the manifest, right behind the header (8 bytes of signature, 25 of
// IHDR).
function inPng(png, words, dpi) {
  const parts = [chunk("iTXt", new TextEncoder().encode(`manifest\0\0\0\0\0${words}`))];
  if (typeof dpi === "number" && dpi > 0) parts.unshift(chunk("pHYs", density(dpi)));
  return new Blob([png.slice(0, 33), ...parts, png.slice(33)], { type: "image/png" });
}

// Pixels per metre across and down, and the unit: 1, metres.
function density(dpi) {
  const content = new Uint8Array(9);
  const view = new DataView(content.buffer);
  for (const at of [0, 4]) view.setUint32(at, Math.round(dpi / 0.0254));
  content[8] = 1;
  return content;
}

// Length, kind, content, checksum of the two before it.
function chunk(kind, content) {
  const found = new Uint8Array(content.length + 12);
  const view = new DataView(found.buffer);
  view.setUint32(0, content.length);
  found.set(new TextEncoder().encode(kind), 4);
  found.set(content, 8);
  view.setUint32(found.length - 4, crc(found.subarray(4, -4)));
  return found;
}

function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}
