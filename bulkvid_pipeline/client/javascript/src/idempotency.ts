/** A name that no other request has. */
export function idempotencyKey(): string {
  const bytes = new Uint8Array(16);
  if (globalThis.crypto) globalThis.crypto.getRandomValues(bytes);
  else bytes.forEach((_, place) => (bytes[place] = Math.floor(256 * Math.random()))); // node 18 has no global crypto
  return `js-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
