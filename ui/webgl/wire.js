// Bytes from the server, asked for once, unless they are here as text: an address names its content.

const LARGEST = 24; // answers that are kept
const known = new Map();

export function fetched(address, here = null) {
  const promise = known.get(address) ?? (here ? Promise.resolve(decoded(here)) : asked(address));
  known.delete(address); // the latest stands last
  known.set(address, promise);
  for (const oldest of known.keys()) {
    if (known.size <= LARGEST) break;
    known.delete(oldest);
  }
  return promise;
}

function decoded(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

async function asked(address) {
  try {
    const answer = await fetch(new URL(address, document.baseURI));
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    known.delete(address);
    throw error;
  }
}
