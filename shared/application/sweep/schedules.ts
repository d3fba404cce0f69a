import { nowOf } from '#application/context';
import type { ScheduleHandlers } from '#application/handlers';
import { eachTenant } from '#application/sweep/each-tenant';
import { expireCommands } from '#application/sweep/expire-commands';
import { LookRoom } from '#application/sweep/look-room';
import { sweepTenant } from '#application/sweep/sweep-tenant';

/** Samples are kept for a day, as their port says. */
const SAMPLES_SECONDS = 86_400;

/** The sweep of a minute ends before that of the next begins, with time for what an engine does beside it. */
const SWEEP_MILLISECONDS = 40_000;

/**
 * How many deployments one sweep looks at. Each is asked about once at Step Functions, which answers `DescribeExecution` 10 times a second in most
 * regions, 600 times in a minute (its service quotas), and others ask too.
 */
const MAXIMUM_DEPLOYMENTS = 500;

/** What is done again and again, for all tenants. What went wrong for one is thrown once all had their turn. */
export const scheduleHandlers: ScheduleHandlers = {
  sweep: async (context) => {
    const { clock } = context.ports;
    const until = clock.now() + SWEEP_MILLISECONDS;
    const room = new LookRoom(MAXIMUM_DEPLOYMENTS, () => clock.now() < until);
    await eachTenant(context, { name: 'sweep', mayGoOn: () => room.left > 0 && room.isInTime(), act: async (own) => await sweepTenant(own, room) });
  },
  expire: async (context) => {
    const { samples, idempotency, clock } = context.ports;
    await samples.expire(Math.floor(clock.now() / 1000) - SAMPLES_SECONDS);
    await idempotency.expire(nowOf(context));
    await eachTenant(context, { name: 'expiry', act: async (own) => {
      await expireCommands(own);
      return { errors: [] };
    } });
  },
};
