import { outcomes } from './exit-codes.ts';
import { runCommandLine } from './run-command-line.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second time, somebody means it.
    if (interrupt.signal.aborted) process.exit(outcomes.interrupted.exitCode);
    interrupt.abort(new Error(signal));
  });
}

// Whoever reads our output may stop reading (`sluice list | head`): then there is nobody left to tell anything.
process.stdout.on('error', (error: Error & { readonly code?: string }) => {
  process.exit(error.code === 'EPIPE' ? outcomes.done.exitCode : outcomes.bug.exitCode);
});

process.exitCode = await runCommandLine({
  words: process.argv.slice(2), environment: process.env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, signal: interrupt.signal,
});
