import { targetAdapterContract } from '#test/contracts/target-adapter';
import { AgentMachine } from '#test/agent/support/agent-machine';

targetAdapterContract('processes behind a proxy', async () => {
  const machine = await AgentMachine.open();
  return {
    port: machine.adapter,
    target: machine.target,
    working: (release, replicas) => machine.side(release, { replicas }),
    failing: (release) => machine.side(release, { arguments: ['fail'] }),
    ask: () => fetch(`http://127.0.0.1:${machine.port}/`).then((answer) => answer.text(), () => undefined),
    restarted: () => machine.restart(),
    close: () => machine.close(),
  };
});
