/** Which files a job's results are. */
import type { RemoteFile } from './downloads.js';
import type { Result } from './types.js';

/** What can be downloaded of a finished video. */
export type FileKind = 'video' | 'poster' | 'srt' | 'vtt';

/** The files of the results, of all platforms or of the chosen ones. */
export function filesOf(
  results: readonly Result[],
  kinds: readonly FileKind[] = ['video'],
  platforms?: readonly string[],
): RemoteFile[] {
  const files: RemoteFile[] = [];
  for (const result of results) {
    const { row_key, platform = '', size_bytes } = result;
    if (platforms && !platforms.includes(platform)) continue;
    for (const kind of kinds) {
      const url = result[`${kind}_url`];
      const size = (kind === 'video' && size_bytes) || null;
      if (url) files.push({ name: nameOf(url, `${row_key}-${platform}-${kind}`), url, row_key, platform, size });
    }
  }
  return files;
}

/** The name at the end of a link's path. */
function nameOf(url: string, otherwise: string): string {
  const last = url.split(/[?#]/, 1)[0]?.split('/').pop() ?? '';
  try {
    return decodeURIComponent(last) || otherwise;
  } catch {
    return last;
  }
}
