import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { configPath, serverSettings } from '#cli/settings';
import { agentSettings, serveSettings, serveVariables, settingsFrom } from '#contracts/environment';

import { TemporaryFolder } from './run-cli.ts';

/** The settings with a config file of this text and mode, and the warnings that were given. */
function withConfig(text: string | undefined, given: { readonly flags?: { url?: string; key?: string }; readonly environment?: Record<string, string>; readonly mode?: number }) {
  using folder = new TemporaryFolder();
  const environment = { XDG_CONFIG_HOME: folder.path, ...given.environment };
  if (text !== undefined) {
    mkdirSync(join(folder.path, 'sluice'));
    writeFileSync(configPath(environment), text);
    chmodSync(configPath(environment), given.mode ?? 0o600);
  }
  const warnings: string[] = [];
  return { settings: serverSettings({ flags: given.flags ?? {}, environment, warn: (warning) => warnings.push(warning) }), warnings };
}

const config = JSON.stringify({ url: 'https://file.example.com', key: 'file-key' });

describe('server and key', () => {
  it.each([
    ['nothing is given', undefined, {}, { url: 'http://127.0.0.1:7700' }],
    ['there is a config file', config, {}, { url: 'https://file.example.com', key: 'file-key' }],
    ['the environment says otherwise', config, { environment: { SLUICE_URL: 'https://env.example.com', SLUICE_KEY: 'env-key' } }, { url: 'https://env.example.com', key: 'env-key' }],
    ['a flag says otherwise again', config, { flags: { url: 'https://flag.example.com' }, environment: { SLUICE_URL: 'https://env.example.com', SLUICE_KEY: 'env-key' } }, { url: 'https://flag.example.com', key: 'env-key' }],
    ['a variable is empty', config, { environment: { SLUICE_URL: '', SLUICE_KEY: '' } }, { url: 'https://file.example.com', key: 'file-key' }],
    ['the config file has only a key', '{"key":"file-key"}', {}, { url: 'http://127.0.0.1:7700', key: 'file-key' }],
    ['another server is named: the file\'s key stays here', config, { flags: { url: 'https://other.example.com' } }, { url: 'https://other.example.com' }],
    ['another server behind the same host is named', config, { flags: { url: 'https://file.example.com/other-stage' } }, { url: 'https://file.example.com/other-stage' }],
    ['the file\'s server is named by a flag', config, { flags: { url: 'https://file.example.com/' } }, { url: 'https://file.example.com/', key: 'file-key' }],
  ])('are right when %s', (_, text, given, expected) => {
    expect(withConfig(text, given).settings).toEqual(expected);
  });

  it('come with a warning when others can read the config file', () => {
    expect(withConfig(config, { mode: 0o644 }).warnings).toEqual([expect.stringMatching(/can be read by others.*chmod 600/)]);
    expect(withConfig(config, { mode: 0o600 }).warnings).toEqual([]);
  });

  it.each([['no JSON', '{', /is no JSON/], ['another field', '{"token":"geheim"}', /token is not known here/], ['a wrong type', '{"key":12345}', /key must be text/]])('fail with the file\'s name for %s, and do not show the key', (_, text, message) => {
    expect(() => withConfig(text, {})).toThrow(message);
    expect(() => withConfig(text, {})).not.toThrow(/geheim|12345/);
  });
});

describe('the settings of serve', () => {
  const read = (flags: Record<string, unknown>, environment: Record<string, string> = {}) => serveSettings.safeParse(settingsFrom(serveVariables, flags, environment));

  it('have defaults, and take flags before variables', () => {
    expect(read({})).toMatchObject({ data: { host: '127.0.0.1', port: 7700, data: '.sluice', insecure: false, allowedHosts: [] } });
    expect(read({ port: '0' }, { SLUICE_PORT: '8000', SLUICE_HOST: '::1', SLUICE_INSECURE: 'true', SLUICE_ALLOWED_HOSTS: 'a.example.com, b.example.com' })).toMatchObject({ data: { port: 0, host: '::1', insecure: true, allowedHosts: ['a.example.com', 'b.example.com'] } });
  });

  it.each([
    ['port', { SLUICE_PORT: 'http' }], ['port', { SLUICE_PORT: '70000' }], ['insecure', { SLUICE_INSECURE: 'maybe' }], ['tlsKey', { SLUICE_TLS_CERT: 'cert.pem' }], ['tlsCert', { SLUICE_TLS_KEY: 'key.pem' }], ['adminKey', { SLUICE_ADMIN_KEY: 'short' }],
  ])('name a bad %s', (name, environment) => {
    expect(read({}, environment).error?.issues[0]?.path[0]).toBe(name);
  });
});

it('the settings of agent take a list from a variable and from flags', () => {
  expect(agentSettings.parse({ target: 'a', allow: '/usr/bin/node, /opt/shop' }).allow).toEqual(['/usr/bin/node', '/opt/shop']);
  expect(agentSettings.parse({ target: 'a', allow: ['node'] }).allow).toEqual(['node']);
  expect(agentSettings.safeParse({}).error?.issues[0]?.path).toEqual(['target']);
});
