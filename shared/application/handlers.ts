import type { z } from 'zod';

import type { CallContext, Context } from '#application/context';
import type { BusConsumer } from '#contracts/bus-rules';
import type { EventEnvelope } from '#contracts/events';
import type { MachineTask, TokenTask, machineTasks } from '#contracts/functions';
import type { Operation, OperationInput, OperationOutput } from '#contracts/http/routes';
import type { ScheduleName, TimerPayload } from '#contracts/timers';

/** The answer of a use case behind a route: the body, and the version for the ETag where the route is versioned. */
export type OperationAnswer<Name extends Operation> = { readonly body: OperationOutput<Name>; readonly version?: number };

/** A use case for each route. */
export type OperationHandlers = { readonly [Name in Operation]: (context: CallContext, input: OperationInput<Name>) => Promise<OperationAnswer<Name>> };

/** A use case for each task of a machine. One with a token answers by the token; what it returns is ignored. */
export type TaskHandlers = {
  readonly [Task in MachineTask]: (context: Context, input: z.output<(typeof machineTasks)[Task]['input']>) => Promise<Task extends TokenTask ? void : z.output<(typeof machineTasks)[Task]['result']>>;
};

/** A use case for each consumer on the bus. Called at least once per event, in no order. */
export type ConsumerHandlers = { readonly [Consumer in BusConsumer]: (context: Context, event: EventEnvelope) => Promise<void> };

/** What happens when a timer fires; at least once. */
export type TimerHandler = (context: Context, payload: TimerPayload) => Promise<void>;

/** A use case for each schedule; its context is that of no tenant (`operator`). */
export type ScheduleHandlers = { readonly [Name in ScheduleName]: (context: Context) => Promise<void> };

/** Brings one event into the read models; called in the order of a stream, at least once. */
export type Projector = (context: Context, event: EventEnvelope) => Promise<void>;

/** Everything an engine calls. Both engines are given the same object. */
export type Handlers = {
  readonly operations: OperationHandlers;
  readonly tasks: TaskHandlers;
  readonly consumers: ConsumerHandlers;
  readonly timer: TimerHandler;
  readonly schedules: ScheduleHandlers;
  readonly project: Projector;
};
