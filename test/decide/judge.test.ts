import { describe, expect, it } from 'vitest';
import type { Mail } from '../../src/mail/mail.ts';
import { defaultRules } from '../../src/decide/rules.ts';
import type { Rules } from '../../src/decide/rules.ts';
import { judge } from '../../src/decide/judge.ts';
import type { BookEntry, Decision, KnownContext, ThreadMessage } from '../../src/decide/known-context.ts';
import type { CaseFacts } from '../../src/decide/case-updates.ts';
import { decideCaseUpdates } from '../../src/decide/case-updates.ts';
import { decisionKeysFor } from '../../src/decide/address-lookups.ts';
import { rawSpellings } from '../../src/decide/raw-spellings.ts';
import { plainMessage } from '../support/plain-message.ts';

const rules: Rules = { ...defaultRules, ownAddresses: ['office@firm.test'], staffDomains: ['firm.test'] };

function mailFrom(address: string, more: Partial<Mail> = {}): Mail {
  const from = { address, name: '' };
  const to = [{ address: 'office@firm.test', name: '' }];
  return {
    ...plainMessage({ from, fromAll: [from], to, subject: 'Wall' }),
    reply: 'Please see to it.',
    quoted: null,
    signature: null,
    fingerprint: 'v1:0',
    automatic: null,
    bounce: null,
    forwarded: null,
    forwards: [],
    size: 100,
    ...more,
  };
}

interface Known {
  readonly book?: Readonly<Record<string, readonly (readonly [clientId: string, kind: BookEntry['kind']])[]>>;
  readonly decisions?: readonly Decision[];
  readonly thread?: readonly ThreadMessage[];
}

function factsOf({ book = {}, decisions = [], thread = [] }: Known): KnownContext {
  const entries = Object.entries(book).map(
    ([address, rows]) => [address, rows.map(([clientId, kind]) => ({ address, clientId, kind }))] as const,
  );
  return {
    roles: ['capture'],
    inOwnSent: false,
    book: new Map(entries),
    thread,
    decisions,
    authentication: null,
  };
}

const says = (address: string, known: Known, more: Partial<Rules> = {}): string => {
  const verdict = judge(mailFrom(address), factsOf(known), { ...rules, ...more });
  const links = verdict.clients.map(({ clientId, via }) => `${clientId} ${via}`).join(', ');
  return links === '' ? `${verdict.kind}${verdict.reason === null ? '' : ` ${verdict.reason}`}` : links;
};

const about = (
  subject: Decision['subject'],
  act: Decision['act'],
  clientIds: readonly string[] = [],
  key = '',
): Decision => ({ subject, act, clientIds, key });
const book = { 'john@x.test': [['john', 'primary']] } as const;
const thread = [{ messageId: 'a@x.test', subject: 'Wall', clientIds: ['mary'] }];

describe('a person’s decision', () => {
  it.each([
    ['a link of this message wins over its sender', [about('message', 'link', ['mary'])], 'mary decision'],
    [
      'a link to several clients links them all',
      [about('message', 'link', ['mary', 'paul'])],
      'mary decision, paul decision',
    ],
    ['an unlinked client is not found again', [about('message', 'unlink', ['john'])], 'unmatched unlinked'],
    ['ignored once', [about('message', 'ignore')], 'ignored ignored-message'],
    ['ignored by sender', [about('address', 'ignore', [], 'john@x.test')], 'ignored ignored-sender'],
    ['ignored by domain', [about('domain', 'ignore', [], 'x.test')], 'ignored ignored-domain'],
    [
      'a link of the message wins over an ignored sender',
      [about('message', 'link', ['mary']), about('address', 'ignore', [], 'john@x.test')],
      'mary decision',
    ],
    ['a link of the thread', [about('thread', 'link', ['paul'])], 'paul decision'],
    ['an alias is the book’s, not a link', [about('address', 'link', ['mary'], 'john@x.test')], 'john from'],
    ['nothing', [], 'john from'],
  ] as const)('%s', (_, decisions, expected) => {
    expect(says('john@x.test', { book, decisions })).toBe(expected);
  });

  it('about a domain holds for what is below it', () => {
    expect(decisionKeysFor({ mail: mailFrom('a@news.shop.co.uk') }).domains).toEqual([
      'news.shop.co.uk',
      'shop.co.uk',
      'co.uk',
    ]);
  });
});

