// node render.mjs WORK_FOLDER OUTPUT CHROMIUM
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '@remotion/bundler';
import { renderMedia, selectComposition } from '@remotion/renderer';

const [folder, output, chromium] = process.argv.slice(2);
const work = JSON.parse(readFileSync(join(folder, 'work.json'), 'utf8'));
delete work.changes;
const entryPoint = join(dirname(fileURLToPath(import.meta.url)), 'index.jsx');
const serveUrl = await bundle({ entryPoint, publicDir: folder, rspack: false });
const chosen = {
  serveUrl,
  inputProps: { work },
  browserExecutable: chromium,
  chromeMode: 'chrome-for-testing',
  chromiumOptions: { gl: 'swangle' },
  timeoutInMilliseconds: 120000,
};
const composition = await selectComposition({ ...chosen, id: 'row' });
await renderMedia({
  ...chosen,
  composition,
  codec: 'h264',
  crf: 20,
  x264Preset: 'superfast',
  imageFormat: 'jpeg',
  concurrency: 2,
  outputLocation: output,
  overwrite: true,
});
process.exit(0);
