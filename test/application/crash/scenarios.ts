import type { DeploymentView } from '#contracts/views';
import { Failure } from '#contracts/errors';
import type { Resource } from '#domain/resources/resource';
import { resource } from '#domain/resources/resource';
import { currentStep, isTerminal } from '#domain/deployment/state';
import type { DeploymentState, DeploymentStateName } from '#domain/deployment/state';

import type { Act, Script, World } from './world.ts';

/** A story with its end: what became of each deployment, by the release, and what runs on each target. */
export type Scenario = Script & {
  readonly name: string;
  readonly ends: { readonly [release: string]: DeploymentStateName };
  readonly runs: { readonly [component: string]: string };
  /** How long the control plane may be away; where people or samples would not wait that long it is less. */
  readonly downtimesSeconds: readonly number[];
};

const head = { apiVersion: 'sluice.dev/v1' } as const;

/** A shop of two components that is deployed to two targets of one wave, and a blog that never was; and an environment with a freeze half a minute after the stories begin. */
export const documents: readonly Resource[] = [
  { ...head, kind: 'Target', metadata: { name: 'east' }, spec: { provider: 'agent' } },
  { ...head, kind: 'Target', metadata: { name: 'west' }, spec: { provider: 'agent' } },
  { ...head, kind: 'AnalysisTemplate', metadata: { name: 'errors' }, spec: { lookSeconds: 3, horizonSeconds: 9, metrics: [{ name: 'errors', measure: 'errorPercent', failure: { op: '>', value: 2 }, minimumRequests: 10 }] } },
  { ...head, kind: 'Application', metadata: { name: 'shop' }, spec: { components: [{ name: 'web', port: 8080, replicas: 4 }, { name: 'mail', type: 'worker', replicas: 1 }] } },
  { ...head, kind: 'Application', metadata: { name: 'blog' }, spec: { components: [{ name: 'site', port: 8090, replicas: 2 }] } },
  { ...head, kind: 'Environment', metadata: { name: 'production' }, spec: { waves: [{ targets: ['east', 'west'] }], strategy: { type: 'rolling' } } },
  { ...head, kind: 'Environment', metadata: { name: 'guarded' }, spec: { waves: [{ targets: ['east', 'west'] }], strategy: { type: 'rolling' }, freezes: [{ name: 'evening', startsAt: '2026-11-21T12:00:05Z', endsAt: '2026-11-21T12:00:40Z' }] } },
  { ...head, kind: 'Release', metadata: { name: '0.1.0' }, spec: { application: 'blog', components: [{ name: 'site', artefact: { command: ['node', 'site.mjs'] } }] } },
  ...['1.0.0', '1.1.0', '1.2.0', '1.3.0'].map((name) => ({ ...head, kind: 'Release', metadata: { name }, spec: { application: 'shop', components: ['web', 'mail'].map((component) => ({ name: component, artefact: { command: ['node', `${name}.mjs`] } })) } })),
].map((one) => resource.parse(one));

const always = () => true;

/** Asks for a release under an idempotency key: who gets no answer asks again. */
export function request(release: string, more: object = {}, when: Act['when'] = always): Act {
  return { name: `request ${release}`, when, act: async (world) => {
    world.outside.asked[release] = await world.requestDeployment({ application: 'shop', release, environment: 'production', ...more }, `request-${release}`);
  } };
}

type Action = 'abortDeployment' | 'approveDeployment' | 'pauseDeployment' | 'resumeDeployment' | 'promoteDeployment';

/** Acts on a deployment. That it cannot be done any more means that it was done, and only the answer was lost. */
export function act(operation: Action, release: string, when: (state: DeploymentState) => boolean, body: object = {}): Act {
  return {
    name: `${operation} ${release}`,
    when: (state) => {
      const present = state(release);
      return present !== undefined && (isTerminal(present) || when(present));
    },
    act: async (world: World) => {
      try {
        await world.call(operation, { params: { id: world.outside.asked[release] ?? '' }, body }, { role: 'approver', name: 'bob' });
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'conflict') throw error;
      }
    },
  };
}

const isIn = (kind: string) => (state: DeploymentState) => currentStep(state)?.step.kind === kind && currentStep(state)?.status === 'running';
const stateIs = (release: string, ...names: readonly DeploymentView['state'][]): Act['when'] => (state) => names.some((name) => name === state(release)?.name);
const isPast = (kind: string) => (state: DeploymentState) => state.steps.some((one) => one.step.kind === kind && (one.status === 'succeeded' || one.status === 'skipped'));

const quiet: Pick<Script, 'answering' | 'behaviour'> = { answering: () => 'done', behaviour: {} };
const good = { requests: 50, errors: 0 };
const bad = { requests: 50, errors: 10 };
const on = (release: string) => ({ web: `new ${release}x4, 100 %`, mail: `new ${release}x1, 100 %` });
const stable = { web: 'stable 1.0.0x4, 0 %', mail: 'new 1.0.0x1, 100 %' };
const away = [0, 2, 20, 90];