describe('an alias', () => {
  it.each([
    ['an alias links', { 'jd@y.test': [['john', 'alias']] }, 'jd@y.test', {}, 'john alias'],
    [
      'an alias settles which of the clients of a shared address is meant',
      {
        's@y.test': [
          ['a', 'primary'],
          ['b', 'primary'],
          ['b', 'alias'],
        ],
      },
      's@y.test',
      {},
      'b alias',
    ],
    [
      'an alias against the client whose own address it is now is an ambiguity',
      {
        's@y.test': [
          ['a', 'primary'],
          ['b', 'alias'],
        ],
      },
      's@y.test',
      {},
      'ambiguous shared-address',
    ],
    [
      'a domain links while DOMAIN_MATCHING is off',
      { '@acme.test': [['a', 'alias']] },
      'x@acme.test',
      {},
      'a domain',
    ],
    [
      'an added domain wins over those derived from addresses',
      {
        '@acme.test': [
          ['a', 'domain'],
          ['b', 'domain'],
          ['b', 'alias'],
        ],
      },
      'x@acme.test',
      { domainMatching: true },
      'b domain',
    ],
    [
      'a derived domain links only if it is on',
      { '@acme.test': [['a', 'domain']] },
      'x@acme.test',
      {},
      'unmatched no-client',
    ],
    [
      'an exact address wins over an added domain',
      { 'x@acme.test': [['a', 'primary']], '@acme.test': [['b', 'alias']] },
      'x@acme.test',
      {},
      'a from',
    ],
  ] as const)('%s', (_, entries, address, more, expected) => {
    expect(says(address, { book: entries }, more)).toBe(expected);
  });
});

describe('a thread', () => {
  it.each([
    ['the sender wins over the thread', 'john@x.test', thread, 'john from'],
    ['one client is found', 'z@z.test', thread, 'mary thread'],
    [
      'several clients are none',
      'z@z.test',
      [...thread, { messageId: 'b', subject: '', clientIds: ['paul'] }],
      'ambiguous several-clients-in-thread',
    ],
    [
      'the same client twice is one',
      'z@z.test',
      [...thread, { messageId: 'b', subject: '', clientIds: ['mary'] }],
      'mary thread',
    ],
    [
      'a message that a stranger only prints, as anybody can type it, is not believed',
      'z@z.test',
      [{ messageId: 'b', subject: '', clientIds: ['mary'], isPrinted: true }],
      'unmatched no-client',
    ],
    [
      'a thread without a client',
      'z@z.test',
      [{ messageId: 'b', subject: '', clientIds: [] }],
      'unmatched no-client',
    ],
  ])('%s', (_, address, messages, expected) => {
    expect(says(address, { book, thread: messages })).toBe(expected);
  });

  it('an unlinked client does not come back by the thread', () => {
    expect(says('z@z.test', { book, thread, decisions: [about('thread', 'unlink', ['mary'])] })).toBe(
      'unmatched unlinked',
    );
  });
});

describe('evidence', () => {
  it('has one line per rule that ran, in order, up to the one that matched', () => {
    const rulesAsked = (address: string) =>
      judge(mailFrom(address), factsOf({ book }), rules).evidence.map(({ rule }) => rule);
    expect(rulesAsked('john@x.test')).toEqual(['direction', 'authentication', 'decision', 'from']);
    expect(rulesAsked('z@z.test')).toEqual([
      'direction',
      'authentication',
      'decision',
      'from',
      'list-original',
      'reply-to',
      'recipients',
      'forwarded',
      'thread',
      'sub-address',
      'domain',
    ]);
  });

  it('is the same for the same input', () => {
    const input = [mailFrom('john@x.test'), factsOf({ book, thread }), rules] as const;
    expect(judge(...input)).toEqual(judge(...input));
  });
});

