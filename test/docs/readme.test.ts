import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { DEFAULT_URL } from '#contracts/environment';

import { freePort } from '../../examples/demo/resources.ts';
import { guarded } from '../end-to-end-standalone/guarded.ts';
import { FreshFolder, linesOf, readmeBlocks, Terminal } from './readme-terminals.ts';
import type { ReadmeLine } from './readme-terminals.ts';

const [shopPort, port] = [await freePort(), await freePort()];
const url = `http://127.0.0.1:${port}`;
const folder = new FreshFolder(shopPort);
guarded(`agent ${join(folder.path, '.sluice-agent')}`);
guarded(`folder ${folder.path}`);

/** What the reader has typed into the terminals that go on. */
const open = new Map<string, Terminal>();
/** The environment of a reader's shell, but for the port: the default one may be taken on this machine. */
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|NODE_ENV$|VITEST|SLUICE_|INIT_CWD$)/.test(name))),
  PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: folder.path, SLUICE_PORT: String(port), SLUICE_URL: url, NO_COLOR: '1',
};
/** What the README leaves to be filled in, with what the commands before have printed. */
const filledIn = new Map<string, string>();

afterAll(async () => {
  await open.get('npx sluice agent')?.interrupt();
  await new Terminal('npx sluice agent --stop-all', folder.path, environment).ended();
  await Promise.all([...open.values()].map((one) => one.interrupt()));
  folder.remove();
});

/** Types a line as it stands, but for what is to be filled in. */
function typed(command: string): Terminal {
  const words = [...filledIn].reduce((text, [placeholder, value]) => text.replace(placeholder, value), command);
  return new Terminal(words, folder.path, environment);
}

/** Types a line that goes on, and waits for a word that it is ready. */
async function goesOn(name: string, command: string, ready: RegExp): Promise<RegExpExecArray> {
  const terminal = typed(command);
  open.set(name, terminal);
  return await terminal.says(ready);
}

const shop = async () => await fetch(`http://127.0.0.1:${shopPort}`, { headers: { connection: 'close' } }).then(async (answer) => String(await answer.text()), () => 'closed');

/** @throws when the README promises something that is not so */
function keeps(promised: string, isSo: boolean, instead: string): void {
  if (!isSo) throw new Error(`the README promises ${promised}; ${instead}`);
}

/** Does what a line says, and checks what its comment promises. */
async function follow({ command, comment }: ReadmeLine): Promise<void> {
  if (command === 'npm start') {
    keeps(`the address ${DEFAULT_URL}`, comment.includes(`"ready ${DEFAULT_URL}"`), comment);
    await goesOn(command, command, new RegExp(`^ready ${url}$`, 'm'));
    const [, admin = 'no admin key was printed'] = /admin key .*(slk_\S+)/.exec(open.get(command)?.output ?? '') ?? [];
    filledIn.set('slk_…', admin);
  } else if (command.startsWith('export ')) {
    const [name = '', value = ''] = command.slice('export '.length).split('=');
    keeps(`a value that was printed before for ${value}`, filledIn.has(value), command);
    environment[name] = filledIn.get(value) ?? value;
  } else if (/ npx sluice agent --target/.test(command)) {
    await goesOn('npx sluice agent', command, /serving target local/);
  } else if (command.startsWith('node ')) {
    await goesOn(command, command, /by 1\.0\.0/);
  } else {
    const { code, output } = await typed(command).ended();
    const promisedCode = Number(/exit code (\d+)/.exec(comment)?.[1] ?? 0);
    keeps(`exit code ${promisedCode} of ${command}`, code === promisedCode, `it was ${code ?? 'a signal'}: ${output}`);
    if (command.startsWith('npx sluice keys create')) filledIn.set('THE_AGENT_KEY', /slk_\S+/.exec(output)?.[0] ?? '');
    if (comment.includes('the shop is open')) keeps('a shop that is open', comment.includes('http://127.0.0.1:8080') && (await shop()).includes('"release":"1.0.0"'), await shop());
  }
}

describe('the README', () => {
  const [block = ''] = readmeBlocks('Use it', 'sh');
  const lines = linesOf(block);
  const last = lines.at(-1);
  const [script = ''] = readmeBlocks('Use it', 'js');

  it('can be followed, line by line', async () => {
    expect(lines.length).toBeGreaterThanOrEqual(9);
    for (const line of lines.slice(0, -1)) await follow(line);
    expect(await shop()).toContain('"release":"1.0.0"');
  }, 240_000);

  it('shows a script that does what it says', async () => {
    expect(script).toContain(DEFAULT_URL);
    writeFileSync(join(folder.path, 'script.mjs'), script.replace(DEFAULT_URL, url));
    const { code, output } = await typed('node --conditions=sluice-source script.mjs').ended();
    expect([code, output]).toEqual([0, expect.stringMatching(/^Succeeded /m)]);
    expect(await shop()).toContain('"release":"1.1.0"');
  }, 240_000);

  it('tells how to end it: the shop outlives its agent, until it is stopped', async () => {
    expect(last).toMatchObject({ command: 'npx sluice agent --stop-all', comment: expect.stringContaining('when the agent has ended') });
    await open.get('npx sluice agent')?.interrupt();
    expect(await shop()).toContain('"shop":"open"');
    if (last !== undefined) await follow(last);
    expect(await shop()).toBe('closed');
  }, 120_000);
});
