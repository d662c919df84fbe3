import { BulkJobsClient } from '@your-org/content-creator-sdk';

const client = new BulkJobsClient({
  apiKey: 'your_api_key',
  baseURL: 'https://api.example.com'
});

// Create and monitor a bulk job
async function createAndMonitorJob() {
  try {
    // Create the job
    const job = await client.createJob({
      title: 'My Campaign Videos',
      sheet_id: '1A2B3C4D5E6F7G8H9I0J',
      range: 'A1:Z100',
      output_bucket: 'my-videos',
      template_id: 'tpl_abc123'
    });
    
    console.log('Job created:', job.id);
    
    // Monitor progress
    const progress = await client.monitorJob(job.id, (update) => {
      console.log(`Progress: ${update.percent_complete}%`);
    });
    
    console.log('Job completed:', progress);
    
  } catch (error) {
    console.error('Job failed:', error);
  }
}
