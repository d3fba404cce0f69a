import { outcomes } from './exit-codes.ts';
import { runCommandLine } from './run-command-line.ts';

/** Ctrl-C reaches every process of a terminal, and a launcher in between passes it on once more: within this time it is the same one. */
const SAME_INTERRUPT_MILLISECONDS = 1000;

const interrupt = new AbortController();
let interruptedAt = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second time, somebody means it.
    if (interrupt.signal.aborted && Date.now() - interruptedAt > SAME_INTERRUPT_MILLISECONDS) process.exit(outcomes.interrupted.exitCode);
    if (interrupt.signal.aborted) return;
    interruptedAt = Date.now();
    interrupt.abort(new Error(signal));
  });
}

// A launcher that stands before this process (on an older Node) may be killed without a chance to pass it on.
if (process.env.SLUICE_LAUNCHED !== undefined && process.channel !== undefined) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
delete process.env.SLUICE_LAUNCHED;

// Whoever reads our output may stop reading (`sluice list | head`): then there is nobody left to tell anything.
process.stdout.on('error', (error: Error & { readonly code?: string }) => {
  process.exit(error.code === 'EPIPE' ? outcomes.done.exitCode : outcomes.bug.exitCode);
});

process.exitCode = await runCommandLine({
  words: process.argv.slice(2), environment: process.env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, signal: interrupt.signal,
});
