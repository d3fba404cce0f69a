import { describe, expect, it } from 'vitest';

import { createMetrics } from '#application/http/metrics';

describe('metrics', () => {
  it('are written as Prometheus reads them', () => {
    const metrics = createMetrics();
    const jobs = metrics.counter({ name: 'jobs_total', help: 'Jobs', labels: ['kind', 'outcome'] });
    const plain = metrics.counter({ name: 'starts_total', help: 'Starts' });
    metrics.gauge({ name: 'queue', help: 'Waiting jobs' }, () => 7);
    const seconds = metrics.histogram({ name: 'job_seconds', help: 'Time of a job', labels: ['kind'] }, [0.1, 1]);
    jobs.add(['a', 'done']);
    jobs.add(['a', 'done'], 2);
    jobs.add(['say "hi"\n', 'back\\slash']);
    for (const value of [0.05, 0.1, 0.5, 3]) seconds.observe(value, ['a']);
    expect(metrics.text()).toBe(`# HELP jobs_total Jobs
# TYPE jobs_total counter
jobs_total{kind="a",outcome="done"} 3
jobs_total{kind="say \\"hi\\"\\n",outcome="back\\\\slash"} 1
# HELP starts_total Starts
# TYPE starts_total counter
starts_total 0
# HELP queue Waiting jobs
# TYPE queue gauge
queue 7
# HELP job_seconds Time of a job
# TYPE job_seconds histogram
job_seconds_bucket{kind="a",le="0.1"} 2
job_seconds_bucket{kind="a",le="1"} 3
job_seconds_bucket{kind="a",le="+Inf"} 4
job_seconds_sum{kind="a"} 3.65
job_seconds_count{kind="a"} 4
`);
    plain.add();
    expect(metrics.text()).toContain('starts_total 1\n');
  });

  it('have one meaning per name', () => {
    const metrics = createMetrics();
    metrics.counter({ name: 'jobs_total', help: 'Jobs' });
    expect(() => metrics.counter({ name: 'jobs_total', help: 'Others' })).toThrow('jobs_total');
  });

  it('do not grow without end', () => {
    const metrics = createMetrics();
    const jobs = metrics.counter({ name: 'jobs_total', help: 'Jobs', labels: ['id'] });
    for (let index = 0; index < 5000; index += 1) jobs.add([`${index}`]);
    expect(metrics.text().split('\n').length).toBeLessThan(2010);
    expect(metrics.text()).toContain('jobs_total{id="other"} 3000');
  });
});
