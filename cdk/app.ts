import { App, CliCredentialsStackSynthesizer } from 'aws-cdk-lib';

import { readSettings } from './settings.ts';
import { ControlPlaneStack } from './stacks/control-plane.ts';
import { DataStack } from './stacks/data.ts';

const settings = readSettings();

/** With the emulator the CLI's own credentials are used: with `--iam` it refuses the roles of the bootstrap. */
const app = new App({ ...(settings.emulator === undefined ? {} : { defaultStackSynthesizer: new CliCredentialsStackSynthesizer() }), analyticsReporting: false });
const env = { account: process.env['CDK_DEFAULT_ACCOUNT'], region: process.env['CDK_DEFAULT_REGION'] };
const named = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
const data = new DataStack(app, `${settings.name}-data`, { env: named, settings });
new ControlPlaneStack(app, settings.name, { env: named, settings, data: data.data });
app.synth();
