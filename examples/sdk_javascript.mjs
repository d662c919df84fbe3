// A sheet becomes videos on this disk: `node sdk_javascript.mjs ideas.csv videos`, with the token in BULKVID_API_KEY.
// The package is made with `npm pack` in bulkvid_pipeline/client/javascript and installed with `npm install FILE.tgz`.
import { BulkJobsClient, BulkJobsError, JobFailedError } from 'bulkvid-client';

const [sheet = 'ideas.csv', folder = 'videos'] = process.argv.slice(2);
const client = new BulkJobsClient({
  apiKey: process.env.BULKVID_API_KEY ?? '',
  baseURL: process.env.BULKVID_API_URL ?? 'http://127.0.0.1:8000',
});

try {
  const job = await client.createJob({ title: 'My videos', file: sheet, resolution: '720p' });
  console.log(`${job.id}: ${job.items_total ?? '?'} rows`);
  for (const { cell, problem, fix } of job.validation?.findings ?? []) console.log(`  ${cell}: ${problem} (${fix})`);
  await client.monitorJob(job.id, ({ state, percent_complete }) => console.log(`${state}, ${percent_complete} %`));
  for (const { path, bytes } of await client.downloadResults(job.id, folder)) console.log(`${path}, ${bytes} bytes`);
} catch (error) {
  if (!(error instanceof BulkJobsError)) throw error;
  console.error(String(error));
  if (error instanceof JobFailedError) {
    for await (const row of client.getItems(error.job.id, { state: ['failed'] })) {
      console.error(`  row ${row.sheet_row}: ${row.error} (${row.fix})`);
    }
  }
  process.exitCode = 1;
}
