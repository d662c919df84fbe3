// Types and calls of `src/generated`, out of the document that the API has of itself: `npm run generate [document.json]`.
// Without a document, the project's Python tells it (variable PYTHON, else the project's .venv); no server runs.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const generated = join(root, 'src/generated');
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
    output: { path: generated, importFileExtension: '.js' },
    plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
    logs: { level: 'warn' },
  });
  for (const path of readdirSync(generated, { recursive: true }).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join(generated, path), 'utf8');
    // Comments of the generator recommend other packages by links, which are no part of what this one says.
    writeFileSync(join(generated, path), text.replace(/\{@link https?:\S+ (`[^`]+`)\}/g, '$1'));
  }
} finally {
  rmSync(folder, { recursive: true });
}
