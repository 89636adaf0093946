import { describe, expect, it } from 'vitest';
import { defaultRules } from '../../src/decide/rules.ts';
import { rulesFromExplainConfig } from '../../src/explain/explain-config.ts';

describe('the configuration of the dry run', () => {
  it('keeps every default if it is empty', () => {
    expect(rulesFromExplainConfig({})).toEqual({
      ok: true,
      config: {
        rules: defaultRules,
        mailbox: { name: 'explain', role: 'capture' },
        smtp: null,
        dns: null,
        warnings: [],
      },
    });
  });

  it('reads every field of its contract', () => {
    const reading = rulesFromExplainConfig({
      ownAddresses: ['Office@Firm.example'],
      staffDomains: ['@Firm.example'],
      mailbox: { name: 'drop', role: 'dropbox' },
      caseWords: ['Akte'],
      caseStatuses: [{ status: 'Open', aliases: ['Neu'] }, 'Archived'],
      authentication: 'require',
      trustedAuthservIds: ['MX.firm.example'],
      ambiguity: 'all',
      domainMatching: true,
      blocklist: ['ads@example.com', 'Example.net'],
      smtp: { clientIp: '192.0.2.1', helo: 'mail.example.org' },
      dns: { 'Example.org.': { TXT: [['v=spf1 -all']], A: ['192.0.2.1'] } },
    });
    expect(reading).toMatchObject({
      ok: true,
      config: {
        rules: {
          ownAddresses: ['office@firm.example'],
          staffDomains: ['firm.example'],
          caseWords: ['Akte'],
          authentication: 'require',
          trustedAuthservIds: ['mx.firm.example'],
          ambiguity: 'all',
          domainMatching: true,
          blocklist: { entries: ['ads@example.com', 'example.net'], policy: 'drop' },
        },
        mailbox: { name: 'drop', role: 'dropbox' },
        smtp: { clientIp: '192.0.2.1', helo: 'mail.example.org', mailFrom: null },
        dns: { 'example.org': { TXT: [['v=spf1 -all']], A: ['192.0.2.1'] } },
        warnings: [],
      },
    });
    const statuses = reading.ok ? reading.config.rules.caseStatuses : [];
    expect(statuses.map(({ status }) => status)).toEqual(['Open', 'Archived']);
    expect(statuses[0]?.aliases).toEqual(expect.arrayContaining(['open', 'neu', 'offen']));
  });

  it.each([
    [{ Open: ['neu'], Closed: 'weg, zu' }],
    ['Open=neu;Closed=weg,zu'],
    [['Open=neu', 'Closed=weg,zu']],
    [
      [
        { status: 'Open', aliases: 'neu' },
        { status: 'Closed', aliases: ['weg', 'zu'] },
      ],
    ],
  ])('takes statuses in any of the forms that say the same: %o', (caseStatuses) => {
    const reading = rulesFromExplainConfig({ caseStatuses });
    expect(reading.ok && reading.config.rules.caseStatuses).toMatchObject([
      { status: 'Open', aliases: expect.arrayContaining(['open', 'neu']) },
      { status: 'Closed', aliases: expect.arrayContaining(['closed', 'weg', 'zu']) },
    ]);
  });

  it('takes a blocklist with its policy', () => {
    const blocklist = { entries: ['a@b.example'], policy: 'skip-client' };
    const reading = rulesFromExplainConfig({ blocklist });
    expect(reading.ok && reading.config.rules.blocklist).toEqual(blocklist);
  });

  it('warns of an unknown key and names the nearest', () => {
    const reading = rulesFromExplainConfig({ authentification: 'flag', mailbox: { rolle: 'dropbox' } });
    expect(reading.ok && reading.config.warnings).toEqual([
      'authentification: unknown and not used; did you mean authentication?',
      'mailbox.rolle: unknown and not used; did you mean role?',
    ]);
  });

  it('reports every value that cannot be read', () => {
    const reading = rulesFromExplainConfig({
      ambiguity: 'some',
      staffDomains: ['a@b.example'],
      mailbox: 'dropbox',
      smtp: [],
      dns: { 'a.test': 'x' },
    });
    expect(reading).toEqual({
      ok: false,
      problems: [
        'mailbox: got "dropbox", expected a JSON object',
        'smtp: got [], expected a JSON object',
        expect.stringContaining('staffDomains: got ["a@b.example"]: "a@b.example" is not a domain'),
        'ambiguity: got "some"; expected one of triage, all, oldest',
        expect.stringContaining('dns: got'),
      ],
    });
  });

  it.each([1, 'x', []])('is an object, not %o', (json) => {
    expect(rulesFromExplainConfig(json)).toMatchObject({ ok: false });
  });
});
