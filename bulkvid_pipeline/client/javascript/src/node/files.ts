/** Files of the disk as what `fetch` sends. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

export async function blobOf(path: string): Promise<{ name: string; content: Blob }> {
  return { name: basename(path), content: new Blob([await readFile(path)]) };
}
