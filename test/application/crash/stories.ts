import { afterAll, beforeAll } from 'vitest';

import { Folders, beforeStories } from './lives.ts';
import type { Moment } from './lives.ts';

/** What the stories of one test file begin with. */
export type Stories = { readonly folders: Folders; readonly before: Moment };

/** Makes the moment before all stories once for a test file, and removes everything after it. It is there when the first test runs. */
export function stories(): Stories {
  const folders = new Folders();
  let before: Moment | undefined;
  beforeAll(async () => {
    before = await beforeStories(folders);
  });
  afterAll(async () => {
    await folders.removeAll();
  });
  return {
    folders,
    get before() {
      if (before === undefined) throw new Error('stories begin within tests');
      return before;
    },
  };
}
