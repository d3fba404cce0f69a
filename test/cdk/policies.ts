import * as z from 'zod';

import type { Synthesized } from './synthesized.ts';

const oneOrMany = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const statement = z.object({ Effect: z.string(), Action: oneOrMany, Resource: oneOrMany, Condition: z.unknown().optional() });
const document = z.object({ Statement: z.array(statement) });
const reference = z.object({ Ref: z.string() });

/** What a role may do: its inline policies, and those that other resources attach to it. */
export type RolePolicies = { readonly role: string; readonly statements: readonly z.infer<typeof statement>[]; readonly text: string };

/** Every role of a template with all that it may. */
export function rolesOf(synthesized: Synthesized): readonly RolePolicies[] {
  const attached = synthesized.properties('AWS::IAM::Policy', z.object({ PolicyDocument: document, Roles: z.array(reference) }));
  return synthesized.of('AWS::IAM::Role').map(([role, { Properties }]) => {
    const { Policies: inline = [], ManagedPolicyArns: managed = [] } = z.object({ Policies: z.array(z.object({ PolicyDocument: document })).optional(), ManagedPolicyArns: z.array(z.unknown()).optional() }).parse(Properties);
    const documents = [...inline.map((one) => one.PolicyDocument), ...attached.filter(({ Roles }) => Roles.some(({ Ref }) => Ref === role)).map((one) => one.PolicyDocument)];
    return { role, statements: documents.flatMap((one) => one.Statement), text: JSON.stringify([documents, managed]) };
  });
}

/** A value of a template as a text, references as `<id>`. */
export function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const parsed = z.union([
    z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }).transform(({ 'Fn::Join': [between, parts] }) => parts.map(flat).join(between)),
    z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((one) => `<${one['Fn::GetAtt'][0]}>`),
    reference.transform((one) => `<${one.Ref}>`),
    z.object({ 'Fn::ImportValue': z.string() }).transform((one) => `<${one['Fn::ImportValue']}>`),
  ]).safeParse(value);
  return parsed.success ? parsed.data : JSON.stringify(value);
}
