import { inject } from 'vitest';

/** Where the system under test is, and the key that it was set up with. Nothing else is known of it. */
export type SystemUnderTest = {
  /** The address that stands before every path of the API. It may have a path of its own, such as a stage; no slash is at its end. */
  readonly url: string;
  /** Makes tenants and their first keys. */
  readonly operatorKey: string;
};

declare module 'vitest' {
  interface ProvidedContext {
    systemUnderTest: SystemUnderTest;
  }
}

/** The system that this run tests: the one that the environment names, or one that was started for it. */
export const systemUnderTest = inject('systemUnderTest');
