/** Names of downloaded files: what the server says is never trusted with where a file goes. */
const LONGEST_BYTES = 180;
const FORBIDDEN = /[<>:"/\\|?*\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/** `name` without what could lead out of a folder or that a file system refuses, at most 180 bytes long. */
export function safeName(name: string, otherwise = 'file'): string {
  let cleaned = trimmed(name.normalize('NFC').replace(FORBIDDEN, '_'));
  if (!cleaned.replaceAll('_', '')) cleaned = name === otherwise ? 'file' : safeName(otherwise, otherwise);
  if (DEVICES.test(cleaned)) cleaned = `_${cleaned}`;
  const dot = cleaned.lastIndexOf('.');
  const ending = dot > 0 && cleaned.length - dot <= 11 ? cleaned.slice(dot) : '';
  return shortened(cleaned.slice(0, cleaned.length - ending.length), LONGEST_BYTES - byteLength(ending)) + ending;
}

/** Distinct names for files in one folder, also on a disk that ignores case: where two clash, the row's key goes before. */
export function distinctNames(files: readonly { name: string; row_key: string }[]): string[] {
  const names = files.map((file) => safeName(file.name, file.row_key));
  const count = new Map<string, number>();
  for (const name of names) count.set(folded(name), (count.get(folded(name)) ?? 0) + 1);
  const taken = new Set<string>();
  return names.map((name, place) => {
    const wanted = (count.get(folded(name)) ?? 0) > 1 ? safeName(`${files[place]?.row_key}-${name}`) : name;
    let unique = wanted;
    for (let number = 2; taken.has(folded(unique)); number += 1) unique = safeName(`${number}-${wanted}`);
    taken.add(folded(unique));
    return unique;
  });
}

function folded(name: string): string {
  return name.toLowerCase();
}

function trimmed(name: string): string {
  return name.replace(/^[ .]+|[ .]+$/g, '');
}

function shortened(text: string, bytes: number): string {
  let short = text;
  while (byteLength(short) > bytes) short = [...short].slice(0, -1).join('');
  return short === text ? text : trimmed(short);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
