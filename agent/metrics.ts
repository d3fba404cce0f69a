import { createServer } from 'node:http';
import type { Server } from 'node:http';

import type { ComponentHealth } from '#contracts/adapter';
import { sketchCount, sketchQuantile, bucketSeconds } from '#domain/analysis/latency-sketch';
import type { LatencySketch } from '#domain/analysis/latency-sketch';
import type { SupervisedComponent } from '#agent/component/supervised-component';
import type { TrafficLedger } from '#agent/traffic-ledger';

/** What is shown. */
export type MetricsSource = {
  readonly ledger: TrafficLedger;
  readonly components: () => readonly SupervisedComponent[];
  readonly health: () => Promise<readonly ComponentHealth[]>;
  readonly connected: () => boolean;
  readonly pendingReports: () => number;
};

type Labels = { readonly [name: string]: string };
type Metric = { readonly name: string; readonly type: 'counter' | 'gauge' | 'summary'; readonly help: string; readonly values: readonly { readonly suffix?: string; readonly labels: Labels; readonly value: number }[] };

const QUANTILES = [0.5, 0.9, 0.99] as const;

/** Serves the metrics as Prometheus text on the loopback address; answers the server and its address. */
export async function serveMetrics(source: MetricsSource, port: number): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    const answer = async () => {
      if (request.method !== 'GET' || request.url !== '/metrics') {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('the metrics are at /metrics\n');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(await metricsText(source));
    };
    void answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}/metrics` };
}

/** The metrics of this moment. Counts are those since the agent was started, and of up to five minutes before. */
export async function metricsText(source: MetricsSource): Promise<string> {
  await source.ledger.collect(source.components());
  const health = await source.health();
  return [...trafficMetrics(source.ledger), ...stateMetrics(source, health)].map(textOf).join('');
}

function trafficMetrics(ledger: TrafficLedger): readonly Metric[] {
  const releases = ledger.releases.map((one) => ({ one, labels: labelsOf(one) }));
  return [
    { name: 'sluice_requests_total', type: 'counter', help: 'Requests that were given to a release.', values: releases.map(({ one, labels }) => ({ labels, value: one.requests })) },
    { name: 'sluice_request_errors_total', type: 'counter', help: 'Requests that a release answered with 5xx or not at all.', values: releases.map(({ one, labels }) => ({ labels, value: one.errors })) },
    { name: 'sluice_request_duration_seconds', type: 'summary', help: 'Time until the answer of a release began, within 1 %.', values: releases.flatMap(({ one, labels }) => summaryOf(one.latency, labels)) },
    { name: 'sluice_proxy_failed_total', type: 'counter', help: 'Answers 502, 503 and 504 that the proxy made itself, and connections it had no room for.', values: ledger.proxies.map((one) => ({ labels: { application: one.application, component: one.component }, value: one.failed })) },
  ];
}

function labelsOf({ application, component, release }: { readonly application: string; readonly component: string; readonly release: string }): Labels {
  return { application, component, release };
}

function summaryOf(latency: LatencySketch, labels: Labels): Metric['values'] {
  const sum = latency.buckets.reduce((total, [bucket, count]) => total + count * bucketSeconds(bucket), 0);
  return [
    ...QUANTILES.map((quantile) => ({ labels: { ...labels, quantile: String(quantile) }, value: sketchQuantile(latency, quantile) ?? Number.NaN })),
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: sketchCount(latency) },
  ];
}

function stateMetrics(source: MetricsSource, health: readonly ComponentHealth[]): readonly Metric[] {
  return [
    { name: 'sluice_instances_wanted', type: 'gauge', help: 'Instances that are to run.', values: health.map((one) => ({ labels: labelsOf(one), value: one.replicas })) },
    { name: 'sluice_instances_ready', type: 'gauge', help: 'Instances that run and are healthy.', values: health.map((one) => ({ labels: labelsOf(one), value: one.readyReplicas })) },
    { name: 'sluice_component_state', type: 'gauge', help: 'The state of a component, as its label says.', values: health.map((one) => ({ labels: { ...labelsOf(one), state: one.state }, value: 1 })) },
    { name: 'sluice_weight_percent', type: 'gauge', help: 'Share of the traffic on the new side.', values: source.components().map(({ record }) => ({ labels: { application: record.application, component: record.component }, value: record.current.weightPercent })) },
    { name: 'sluice_agent_connected', type: 'gauge', help: 'Whether the control plane answers.', values: [{ labels: {}, value: source.connected() ? 1 : 0 }] },
    { name: 'sluice_agent_pending_reports', type: 'gauge', help: 'Reports that the control plane has not taken yet.', values: [{ labels: {}, value: source.pendingReports() }] },
  ];
}

/** Source: the text format of Prometheus, version 0.0.4. */
function textOf({ name, type, help, values }: Metric): string {
  const lines = values.map(({ suffix, labels, value }) => `${name}${suffix ?? ''}${labelText(labels)} ${Number.isNaN(value) ? 'NaN' : value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
