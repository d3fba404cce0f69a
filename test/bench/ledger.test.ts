import { createServer } from 'node:http';

import { describe, expect, it } from 'vitest';

import { countResources } from '../../bench/ledger/app.ts';
import { CLIENTS, since, startCountingProxy } from '../../bench/ledger/counting-proxy.ts';
import { costOf, operationNames, prices, sum, times } from '../../bench/ledger/operations.ts';
import { idleMonth, judged, ledgerRows, recordedCounts, waitingAgent } from '../../bench/ledger/rows.ts';
import { LEDGER_MARKERS, ledgerTable, withLedger } from '../../bench/ledger/table.ts';
import { readProjectFile } from '../architecture/project.ts';

describe('the ledger', () => {
  it('stands in the README as the counts and the prices say; `npm run ledger -- --write` writes it anew', () => {
    const readme = readProjectFile('README.md');
    expect(withLedger(readme, ledgerTable(ledgerRows()))).toBe(readme);
    expect(readme.slice(readme.indexOf(LEDGER_MARKERS.begin), readme.indexOf(LEDGER_MARKERS.end)).split('\n').filter((line) => line.startsWith('| ')).length).toBe(ledgerRows().length + 1);
  });

  it('has a price with its source for everything that is counted', () => {
    expect(Object.keys(prices.items).toSorted()).toEqual([...operationNames].toSorted());
    for (const { source, seen } of Object.values(prices.items)) {
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
      expect(seen.how === 'page').toBe(/^https:\/\/([a-z]+\.)?(aws\.amazon\.com)\//.test(seen.by));
    }
  });

  it('keeps each target, by the figure that the target is about', () => {
    const targets = ledgerRows().map(judged).filter(({ target }) => target !== undefined);
    expect(targets.map(({ target }) => target)).toEqual([{ price: 'list', usd: 0.005 }, { price: 'afterFree', usd: 1 }]);
    expect(targets.map(({ what, isWithin }) => [what, isWithin])).toEqual(targets.map(({ what }) => [what, true]));
    for (const one of targets) expect(one.isWithin).toBe((one.target?.price === 'list' ? one.list : one.afterFree) <= (one.target?.usd ?? 0));
  });

  it('was counted with an agent that worked: all kinds of functions were called, and the machine went through its steps', () => {
    const { canary, rest, request } = recordedCounts();
    expect(canary.transitions).toBeGreaterThan(30);
    expect(Object.keys(canary.functions)).toEqual(expect.arrayContaining(['api', 'next-step', 'dispatch-step', 'record-report', 'relay', 'projector', 'timer', 'resume-machine']));
    expect(rest.functions['sweep']?.calls).toBeGreaterThan(1);
    expect(request.functions['api']?.counts?.writeUnits).toBeGreaterThan(0);
  });
});

describe('what it costs', () => {
  it('is the amount by the price, at the list price and after what is free', () => {
    expect(costOf({ stateTransitions: 5000, busEvents: 1_000_000 })).toMatchObject({ list: 0.125 + 1, afterFree: 0.025 + 1, parts: [['busEvents', 1], ['stateTransitions', 0.125]] });
  });

  it('counts what Lambda reads of the stream, which DynamoDB takes nothing for', () => {
    const { streamReads = 0 } = idleMonth(recordedCounts());
    expect(streamReads).toBe(2 * 4 * 4 * 730 * 3600);
    expect(costOf({ streamReads }).list).toBe(0);
  });

  it('counts a metric for each hour in which a schedule writes it', () => {
    const counted = recordedCounts();
    const sweep = { calls: 3, milliseconds: 3, ownBytes: 3, metrics: ['sweep/StreamsBehind'] };
    const metricsOf = (minutes: number) => idleMonth({ ...counted, app: { ...counted.app, schedules: { sweep: minutes } }, idle: { seconds: 200, functions: { sweep } } }).customMetricMonths;
    expect([metricsOf(1), metricsOf(60)]).toEqual([1, 1]);
    expect(metricsOf(120)).toBeCloseTo(0.5);
    expect(costOf({ customMetricMonths: 1 })).toMatchObject({ list: 0.3, afterFree: 0 });
  });

  it('takes what a schedule did while nothing happened, before what it did beside an agent', () => {
    const counted = recordedCounts();
    const seen = (ownBytes: number) => ({ seconds: 200, functions: { sweep: { calls: 1, milliseconds: 1, ownBytes, metrics: [] } } });
    const logOf = (idle: number, rest: number) => idleMonth({ ...counted, idle: seen(idle), rest: seen(rest) }).logGigabytes ?? 0;
    expect(logOf(1_000_000, 0)).toBeGreaterThan(10 * logOf(0, 1_000_000));
    expect(logOf(0, 1_000_000)).toBe(logOf(0, 0));
  });

  it('counts an agent\'s pings', () => {
    expect(waitingAgent(recordedCounts()).socketMessages).toBeGreaterThanOrEqual(2 * 12 * 730);
  });

  it('adds up and multiplies by name', () => {
    expect(sum({ traces: 1, busEvents: 2 }, { traces: 3 })).toEqual({ traces: 4, busEvents: 2 });
    expect(times({ traces: 2 }, 3)).toEqual({ traces: 6 });
  });
});

describe('the synthesized app', () => {
  it('is counted by what costs something by being there', () => {
    const metric = { MetricStat: {} };
    expect(countResources([
      { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Errors' } }, { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics: [metric, metric, { Expression: 'a + b' }] } },
      { Type: 'AWS::Lambda::EventSourceMapping', Properties: { StartingPosition: 'TRIM_HORIZON' } }, { Type: 'AWS::Lambda::EventSourceMapping', Properties: {} },
      { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: { 'Fn::Join': ['', ['{"widgets":[{"properties":{}},{"properties":{"metrics":[["AWS/Lambda","Errors","FunctionName","', { Ref: 'One' }, '"],[".","Throttles",".","."],["AWS/Lambda","Errors","FunctionName","', { Ref: 'One' }, '",{"stat":"Sum"}]]}}]}']] } } },
      { Type: 'AWS::Scheduler::Schedule', Properties: { Name: 'sluice-sweep', ScheduleExpression: 'rate(2 hours)' } }, { Type: 'AWS::KMS::Key', Properties: {} },
    ])).toEqual({ alarmMetrics: 3, dashboardMetrics: [2], secrets: 0, customerKeys: 1, streamMappings: 1, queuePollers: 1, archives: 0, tracedFunctions: 0, schedules: { sweep: 120 } });
  });
});

describe('the proxy that counts', () => {
  it('asks DynamoDB what a call consumed, and counts it for the function that called', async () => {
    const asked: { path: string; body: string }[] = [];
    const emulator = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => {
        asked.push({ path: request.url ?? '', body });
        response.end(JSON.stringify({ ConsumedCapacity: [{ CapacityUnits: 4 }, { CapacityUnits: 1.5 }] }));
      });
    });
    await new Promise<void>((resolve) => { emulator.listen(0, '127.0.0.1', resolve); });
    const address = emulator.address();
    const proxy = await startCountingProxy(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
    const call = async (url: string, target: string, body: object) => await (await fetch(url, { method: 'POST', headers: { 'x-amz-target': target }, body: JSON.stringify(body) })).text();
    await call(`${proxy.urlOf('relay')}/`, 'DynamoDB_20120810.TransactWriteItems', { TransactItems: [] });
    const before = proxy.counts();
    await call(`${proxy.urlOf('relay')}/`, 'DynamoDB_20120810.Query', { TableName: 'state' });
    await call(`${proxy.urlOf('relay')}/`, 'AWSEvents.PutEvents', { Entries: [{ Detail: '{"a":1}' }, { Detail: '{}' }] });
    await call(`${proxy.url}/_aws/execute-api/1/api/v1`, '', {});
    expect(asked.map(({ path }) => path)).toEqual(['/', '/', '/', '/_aws/execute-api/1/api/v1']);
    expect(JSON.parse(asked[1]?.body ?? '')).toEqual({ TableName: 'state', ReturnConsumedCapacity: 'TOTAL' });
    expect(proxy.counts()['relay']).toMatchObject({ calls: 3, writeUnits: 5.5, readUnits: 5.5, busEvents: 2, busBytes: 9 });
    expect(since(before, proxy.counts())).toMatchObject({ relay: { calls: 2, writeUnits: 0, readUnits: 5.5 }, [CLIENTS]: { restRequests: 1 } });
    await proxy.close();
    await new Promise((resolve) => { emulator.close(resolve); });
  });
});
