/** Which files a job's results are. */
import type { RemoteFile } from './downloads.js';
import type { Result } from './types.js';

export function filesOf(results: readonly Result[], platforms?: readonly string[]): RemoteFile[] {
  void platforms;
  return results.map((result) => ({ name: nameOf(result.url ?? '', result.row_key), url: result.url ?? '', row_key: result.row_key, platform: '', size: null, sha256: null }));
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
