// The health check of the container: ends with 0 when the server in it answers /healthz, else with 1 and the reason.
import { get as getPlainly } from 'node:http';
import { get as getOverTls } from 'node:https';

/** Less than the 3 s that the Dockerfile gives the check, so that the reason is still told. */
const TIMEOUT_MILLISECONDS = 2500;

const { SLUICE_PORT: port = '7700', SLUICE_TLS_CERT: certificate } = process.env;
const isEncrypted = certificate !== undefined && certificate !== '';
// The certificate names the outside, not 127.0.0.1; and nobody stands between a container and itself.
const options = { host: '127.0.0.1', port, path: '/healthz', timeout: TIMEOUT_MILLISECONDS, ...(isEncrypted ? { rejectUnauthorized: false } : {}) };

const request = (isEncrypted ? getOverTls : getPlainly)(options, (response) => {
  response.resume();
  if (response.statusCode !== 200) fail(`/healthz answers ${response.statusCode}`);
});
request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MILLISECONDS} ms`)));
request.on('error', (error) => fail(error.message));

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
