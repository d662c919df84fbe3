// Get job analytics
const analytics = await client.getJobAnalytics({
  start_date: '2025-10-01',
  end_date: '2025-10-31',
  group_by: 'template_id'
});

console.log('Analytics:', analytics);
// Output:
// {
//   total_jobs: 25,
//   total_items: 1250,
//   success_rate: 0.96,
//   avg_processing_time: 45.2,
//   cost_summary: { total: 1250.00, by_template: {...} }
// }
