/** Messages built so that two readers see different things in them: none moves a case, and none is recorded by itself. */
import { describe, expect, it } from 'vitest';
import { defaultRules } from '../../src/decide/rules.ts';
import { readCaseTags } from '../../src/mail/case-tag/case-tag.ts';
import { decide, office, outcome } from '../decide/office.ts';

/** Header lines, each with its own end. */
function message(...lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.map((line) => `${line}\r\n`).join('')}\r\nIt is done.\r\n`, 'utf8');
}

const from = 'From: John <john@x.test>';
const to = `To: ${office}`;
const tag = 'Subject: [Case 7: Closed]';
const rest = ['Date: Mon, 2 Mar 2026 10:00:00 +0000', 'Message-ID: <a@x.test>'];

const built: Readonly<Record<string, Buffer>> = {
  'a bare CR opens a Subject': message(from, to, ...rest, `X-Note: a\r${tag}`, 'Subject: Good morning'),
  'a bare CR opens a Reply-To': message(from, to, tag, ...rest, 'X-Note: a\rReply-To: eve@evil.test'),
  'a bare CR opens a From': message('X-Note: a\rFrom: john@x.test', 'From: eve@evil.test', to, tag, ...rest),
  'two From fields': message(from, 'From: eve@evil.test', to, tag, ...rest),
  'two Subject fields': message(from, to, tag, 'Subject: Good morning', ...rest),
  'two Date fields': message(from, to, tag, ...rest, 'Date: Mon, 2 Mar 2020 10:00:00 +0000'),
  'two Reply-To fields': message(from, 'Reply-To: john@x.test', 'Reply-To: eve@evil.test', to, tag, ...rest),
  'a comment in the middle of an address': message(
    'From: john (of <eve@evil.test>) @x.test',
    to,
    tag,
    ...rest,
  ),
  'comments that open and close within quotes': message(
    'From: "(" <eve@evil.test> ")" <john@x.test>',
    to,
    tag,
    ...rest,
  ),
  'an encoded word for an address': message('From: =?utf-8?q?john=40x.test?=', to, tag, ...rest),
  'an encoded word within the angle brackets': message(
    'From: "john@x.test" <=?utf-8?q?eve=40evil.test?=>',
    to,
    tag,
    ...rest,
  ),
  'an encoded word in a charset that hides brackets': message(
    from,
    to,
    'Subject: =?utf-7?q?+AFs-Case 7: Closed+AF0-?=',
    ...rest,
  ),
  'a boundary inside the header': message(
    from,
    'Content-Type: multipart/mixed; boundary="b"',
    '--b',
    to,
    tag,
    ...rest,
  ),
  'a boundary parameter that holds a From': message(
    from,
    'Content-Type: multipart/mixed; boundary="b',
    ' --b',
    'From: eve@evil.test"',
    to,
    tag,
    ...rest,
  ),
  'a quote that never closes': message('From: "<john@x.test> eve@evil.test', to, tag, ...rest),
  'white space before the colon': message('From : john@x.test', 'From: eve@evil.test', to, tag, ...rest),
  'a first line that begins with a space': message(' From: eve@evil.test', from, to, tag, ...rest),
  'a NUL within an address': message('From: john@x.test\0, eve@evil.test', to, tag, ...rest),
  'words without a blank line below the header': message(
    from,
    to,
    tag,
    ...rest,
    'It is done',
    'From: eve@evil.test',
  ),
  'two angle brackets': message('From: <john@x.test> <eve@evil.test>', to, tag, ...rest),
};

describe('a message that two readers read differently', () => {
  it('would be put on record and move a case in good form', async () => {
    const control = await decide(message(from, to, tag, ...rest));
    expect(outcome(control)).toBe('john from');
    expect(control.caseUpdates).toMatchObject([{ clientId: 'john', ref: '7', review: null }]);
    expect(control.verdict.evidence.map(({ rule }) => rule)).not.toContain('readers-disagree');
  });

  it.each(Object.entries(built))('is held: %s', async (_, raw) => {
    const { verdict, caseUpdates } = await decide(raw);
    expect(verdict.clients).toEqual([]);
    expect(caseUpdates).toEqual([]);
    const line = verdict.evidence.find(({ rule }) => rule === 'readers-disagree');
    expect(line).toMatchObject({
      outcome: 'rejected',
      detail: expect.stringContaining('to a second reader'),
    });
  });

  it('offers the clients of the first reading', async () => {
    const { verdict } = await decide(built['two Date fields'] ?? Buffer.alloc(0));
    expect(verdict).toMatchObject({
      kind: 'unmatched',
      reason: 'readers-disagree',
      candidates: [{ clientId: 'john', via: 'from' }],
    });
  });

  it('is held by the second reading alone in most of these', async () => {
    const reasons = await Promise.all(
      Object.values(built).map(async (raw) => (await decide(raw)).verdict.reason),
    );
    expect(reasons.filter((reason) => reason === 'readers-disagree').length).toBeGreaterThanOrEqual(10);
  });

  it('says both readings', async () => {
    const { verdict } = await decide(built['a bare CR opens a Reply-To'] ?? Buffer.alloc(0));
    expect(verdict.evidence.find(({ rule }) => rule === 'readers-disagree')?.detail).toBe(
      'reply-to: "eve@evil.test", or "" to a second reader',
    );
  });
});

describe('what neither speaks of a case nor is broken', () => {
  it('is not read twice', async () => {
    // The second reader does not know that a dot and a space are allowed within a domain (RFC 5322 §4.4).
    const raw = message('From: john@x . test', to, 'Subject: Good morning', ...rest);
    expect(readCaseTags('Good morning', defaultRules).tags).toEqual([]);
    const { verdict } = await decide(raw);
    expect(verdict.evidence.map(({ rule }) => rule)).not.toContain('readers-disagree');
  });
});
