import { request } from 'node:http';
import { connect } from 'node:net';

import type { Component } from '#domain/resources/application';

type HealthCheck = NonNullable<Component['healthCheck']>;

/** What one check found. */
export type CheckResult = { readonly passed: true } | { readonly passed: false; readonly reason: string };

/** A connection to a port of the same machine takes no time; one that is not made after 2 s finds the process too busy to accept. */
const CONNECT_TIMEOUT_SECONDS = 2;

const passed: CheckResult = { passed: true };

/** Looks once whether an instance is healthy: by HTTP where the component says how, else whether its port can be reached, else it is by running. */
export function checkHealth(port: number | null, healthCheck: HealthCheck | undefined): Promise<CheckResult> {
  if (port === null) return Promise.resolve(passed);
  return healthCheck === undefined ? checkConnection(port) : checkHttp(port, healthCheck);
}

function checkHttp(port: number, healthCheck: HealthCheck): Promise<CheckResult> {
  return new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, path: healthCheck.path, agent: false, headers: { 'user-agent': 'sluice-health-check', connection: 'close' } }, (response) => {
      const status = response.statusCode ?? 0;
      clearTimeout(timer);
      response.destroy();
      resolve(status >= 200 && status < 400 ? passed : failed(`GET ${healthCheck.path} answered ${status}`));
    });
    const timer = setTimeout(() => call.destroy(new Error(`no answer within ${healthCheck.timeoutSeconds} s`)), healthCheck.timeoutSeconds * 1000);
    call.once('error', (error) => {
      clearTimeout(timer);
      resolve(failed(`GET ${healthCheck.path}: ${error.message}`));
    });
    call.end();
  });
}

function checkConnection(port: number): Promise<CheckResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: CONNECT_TIMEOUT_SECONDS * 1000 });
    const end = (result: CheckResult) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(passed));
    socket.once('timeout', () => end(failed(`port ${port} took no connection within ${CONNECT_TIMEOUT_SECONDS} s`)));
    socket.once('error', (error) => end(failed(`port ${port}: ${error.message}`)));
  });
}

function failed(reason: string): CheckResult {
  return { passed: false, reason };
}
