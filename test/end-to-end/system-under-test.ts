import { inject } from 'vitest';

/** Where the system under test is, and the keys that it was set up with. Nothing else is known of it. */
export type SystemUnderTest = {
  readonly url: string;
  /** Makes tenants and their first keys. */
  readonly operatorKey: string;
  /** An admin key of the tenant that is there from the start. */
  readonly adminKey: string;
};

declare module 'vitest' {
  interface ProvidedContext {
    systemUnderTest: SystemUnderTest;
  }
}

/** The system that this run tests: the one that the environment names, or one that was started for it. */
export const systemUnderTest = inject('systemUnderTest');
