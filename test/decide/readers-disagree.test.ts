import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  compareReaders,
  holdWhereReadersDisagree,
  needsSecondReading,
} from '../../src/decide/readers-disagree.ts';
import type { CaseUpdateDraft } from '../../src/decide/case-updates.ts';
import { defaultRules } from '../../src/decide/rules.ts';
import type { Decision } from '../../src/decide/known-context.ts';
import type { Link, Verdict } from '../../src/decide/verdict.ts';
import { readMail } from '../../src/mail/read.ts';
import type { Disagreement } from '../../src/mail/second-reading.ts';
import { readSecondHeader } from '../../src/read/second-reader.ts';

async function compared(raw: Buffer): Promise<string[]> {
  const { mail } = await readMail({ raw: Readable.from([raw]) });
  return compareReaders(mail, await readSecondHeader([raw])).map(({ field }) => field);
}

const messageWith = (line: string, rest = 'From: john@x.test\r\n'): Buffer =>
  Buffer.from(`${line}\r\n${rest}Message-ID: <a@x.test>\r\n\r\nHello\r\n`, 'latin1');

describe('known harmless differences between readers', () => {
  it.each([
    ['a local user without a domain', messageWith('From: MAILER-DAEMON', '')],
    ['what is left of a group', messageWith('To: undisclosed-recipients:;')],
    ['a group with members', messageWith('To: Team: ann@x.test, Bob <bob@x.test>;')],
    ['semicolons between addresses', messageWith('To: ann@x.test; Bob <bob@x.test>;')],
    ['a domain in capitals', messageWith('To: Ann@X.TEST')],
    ['a domain with a dot at its end', messageWith('To: ann@x.test.')],
    ['an internationalised domain', messageWith('To: ann@xn--mnchen-3ya.test')],
    ['encoded words in a comment', messageWith('To: ann@x.test (=?utf-8?q?=28Ann=29?=)')],
    ['a comment before the address', messageWith('To: (Ann) ann@x.test')],
    ['encoded words parted by folding', messageWith('Subject: =?utf-8?q?Over?=\r\n =?utf-8?q?_there?=')],
    ['a folded subject with a tab', messageWith('Subject: Over\r\n\tthere')],
    ['bytes that no charset is named for', messageWith('Subject: \xdcbergabe am Montag')],
    ['a zone by its letters', messageWith('Date: Mon, 2 Mar 2026 10:00:00 EST')],
    ['a military zone', messageWith('Date: Mon, 2 Mar 2026 10:00:00 A')],
    ['no zone', messageWith('Date: Mon, 2 Mar 2026 10:00:00')],
    ['a year of two digits', messageWith('Date: Mon, 2 Mar 26 10:00:00 +0100')],
    ['a comment in a date', messageWith('Date: Mon, 2 Mar 2026 10:00:00 +0100 (CET, 11:00)')],
    ['a date in ISO 8601', messageWith('Date: 2026-03-02T10:00:00Z')],
    ['a date that nobody can read', messageWith('Date: soon')],
    ['a date that only one of them can read', messageWith('Date: Thu, 9 Apr 2026 23:34:45 JST')],
    [
      'a field that is repeated word for word',
      messageWith('Subject: Hello', 'From: john@x.test\r\nSubject:  Hello\r\n'),
    ],
    ['a line of an mbox above the header', messageWith('From john@x.test Mon Mar  2 10:00:00 2026')],
    [
      'a list of recipients that is over the bounds of the first reader',
      messageWith(`To: ${Array.from({ length: 9_000 }, (_, n) => `n${n}@x.test`).join(',\r\n ')}`),
    ],
    ['no message at all', Buffer.from('Only words.\r\n')],
    ['nothing', Buffer.alloc(0)],
  ])('%s is read alike', async (_, raw) => {
    expect(await compared(raw)).toEqual([]);
  });

  it.each([
    [
      'another hour under a zone in figures',
      'date',
      'Date: Mon, 2 Mar 2026 10:00:00 +0100\r\nDate: Mon, 2 Mar 2026 11:00:00 +0100',
    ],
    ['one more recipient', 'to', 'To: ann@x.test\r\nX: a\rTo: eve@x.test'],
    ['a copy for somebody', 'cc', 'Cc: ann@x.test\r\nX: a\rCc: eve@x.test'],
    ['another letter in the subject', 'subject', 'X: a\rSubject: Hello there\r\nSubject: Hello their'],
  ])('%s is not', async (_, field, lines) => {
    expect(await compared(messageWith(lines))).toEqual([field]);
  });

  it('a header too large for the second reader counts as a difference', async () => {
    const fields = Array.from({ length: 100_000 }, (_, n) => `X-${n}: a`);
    expect(await compared(messageWith(fields.join('\r\n')))).toEqual(['header']);
  });
});

