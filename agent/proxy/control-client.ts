import { request } from 'node:http';

import { configuredAnswer, countsAnswer, proxyState } from '#agent/proxy/control-messages';
import type { HandOverRequest, ProxyState } from '#agent/proxy/control-messages';
import type { ProxyConfiguration } from '#agent/proxy/configuration';
import type { CountedSecond } from '#agent/proxy/counts';

/** A proxy answers at once unless its machine is very busy. A hand-over waits for a new process: 20 s there, and some more here. */
const ANSWER_SECONDS = 5;
const HAND_OVER_SECONDS = 25;

/** What a proxy answered when it refused. */
export class ControlRefused extends Error {}

/** Speaks with one proxy over its control socket. Every call throws when the proxy does not answer in time. */
export class ProxyControl {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async state(): Promise<ProxyState> {
    return proxyState.parse(await this.#call('GET', '/state'));
  }

  /**
   * Tells it what to do; answers whether it accepts nobody any more, since somebody else has asked it to end.
   * @throws ControlRefused when its ports cannot be had, with the reason.
   */
  async configure(configuration: ProxyConfiguration): Promise<{ readonly leaving: boolean }> {
    return configuredAnswer.parse(await this.#call('PUT', '/configuration', { body: configuration }));
  }

  /** The counts of seconds after this one that are over. */
  async counts(afterSecond: number): Promise<readonly CountedSecond[]> {
    return countsAnswer.parse(await this.#call('GET', `/counts?after=${afterSecond}`)).seconds;
  }

  async handOver(to: HandOverRequest): Promise<void> {
    await this.#call('POST', '/hand-over', { body: to, seconds: HAND_OVER_SECONDS });
  }

  async leave(): Promise<void> {
    await this.#call('POST', '/leave');
  }

  #call(method: string, path: string, given: { readonly body?: unknown; readonly seconds?: number } = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.#socket, method, path, agent: false, signal: AbortSignal.timeout((given.seconds ?? ANSWER_SECONDS) * 1000), headers: { 'content-type': 'application/json' } }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => { text += chunk; });
        response.once('error', reject);
        response.once('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text));
          else reject(new ControlRefused(reasonIn(text)));
        });
      });
      call.once('error', reject);
      call.end(given.body === undefined ? undefined : JSON.stringify(given.body));
    });
  }
}

function reasonIn(text: string): string {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null && 'reason' in parsed ? String(parsed.reason) : text;
}
