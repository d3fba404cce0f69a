import { App } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import * as z from 'zod';

import { parseSettings } from '#cdk/settings';
import { ControlPlaneStack } from '#cdk/stacks/control-plane';

import { readProjectFile } from '../architecture/project.ts';

/** Where the tests' stacks go. */
export const env = { account: '123456789012', region: 'eu-central-1' } as const;

/** The flags that `cdk.json` gives to the app. */
export const { context } = z.object({ app: z.string(), context: z.record(z.string(), z.unknown()) }).parse(JSON.parse(readProjectFile('cdk.json')));

const resource = z.looseObject({ Type: z.string(), Properties: z.looseObject({}).default({}), DependsOn: z.unknown().optional(), DeletionPolicy: z.string().optional(), UpdateReplacePolicy: z.string().optional() });
const template = z.looseObject({ Resources: z.record(z.string(), resource), Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}) });

export type Resource = z.infer<typeof resource>;

/** A stack's template, with the ids of its resources in their order. */
export class Synthesized {
  readonly json: z.infer<typeof template>;

  constructor(json: unknown) {
    this.json = template.parse(json);
  }

  /** The resources of a type by their ids. */
  of(type: string): readonly (readonly [id: string, resource: Resource])[] {
    return Object.entries(this.json.Resources).filter(([, one]) => one.Type === type);
  }

  /** The properties of all resources of a type. */
  properties<Shape extends z.ZodType>(type: string, shape: Shape): readonly z.output<Shape>[] {
    return this.of(type).map(([, one]) => shape.parse(one.Properties));
  }

  /** How many resources there are. */
  get size(): number {
    return Object.keys(this.json.Resources).length;
  }

  get types(): readonly string[] {
    return [...new Set(Object.values(this.json.Resources).map((one) => one.Type))].sort();
  }
}

/** An app with the flags of `cdk.json`. */
export function newApp(): App {
  return new App({ context: { ...context }, analyticsReporting: false });
}

/** The app's one stack for some settings, as `cdk/app.ts` makes it, before it is synthesized. */
export function controlPlaneIn(app: App, given: unknown = {}): ControlPlaneStack {
  const settings = parseSettings(given, 'the test');
  return new ControlPlaneStack(app, settings.name, { env, settings });
}

/** The template of the app for some settings. */
export function synthesize(given: unknown = {}): Synthesized {
  const app = newApp();
  return synthesizedOf(app, controlPlaneIn(app, given));
}

/** The template of one stack of an app. */
export function synthesizedOf(app: App, stack: Stack): Synthesized {
  return new Synthesized(app.synth().getStackArtifact(stack.artifactId).template);
}
