import { expect } from 'vitest';

import { decide } from '#domain/deployment/decide';
import type { DeploymentCommand } from '#domain/deployment/command';
import { deploymentEventPayloads } from '#domain/deployment/events';
import type { Actor, DeploymentEvent, DeploymentEventType } from '#domain/deployment/events';
import { foldDeployment } from '#domain/deployment/evolve';
import type { Plan } from '#domain/deployment/plan';
import type { DeploymentRequest, DeploymentState } from '#domain/deployment/state';
import type { Rejection } from '#domain/rejection';

/** The events of a deployment so far. */
export type Story = readonly DeploymentEvent[];

export const ID = 'dep-01kaj3zv6w8y2r9d4x5b7c1m0n';
export const ann: Actor = { id: 'key-ann', name: 'ann' };
export const bob: Actor = { id: 'key-bob', name: 'bob' };
export const cem: Actor = { id: 'key-cem', name: 'cem' };
export const sluice: Actor = { id: 'sluice', name: 'sluice' };

/** The instant so many seconds after the stories begin (noon, UTC). */
export function at(seconds: number): string {
  return new Date(Date.UTC(2030, 0, 1, 12) + seconds * 1000).toISOString();
}

export const request: DeploymentRequest = {
  deployment: ID, application: 'shop', release: '2.0.0', environment: 'production', strategy: null, priority: 'normal', ifRunning: 'queue', requestedBy: ann, retryOf: null, rollbackOf: null,
};

/** The state that a story leads to. */
export function stateOf(story: Story): DeploymentState {
  const state = foldDeployment(story, { id: ID, plans: noPlan });
  if (state === undefined) throw new Error('the story has no events');
  return state;
}

/** Goes on with a story by commands, each of which must be accepted. Every event must fit the schema of its type. */
export function told(story: Story, ...commands: readonly DeploymentCommand[]): Story {
  return commands.reduce((before, command) => {
    const decision = decide(foldDeployment(before, { id: ID, plans: noPlan }), command);
    if (!decision.accepted) throw new Error(`${command.type} was refused: ${decision.rejection.reason}`);
    decision.events.forEach(fits);
    return [...before, ...decision.events];
  }, story);
}

/** A deployment that was asked for, and the one that has a plan. */
export const requested: Story = told([], { type: 'Request', request, at: at(0) });

export function planned(plan: Plan): Story {
  return told(requested, { type: 'RecordPlan', plan, stored: null, environmentVersion: 1, reason: 'planned', at: at(0) });
}

/** An expected event: its type and its whole payload. */
export type Told = { readonly [Type in DeploymentEventType]: readonly [Type, Extract<DeploymentEvent, { type: Type }>['payload']] }[DeploymentEventType];

/** What came of a command. */
export type Outcome = {
  /** Exactly these events follow, at the time of the command. */
  readonly thenEvents: (...expected: readonly Told[]) => void;
  /** Events of these types follow, whatever they say. */
  readonly thenTypes: (...types: readonly DeploymentEventType[]) => void;
  /** It is accepted, and nothing follows: it was done before, or is of no interest any more. */
  readonly thenNothing: () => void;
  /** It is refused. */
  readonly thenRefused: (reason: RegExp, more?: Partial<Rejection>) => void;
  /** The state after it, which must have been accepted; and the story with what followed. */
  readonly state: DeploymentState;
  readonly story: Story;
};

function outcomeOf(story: Story, command: DeploymentCommand): Outcome {
  const decision = decide(foldDeployment(story, { id: ID, plans: noPlan }), command);
  const events = (): Story => {
    if (!decision.accepted) throw new Error(`${command.type} was refused: ${decision.rejection.reason}`);
    decision.events.forEach(fits);
    return decision.events;
  };
  return {
    thenEvents: (...expected) => {
      expect(events().map((event) => [event.type, event.payload])).toEqual(expected);
      expect(events().map((event) => event.at)).toEqual(expected.map(() => command.at));
    },
    thenTypes: (...types) => {
      expect(events().map((event) => event.type)).toEqual(types);
    },
    thenNothing: () => {
      expect(events()).toEqual([]);
    },
    thenRefused: (reason, { kind = 'conflict', code = 'conflict', ...more } = {}) => {
      expect(decision).toMatchObject({ accepted: false, rejection: { kind, code, ...more, reason: expect.stringMatching(reason) } });
    },
    get state() {
      return stateOf([...story, ...events()]);
    },
    get story() {
      return [...story, ...events()];
    },
  };
}

/** `given(story).when(command).thenEvents(…)`. */
export function given(story: Story): { readonly when: (command: DeploymentCommand) => Outcome } {
  return { when: (command) => outcomeOf(story, command) };
}

function fits(event: DeploymentEvent): void {
  expect(deploymentEventPayloads[event.type].parse(event.payload)).toEqual(event.payload);
}

function noPlan(digest: string): Plan {
  throw new Error(`no plan is stored apart, also not ${digest}`);
}
