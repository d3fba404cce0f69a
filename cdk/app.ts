import { App, CliCredentialsStackSynthesizer } from 'aws-cdk-lib';
import * as z from 'zod';

import { SETTINGS_CONTEXT, readSettings } from './settings.ts';
import { ControlPlaneStack } from './stacks/control-plane.ts';

const app = new App({ analyticsReporting: false });
const settings = readSettings(process.env['SLUICE_CDK_SETTINGS'] ?? z.string().optional().parse(app.node.tryGetContext(SETTINGS_CONTEXT)));

/** With the emulator the CLI's own credentials are used: with `--iam` it refuses the roles of the bootstrap. */
const synthesizer = settings.emulator === undefined ? {} : { synthesizer: new CliCredentialsStackSynthesizer() };
const env = { account: process.env['CDK_DEFAULT_ACCOUNT'], region: process.env['CDK_DEFAULT_REGION'] };
const named = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
new ControlPlaneStack(app, settings.name, { env: named, settings, ...synthesizer });
app.synth();
