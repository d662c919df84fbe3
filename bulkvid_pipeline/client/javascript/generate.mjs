// Types and calls of `src/generated`, out of the document that the API has of itself: `npm run generate [document.json]`.
// Without a document, the project's Python tells it (variable PYTHON, else the project's .venv); no server runs.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createClient } from '@hey-api/openapi-ts';

const DOCUMENT_OF_API = `
import json
from bulkvid_pipeline.api.app import create_app
print(json.dumps(create_app().openapi()))
`;
const root = fileURLToPath(new URL('.', import.meta.url));
const venv = join(root, '../../../.venv/bin/python');
const folder = mkdtempSync(join(tmpdir(), 'bulkvid-openapi-'));
try {
  const document = process.argv[2] ?? join(folder, 'openapi.json');
  if (!process.argv[2]) {
    const python = process.env.PYTHON ?? (existsSync(venv) ? venv : 'python3');
    writeFileSync(document, execFileSync(python, ['-c', DOCUMENT_OF_API], { maxBuffer: 64 * 1024 * 1024 }));
  }
  await createClient({
    input: document,
    output: { path: join(root, 'src/generated'), importFileExtension: '.js' },
    plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
    logs: { level: 'warn' },
  });
} finally {
  rmSync(folder, { recursive: true });
}