describe('a second reading', () => {
  it.each([
    ['[Case 7: Closed]', [], true],
    ['Re: [Case 7]', [], true],
    ['Good morning', [], false],
    ['Good morning', ['charset-unknown: x-odd', 'text-too-long: text/plain over 10 bytes'], false],
    ['Good morning', ['header-malformed: a line is no field'], true],
    ['Good morning', ['html-too-long: over 10', 'boundary-missing: multipart/mixed'], true],
  ])('is triggered by a tag or a broken form: %s %s', (subject, warnings, asked) => {
    expect(needsSecondReading({ subject, warnings }, defaultRules)).toBe(asked);
  });
});

describe('what is held', () => {
  const link = (clientId: string): Link => ({ clientId, via: 'from', address: `${clientId}@x.test` });
  const verdict = (more: Partial<Verdict>): Verdict => ({
    kind: 'matched',
    direction: 'inbound',
    clients: [link('john')],
    candidates: [],
    reason: null,
    forwardedBy: null,
    evidence: [],
    ...more,
  });
  const update = (clientId: string, review: CaseUpdateDraft['review'] = null): CaseUpdateDraft => ({
    clientId,
    awaitsParent: false,
    ref: '7',
    title: 'Wall',
    status: 'Closed',
    statusText: null,
    review,
  });
  const date: Disagreement = { field: 'date', first: '2026', second: '2020' };
  const byPerson = (clientId: string): Decision => ({
    subject: 'message',
    act: 'link',
    clientIds: [clientId],
    key: '',
  });

  it('is nothing if both read alike', () => {
    const before = { verdict: verdict({}), updates: [update('john')] };
    expect(holdWhereReadersDisagree(before, { disagreements: [], decisions: [] })).toEqual(before);
  });

  it('is a link that was found, which a person is offered, and its case update', () => {
    const before = { verdict: verdict({}), updates: [update('john')] };
    expect(holdWhereReadersDisagree(before, { disagreements: [date], decisions: [] })).toMatchObject({
      verdict: { kind: 'unmatched', clients: [], candidates: [link('john')], reason: 'readers-disagree' },
      updates: [],
    });
  });

  it('is ambiguous if several clients were found', () => {
    const before = { verdict: verdict({ clients: [link('john'), link('mary')] }), updates: [] };
    expect(holdWhereReadersDisagree(before, { disagreements: [date], decisions: [] }).verdict).toMatchObject({
      kind: 'ambiguous',
      candidates: [link('john'), link('mary')],
    });
  });

  it('is only the case update if a person linked the message, and an earlier reason stays', () => {
    const clients = [link('john'), link('mary')];
    const before = {
      verdict: verdict({ clients }),
      updates: [update('john'), update('mary'), update('john', 'foreign-case')],
    };
    const after = holdWhereReadersDisagree(before, { disagreements: [date], decisions: [byPerson('john')] });
    expect(after.verdict).toMatchObject({ kind: 'matched', clients: [link('john')] });
    expect(after.updates).toEqual([update('john', 'unauthenticated'), update('john', 'foreign-case')]);
  });

  it('is the same if a person linked the thread, which the sender chooses', () => {
    const thread: Decision = { ...byPerson('john'), subject: 'thread' };
    const before = { verdict: verdict({}), updates: [] };
    expect(
      holdWhereReadersDisagree(before, { disagreements: [date], decisions: [thread] }).verdict.kind,
    ).toBe('unmatched');
  });

  it.each(['ignored', 'internal', 'unmatched', 'ambiguous'] as const)('leaves %s what it is', (kind) => {
    const before = { verdict: verdict({ kind, clients: [], reason: 'why' }), updates: [] };
    const after = holdWhereReadersDisagree(before, { disagreements: [date], decisions: [] });
    expect(after.verdict).toMatchObject({ kind, reason: 'why' });
    expect(after.verdict.evidence).toEqual([
      { rule: 'readers-disagree', outcome: 'rejected', detail: 'date: "2026", or "2020" to a second reader' },
    ]);
  });
});