/** The stories, each on the shop's 1.0.0 as it serves. */
export const scenarios: readonly Scenario[] = [
  { name: 'a first deployment', ...quiet, ends: { '0.1.0': 'Succeeded' }, runs: { site: 'new 0.1.0x2, 100 %' }, downtimesSeconds: away, acts: [request('0.1.0', { application: 'blog' })] },
  {
    name: 'a first deployment that does not start', behaviour: {}, ends: { '0.1.0': 'Failed' }, runs: { site: '0 %' }, downtimesSeconds: away,
    answering: (command) => (command.verb === 'apply' && command.desired.new !== null ? 'failed' : 'done'), acts: [request('0.1.0', { application: 'blog' })],
  },
  {
    name: 'a canary that a freeze holds', ...quiet, ends: { '1.1.0': 'Succeeded' }, runs: on('1.1.0'), downtimesSeconds: away,
    acts: [request('1.1.0', { environment: 'guarded', strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { bakeSeconds: 10 }] } })],
  },
  {
    name: 'a canary with analyses and a bake', ...quiet, behaviour: { '1.0.0': good, '1.1.0': good }, ends: { '1.1.0': 'Succeeded' }, runs: on('1.1.0'), downtimesSeconds: away,
    acts: [request('1.1.0', { strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { bakeSeconds: 3 }, { analysis: { template: 'errors' } }, { weightPercent: 50 }], analysis: { template: 'errors' } } })],
  },
  {
    name: 'a canary that its analysis turns back', ...quiet, behaviour: { '1.0.0': good, '1.1.0': bad }, ends: { '1.1.0': 'RolledBack' }, runs: stable, downtimesSeconds: away,
    acts: [request('1.1.0', { strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { analysis: { template: 'errors' } }] } })],
  },
  { name: 'a rolling replacement', ...quiet, ends: { '1.1.0': 'Succeeded' }, runs: on('1.1.0'), downtimesSeconds: away, acts: [request('1.1.0', { strategy: { type: 'rolling', batchSize: 2, maxUnavailable: 1 } })] },
  {
    name: 'blue-green with its clean-up', ...quiet, behaviour: { '1.0.0': good, '1.1.0': good }, ends: { '1.1.0': 'Succeeded' }, runs: on('1.1.0'), downtimesSeconds: away,
    acts: [request('1.1.0', { strategy: { type: 'blue-green', postPromotionAnalysis: { template: 'errors' }, scaleDownDelaySeconds: 5 } })],
  },
  { name: 'a recreation', ...quiet, ends: { '1.1.0': 'Succeeded' }, runs: on('1.1.0'), downtimesSeconds: away, acts: [request('1.1.0', { strategy: { type: 'recreate' } })] },
  {
    name: 'a failure whose way back fails at first, too', behaviour: {}, ends: { '1.1.0': 'RolledBack' }, runs: stable, downtimesSeconds: away,
    answering: (command) => (command.verb === 'apply' && (command.desired.weightPercent === 50 || command.id.includes('/restore/east')) ? 'failed' : 'done'),
    acts: [request('1.1.0', { strategy: { type: 'canary', steps: [{ weightPercent: 50 }] } })],
  },
  {
    name: 'an abort while traffic is shared', ...quiet, ends: { '1.1.0': 'Aborted' }, runs: stable, downtimesSeconds: away,
    acts: [request('1.1.0', { strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { pause: {} }] } }), act('abortDeployment', '1.1.0', (state) => isIn('pause')(state) || state.rollback !== null, { comment: 'no' })],
  },
  {
    name: 'an approval, a pause and a promotion', ...quiet, ends: { '1.1.0': 'Succeeded' }, runs: on('1.1.0'), downtimesSeconds: away,
    acts: [
      request('1.1.0', { strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { approval: { required: 1, timeoutSeconds: 120 } }, { weightPercent: 50 }, { pause: {} }] } }),
      act('pauseDeployment', '1.1.0', isIn('approve')), act('approveDeployment', '1.1.0', (state) => isIn('approve')(state) || isPast('approve')(state)),
      act('resumeDeployment', '1.1.0', isPast('approve')), act('promoteDeployment', '1.1.0', (state) => isIn('pause')(state) || isPast('pause')(state)),
    ],
  },
  {
    name: 'a queue, a replacement in it, and a supersession', ...quiet, ends: { '1.1.0': 'Aborted', '1.2.0': 'Aborted', '1.3.0': 'Succeeded' }, runs: on('1.3.0'), downtimesSeconds: away,
    acts: [
      request('1.1.0', { strategy: { type: 'canary', steps: [{ weightPercent: 25 }, { pause: {} }] } }),
      request('1.2.0', { strategy: { type: 'recreate' } }, stateIs('1.1.0', 'Progressing')),
      request('1.3.0', { strategy: { type: 'recreate' }, ifRunning: 'supersede' }, stateIs('1.2.0', 'Requested', 'Aborted')),
    ],
  },
];