describe('case updates', () => {
  const day = (number: number): Date => new Date(Date.UTC(2026, 1, number));
  const tag = { raw: '[Case #7: Open]', ref: '7', status: 'Open', statusText: 'Open', lookAlike: false };
  const cases = (more: Partial<CaseFacts> = {}): CaseFacts => ({
    tags: [tag],
    title: 'Wall',
    parent: { kind: 'none' },
    backfill: false,
    claim: { date: day(5) },
    claims: new Map(),
    merged: new Map(),
    authority: { staff: true, clients: true },
    ...more,
  });
  const alignedPass = {
    spf: null,
    dkim: 'pass',
    dmarc: null,
    arc: null,
    source: 'verified',
    alignedPass: true,
  } as const;

  function updates(input: {
    readonly from?: string;
    readonly mail?: Partial<Mail>;
    readonly facts?: Partial<KnownContext>;
    readonly cases?: Partial<CaseFacts>;
    readonly rules?: Partial<Rules>;
    readonly known?: Known;
  }) {
    const mail = mailFrom(input.from ?? 'john@x.test', input.mail);
    const facts = { ...factsOf({ book, ...input.known }), ...input.facts };
    const ruled = { ...rules, ...input.rules };
    const decided = decideCaseUpdates({
      mail,
      verdict: judge(mail, facts, ruled),
      facts,
      rules: ruled,
      cases: cases(input.cases),
    });
    return decided.updates.map(({ clientId, review }) => `${clientId} ${review ?? 'takes effect'}`);
  }

  it.each([
    ['a client by exact From may move its case', {}, ['john takes effect']],
    ['a tag that says nothing is none', { cases: { tags: [] } }, []],
    ['59 back-filled mail moves no case', { cases: { backfill: true } }, []],
    [
      '28 automatic mail moves no case',
      { mail: { automatic: { kind: 'out-of-office', sign: 'subject' } } },
      [],
    ],
    ['a stranger has no case', { from: 'z@z.test' }, []],
    ['37 an echo is no update', { cases: { parent: { kind: 'known', tags: [tag] } } }, []],
    [
      '37 another tag than the parent’s is one',
      { cases: { parent: { kind: 'known', tags: [{ ...tag, status: 'Closed', statusText: 'Closed' }] } } },
      ['john takes effect'],
    ],
    [
      '37 a reply to the unknown is held',
      { cases: { parent: { kind: 'unknown' } } },
      ['john parent-unknown'],
    ],
    [
      '37 unless the firm takes tags in replies',
      { cases: { parent: { kind: 'unknown' } }, rules: { tagsInReplies: 'accept' } },
      ['john takes effect'],
    ],
    [
      '36 an unknown status is held',
      { cases: { tags: [{ ...tag, status: null, statusText: 'Marinating' }] } },
      ['john unknown-status'],
    ],
    [
      '38 a case of another client is held',
      { cases: { claims: new Map([['7', [{ clientId: 'mary', date: day(4) }]]]) } },
      ['john foreign-case'],
    ],
    [
      'a case that another client claimed by a later message is not',
      { cases: { claims: new Map([['7', [{ clientId: 'mary', date: day(1), claimedAt: day(6) }]]]) } },
      ['john takes effect'],
    ],
    [
      'an old date takes no case over',
      {
        cases: {
          claim: { date: day(1), claimedAt: day(9) },
          claims: new Map([['7', [{ clientId: 'mary', date: day(4) }]]]),
        },
      },
      ['john foreign-case'],
    ],
    [
      'a case that the CRM says is the client’s own is not',
      {
        cases: {
          claims: new Map([
            [
              '7',
              [
                { clientId: 'mary', date: day(1) },
                { clientId: 'john', date: day(2), isOurs: false },
              ],
            ],
          ]),
        },
      },
      ['john takes effect'],
    ],
    ['a look-alike is held', { cases: { tags: [{ ...tag, lookAlike: true }] } }, ['john look-alike']],
    [
      'an unknown address in the client’s thread has no authority',
      { from: 'z@z.test', known: { thread: [{ messageId: 'a', subject: '', clientIds: ['john'] }] } },
      ['john unauthenticated'],
    ],
    [
      'a client by alias has',
      { from: 'jd@x.test', known: { book: { 'jd@x.test': [['john', 'alias']] } } },
      ['john takes effect'],
    ],
    [
      'a tagged address of a client known by alias has none',
      { from: 'jd+shop@x.test', known: { book: { 'jd@x.test': [['john', 'alias']] } } },
      ['john unauthenticated'],
    ],
    [
      'a stranger whose message a person linked has, for that message',
      { from: 'z@z.test', known: { decisions: [about('message', 'link', ['john'])] } },
      ['john takes effect'],
    ],
    [
      'a stranger in a thread that a person linked has none',
      { from: 'z@z.test', known: { decisions: [about('thread', 'link', ['john'])] } },
      ['john unauthenticated'],
    ],
    [
      '40 a Reply-To of another party is held',
      { mail: { replyTo: [{ address: 'z@z.test', name: '' }] } },
      ['john unauthenticated'],
    ],
    [
      '40 a Reply-To of the same company is not',
      { mail: { replyTo: [{ address: 'desk@x.test', name: '' }] } },
      ['john takes effect'],
    ],
    [
      '40 a failed DMARC is held, also where authentication is off',
      { facts: { authentication: { ...alignedPass, dmarc: 'fail', alignedPass: false } } },
      ['john unauthenticated'],
    ],
    [
      '40 under flag a sender without proof is held',
      { rules: { authentication: 'flag' } },
      ['john unauthenticated'],
    ],
    [
      '40 under flag a proven sender is not',
      { rules: { authentication: 'flag' }, facts: { authentication: alignedPass } },
      ['john takes effect'],
    ],
    [
      'staff are proven by our own Sent folder',
      {
        from: 'ada@firm.test',
        mail: { to: [{ address: 'john@x.test', name: '' }] },
        facts: { inOwnSent: true },
        rules: { authentication: 'require' },
      },
      ['john takes effect'],
    ],
  ] satisfies readonly (readonly [string, Parameters<typeof updates>[0], readonly string[]])[])(
    '%s',
    (_, input, expected) => {
      expect(updates(input)).toEqual(expected);
    },
  );

  it('one for each client and tag', () => {
    const mail = {
      to: [
        { address: 'john@x.test', name: '' },
        { address: 'mary@y.test', name: '' },
      ],
    };
    const known = {
      book: { 'john@x.test': [['john', 'primary']], 'mary@y.test': [['mary', 'primary']] },
    } as const;
    expect(
      updates({ from: 'ada@firm.test', mail, known, cases: { tags: [tag, { ...tag, ref: '8' }] } }),
    ).toHaveLength(4);
  });
});

describe('spellings', () => {
  const header = (name: string, raw: string) => ({ name, raw, value: raw });

  it('are those in which a looked-up address occurs in the message', () => {
    const headers = [
      header('from', 'John <John@X.test>'),
      header('to', 'OFFICE@firm.test, "x" <Mary@Y.test>'),
      header('x-other', 'JOHN@x.test'),
    ];
    expect(rawSpellings({ headers }, ['john@x.test', 'mary@y.test'])).toEqual(['John@X.test', 'Mary@Y.test']);
  });

  it('are few, whatever the header contains', () => {
    const headers = [header('to', Array.from({ length: 50_000 }, (_, at) => `A${at}@X.test`).join(', '))];
    const asked = Array.from({ length: 50_000 }, (_, at) => `a${at}@x.test`);
    expect(rawSpellings({ headers }, asked).length).toBeLessThanOrEqual(200);
  });
});
