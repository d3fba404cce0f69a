import type { MachineName } from '#contracts/functions';
import { blueGreen } from '#stepfunctions/blue-green.asl';
import { canary } from '#stepfunctions/canary.asl';
import type { StateMachine } from '#stepfunctions/language';
import { recover } from '#stepfunctions/recover.asl';
import { recreate } from '#stepfunctions/recreate.asl';
import { rolling } from '#stepfunctions/rolling.asl';

/** Every state machine, by name. Both engines run these very objects. */
export const machines: { readonly [Name in MachineName]: StateMachine } = { canary, 'blue-green': blueGreen, rolling, recreate, recover };
