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

export async function withManifest(blob, format, manifest) {
  const words = JSON.stringify(manifest);
  if (format === "svg") return inSvg(await blob.text(), words);
  return inPng(new Uint8Array(await blob.arrayBuffer()), words);
}

function inSvg(svg, words) {
  const end = svg.indexOf(">", svg.indexOf("<svg")) + 1;
  const inside = words.replaceAll("]]>", "]]\\u003e");
  const parts = [svg.slice(0, end), `<metadata><![CDATA[${inside}]]></metadata>`, svg.slice(end)];
  return new Blob(parts, { type: "image/svg+xml" });
}

// A PNG with the manifest in an iTXt chunk, right behind the header (8 bytes of signature, 25 of IHDR).
function inPng(png, words) {
  const content = new TextEncoder().encode(`iTXtmanifest\0\0\0\0\0${words}`);
  const chunk = new Uint8Array(content.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length - 4);
  chunk.set(content, 4);
  view.setUint32(chunk.length - 4, crc(content));
  return new Blob([png.slice(0, 33), chunk, png.slice(33)], { type: "image/png" });
}

function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}
