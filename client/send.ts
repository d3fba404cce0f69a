import type { HttpRequest } from '#client/request';
import { retryAfterSeconds, retryDelaySeconds } from '#client/retry';
import type { ClientRuntime, Settings } from '#client/settings';
import { SluiceError } from '#client/sluice-error';

/** An answer with a status of success, before it is parsed. */
export type RawAnswer = { readonly status: number; readonly text: string; readonly isJson: boolean; readonly version: number | null; readonly traceId: string | null };

/** How patiently a request is sent. */
export type Patience = { readonly timeoutSeconds: number; readonly maximumAttempts: number; readonly signal: AbortSignal | undefined };

/** The largest answer that is read: a page of 200 resources or events of 32 kB is 6.4 MB; ten times that is a mistake. */
const MAXIMUM_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Sends a request until it succeeds, fails for good, or was tried often enough.
 * @throws SluiceError for a problem document or when nothing was answered; the signal's reason when it was aborted.
 */
export async function send(request: HttpRequest, settings: Settings, around: { readonly runtime: ClientRuntime; readonly patience: Patience }): Promise<RawAnswer> {
  const { runtime, patience } = around;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await sendOnce(request, settings, around);
    if (!(outcome instanceof SluiceError)) return outcome;
    const delaySeconds = attempt < patience.maximumAttempts ? retryDelaySeconds(outcome, { attempt, repeatable: request.repeatable, random: runtime.random }) : null;
    if (delaySeconds === null) throw outcome;
    await sleepUnlessAborted(delaySeconds, around);
  }
}

async function sleepUnlessAborted(seconds: number, around: { readonly runtime: ClientRuntime; readonly patience: Patience }): Promise<void> {
  try {
    await around.runtime.sleep(seconds, around.patience.signal);
  } catch (error) {
    around.patience.signal?.throwIfAborted();
    throw error;
  }
}

async function sendOnce(request: HttpRequest, settings: Settings, around: { readonly runtime: ClientRuntime; readonly patience: Patience }): Promise<RawAnswer | SluiceError> {
  const { runtime, patience } = around;
  const timeout = AbortSignal.timeout(Math.ceil(patience.timeoutSeconds * 1000));
  const signal = patience.signal === undefined ? timeout : AbortSignal.any([timeout, patience.signal]);
  try {
    const response = await runtime.fetch(request.url, {
      method: request.method, headers: request.headers, redirect: 'manual', signal, ...(request.body === undefined ? {} : { body: request.body }),
    });
    return answerOf(response, await boundedText(response), runtime.now());
  } catch (error) {
    if (error instanceof SluiceError) return error;
    patience.signal?.throwIfAborted();
    const why = timeout.aborted ? `no answer within ${patience.timeoutSeconds} s` : reasonOf(error);
    return SluiceError.of('unreachable', `${request.method} ${settings.url.origin}${request.url.pathname}: ${why}`, { cause: error });
  }
}

function answerOf(response: Response, text: string, nowMilliseconds: number): RawAnswer | SluiceError {
  const traceId = traceIdOf(response.headers);
  if (response.status >= 300 && response.status < 400) {
    return SluiceError.of('unexpected-answer', `the server sends us on to ${response.headers.get('location') ?? 'another address'}; use that address itself`, { status: response.status });
  }
  if (!response.ok) {
    return SluiceError.ofAnswer({ status: response.status, text, retryAfterSeconds: retryAfterSeconds(response.headers.get('retry-after'), nowMilliseconds), ...(traceId === null ? {} : { traceId }) });
  }
  return { status: response.status, text, isJson: /^application\/([\w.+-]+\+)?json\b/i.test(response.headers.get('content-type') ?? ''), version: versionOf(response.headers.get('etag')), traceId };
}

/** An ETag is the version of the stream in quotes. */
function versionOf(etag: string | null): number | null {
  const digits = /^(?:W\/)?"(\d{1,15})"$/.exec(etag ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The trace id in an answer's `traceparent`. Source: W3C Trace Context §3.2. */
function traceIdOf(headers: Headers): string | null {
  return headers.get('x-trace-id') ?? /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(headers.get('traceparent') ?? '')?.[1] ?? null;
}

async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MAXIMUM_ANSWER_BYTES) throw SluiceError.of('unexpected-answer', `the answer is larger than ${MAXIMUM_ANSWER_BYTES} bytes`, { status: response.status });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** `fetch` says only "fetch failed"; the reason is in the cause, and for several addresses in that one's parts. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof AggregateError) return cause.errors.map((one) => reasonOf(one)).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
