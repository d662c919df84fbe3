/** Sheets that are uploaded: a Blob or File, or in node the path of a file. */
import { BulkJobsError } from './errors.js';

export interface NamedBlob {
  name: string;
  content: Blob;
}

/** The content of a sheet and the name under which it is uploaded. */
export async function sheetFile(file: Blob | string, name?: string): Promise<NamedBlob> {
  if (typeof file !== 'string') {
    return { name: name ?? ('name' in file && typeof file.name === 'string' ? file.name : 'sheet'), content: file };
  }
  const { blobOf } = await import('./node/files.js').catch(() => ({ blobOf: undefined }));
  if (!blobOf) throw new BulkJobsError('Paths need a file system', { fix: 'In a browser, give the File itself' });
  const found = await blobOf(file);
  return { ...found, name: name ?? found.name };
}
