import { describe, expect, it } from 'vitest';
import { explainProblems } from './schema.ts';

const client = { address: 'ada@weaver.test', name: 'Ada Weaver' };
const office = { address: 'office@firm.test', name: '' };
const hash = 'ab'.repeat(32);

const plain = {
  file: 'mail/1.eml',
  messageId: '1@weaver.test',
  inReplyTo: [],
  references: [],
  fingerprint: `v1:${hash}`,
  date: '2026-03-02T09:00:00.000Z',
  from: client,
  sender: null,
  replyTo: [],
  to: [office],
  cc: [],
  subject: 'Lease',
  direction: 'inbound',
  text: 'The lease is signed.\n',
  reply: 'The lease is signed.',
  quoted: null,
  signature: null,
  html: null,
  attachments: [],
  automatic: null,
  bounce: null,
  forwarded: null,
  forwards: [],
  authentication: { spf: null, dkim: null, dmarc: null, arc: null, source: null },
  caseTags: [],
  caseUpdates: [],
  verdict: {
    kind: 'matched',
    clients: [{ clientId: 'c1', via: 'from', address: 'ada@weaver.test' }],
    candidates: [],
    reason: null,
  },
  evidence: [{ rule: 'from', outcome: 'found', detail: 'ada@weaver.test is a client' }],
  warnings: [],
};

const forward = {
  via: 'inline',
  from: { address: null, name: 'Ada Weaver' },
  subject: null,
  date: null,
  to: [office],
  cc: [],
  text: 'Please see.',
  comment: 'For the file',
  depth: 1,
};

const full = {
  ...plain,
  sender: office,
  date: '2026-03-02T09:00:00+01:00',
  attachments: [
    {
      filename: null,
      contentType: 'application/pdf',
      detectedType: 'application/pdf',
      size: 0,
      sha256: hash,
      contentId: 'x@y',
      inline: false,
    },
  ],
  automatic: { kind: 'out-of-office', sign: 'Auto-Submitted: auto-replied' },
  bounce: {
    recipients: [
      {
        address: 'gone@weaver.test',
        status: '5.1.1',
        action: 'failed',
        replyCode: '550',
        diagnostic: 'no such user',
        hard: true,
        reason: 'user-unknown',
      },
    ],
    originalMessageId: '9@firm.test',
  },
  forwarded: forward,
  forwards: [forward],
  authentication: { spf: 'softfail', dkim: 'pass', dmarc: 'pass', arc: 'none', source: 'verified' },
  caseTags: [{ raw: '[Case 4711: Parked]', ref: '4711', status: null, statusText: 'Parked' }],
  caseUpdates: [
    { clientId: 'c1', title: 'Lease', description: '', status: null, ref: '4711', review: 'unknown-status' },
  ],
  warnings: ['date-invalid: 32 Smarch'],
};

/** The document with the value at a dotted path replaced, or removed if `value` is undefined. */
function changed(document: object, path: string, value: unknown): unknown {
  const copy: object = structuredClone(document);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<object>((inside, key) => {
    const next: unknown = Reflect.get(inside, key);
    if (typeof next !== 'object' || next === null) throw new Error(`${path} leads nowhere`);
    return next;
  }, copy);
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else Reflect.set(holder, last, value);
  return copy;
}

describe('a line of explain', () => {
  it.each([
    ['with nothing but the least', plain],
    ['with everything', full],
    [
      'of a file that is no message',
      { ...plain, fingerprint: `raw:${hash}`, from: null, date: null, messageId: null },
    ],
    [
      'of a forward that prints a local time',
      { ...full, forwards: [{ ...forward, date: '2026-03-02T09:00:00' }] },
    ],
    ['of a sender with a name only', { ...plain, from: { address: null, name: 'Ada' } }],
  ])('is valid %s', (_, line) => {
    expect(explainProblems(line)).toEqual([]);
  });

  it.each(Object.keys(plain))('never leaves out %s', (field) => {
    expect(explainProblems(changed(plain, field, undefined))).not.toEqual([]);
  });

  it.each([
    'attachments.0.contentId',
    'automatic.sign',
    'bounce.originalMessageId',
    'bounce.recipients.0.reason',
    'forwarded.comment',
    'forwards.0.from.address',
    'authentication.arc',
    'caseTags.0.statusText',
    'caseUpdates.0.review',
    'verdict.reason',
    'verdict.clients.0.address',
    'evidence.0.detail',
    'from.name',
  ])('never leaves out %s', (path) => {
    expect(explainProblems(changed(full, path, undefined))).not.toEqual([]);
  });

  it.each([
    ['extra', 1],
    ['from.extra', 1],
    ['forwarded.messageId', '1@x'],
    ['authentication.alignedPass', true],
    ['caseTags.0.lookAlike', false],
    ['caseUpdates.0.statusText', null],
    ['verdict.direction', 'inbound'],
    ['attachments.0.key', 'raw/ab'],
  ])('has no %s', (path, value) => {
    expect(explainProblems(changed(full, path, value))).not.toEqual([]);
  });

  it.each([
    ['fingerprint', hash],
    ['fingerprint', `v2:${hash}`],
    ['messageId', '<1@weaver.test>'],
    ['references', null],
    ['references', ['<1@weaver.test>']],
    ['date', 'Mon, 2 Mar 2026 09:00:00 +0000'],
    ['direction', 'sideways'],
    ['subject', null],
    ['reply', null],
    ['attachments.0.size', -1],
    ['attachments.0.sha256', hash.toUpperCase()],
    ['automatic.kind', 'spam'],
    ['forwarded.via', 'bcc'],
    ['forwarded.depth', 0],
    ['authentication.spf', 'hardfail'],
    ['authentication.source', 'guess'],
    ['caseUpdates.0.review', 'maybe'],
    ['verdict.kind', 'triage'],
    ['verdict.reason', 'No client'],
    ['verdict.clients.0.via', 'bcc'],
    ['verdict.clients.0.clientId', { $oid: 'c1' }],
    ['evidence.0.outcome', 'yes'],
    ['warnings', ['something is odd']],
  ])('is refused with %s as %j', (path, value) => {
    expect(explainProblems(changed(full, path, value))).not.toEqual([]);
  });

  it('is told what is wrong, and where', () => {
    expect(explainProblems({ ...plain, direction: 'up' })).toEqual([
      expect.stringMatching(/^\/direction must be equal to one of the allowed values/),
    ]);
  });
});
