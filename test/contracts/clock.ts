import { describe, expect, it } from 'vitest';

import { deploymentId } from '#domain/deployment/events';
import type { Ids } from '#ports/clock';

/** What all sources of ids promise. */
export function idContract(name: string, create: () => Ids): void {
  describe(`ids: ${name}`, () => {
    const now = Date.parse('2026-11-21T12:00:00.000Z');

    it('makes ids of deployments that fit their schema and never repeat', () => {
      const ids = create();
      const made = Array.from({ length: 10_000 }, () => ids.deployment(now));
      for (const id of made.slice(0, 100)) expect(deploymentId.parse(id)).toBe(id);
      expect(new Set(made).size).toBe(made.length);
    });

    it('makes ids that sort by time, whichever process made them', () => {
      expect([create().deployment(now + 2), create().deployment(now), create().deployment(now + 1), create().deployment(now - 86_400_000)].sort()).toEqual(
        [now - 86_400_000, now, now + 1, now + 2].map((at) => expect.stringContaining(create().deployment(at).slice(0, 'dep-'.length + 10))),
      );
    });

    it('makes growing ids within a millisecond and when the clock steps back', () => {
      const ids = create();
      const made = [now, now, now, now - 5000, now - 5000, now + 1].map((at) => ids.deployment(at));
      expect([...made].sort()).toEqual(made);
      expect(new Set(made).size).toBe(made.length);
    });

    it('makes trace ids of 32 hexadecimal digits', () => {
      const ids = create();
      expect(ids.trace()).toMatch(/^[0-9a-f]{32}$/);
      expect(ids.trace()).not.toBe(ids.trace());
    });

    it('makes secrets with their prefix and at least 160 bits that fit a header', () => {
      const ids = create();
      const secret = ids.secret('slc_');
      // A character of base64url or base 62 holds at most 6 bits, so 160 bits need at least 27.
      expect(secret).toMatch(/^slc_[A-Za-z0-9_-]{27,}$/);
      expect(ids.secret('slc_')).not.toBe(secret);
    });
  });
}
