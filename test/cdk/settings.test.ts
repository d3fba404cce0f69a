import { describe, expect, it } from 'vitest';

import { parseSettings } from '#cdk/settings';

const key = 'arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012';

/** What somebody is told about settings that do not fit. */
function complaintAbout(settings: unknown): string {
  try {
    parseSettings(settings, 'sluice.json');
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}

describe('the settings of the app', () => {
  it('have defaults for everything, and keep the data', () => {
    expect(parseSettings({}, '')).toEqual({ name: 'sluice', logRetentionDays: 30, logLevel: 'INFO', tracing: false, removeDataWithStack: false });
  });

  it('can choose everything', () => {
    const chosen = {
      name: 'releases', logRetentionDays: 365, logLevel: 'WARN', tracing: true, alarmMail: 'on-call@example.com', encryptionKeyArn: key,
      domain: { host: 'sluice.example.com', streamHost: 'stream.sluice.example.com', certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012' },
      webAclArn: 'arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/front/12345678-1234-1234-1234-123456789012', requestsPerSecond: 5000, removeDataWithStack: true, emulator: 'http://127.0.0.1:4566',
    };
    expect(parseSettings(chosen, '')).toEqual(chosen);
  });

  it.each([
    [{ name: 'Sluice_1' }, 'name: must be 1 to 20 lower-case letters, digits and dashes, beginning with a letter, not "Sluice_1"'],
    [{ logRetentionDays: 3 }, 'logRetentionDays: must be one of 1, 7, 14, 30, 90, 180, 365, 731, not 3'],
    [{ logLevel: 'info' }, 'logLevel: must be one of DEBUG, INFO, WARN, ERROR, not "info"'],
    [{ alarmMail: 'nobody' }, 'alarmMail: must be a mail address, not "nobody"'],
    [{ encryptionKeyArn: 'alias/mine' }, 'encryptionKeyArn: must be an ARN as arn:aws:kms:REGION:ACCOUNT:key/…, not "alias/mine"'],
    [{ domain: { host: 'sluice.example.com' } }, 'domain.certificateArn: must be there'],
    [{ domain: { host: 'sluice', certificateArn: 'x' } }, 'domain.host: must be a host name, as sluice.example.com, not "sluice"'],
    [{ webAclArn: 'x' }, 'webAclArn: must be an ARN as arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/…/…, not "x"'],
    [{ requestsPerSecond: 0.5 }, 'requestsPerSecond: must be a whole number, not 0.5'],
    [{ requestsPerSecond: 0 }, 'requestsPerSecond: must be at least 1, not 0'],
    [{ requestsPerSecond: 1_000_001 }, 'requestsPerSecond: must be at most 1000000, not 1000001'],
    [{ tracing: 1 }, 'tracing: must be true or false, not 1'],
    [{ removeDataWithStack: 'yes' }, 'removeDataWithStack: must be true or false, not "yes"'],
    [{ emulator: 'localhost' }, 'emulator: must be an address that begins with http:// or https://, not "localhost"'],
    [{ alarmmail: 'x' }, 'alarmmail: must not be there; known are name, logRetentionDays'],
    [{ domain: { hosts: 'x' } }, 'domain.hosts: must not be there; known are host, streamHost, certificateArn'],
    [[], 'the whole: '],
  ])('are refused with field, rule and value: %j', (given, complaint) => {
    expect(complaintAbout(given)).toContain('the settings in sluice.json do not fit');
    expect(complaintAbout(given)).toContain(complaint);
  });

  it('are refused with every field that does not fit', () => {
    expect(complaintAbout({ name: '', logLevel: 'LOUD' })).toMatch(/name: [^]*logLevel: /);
  });
});
