/**
 * The edge cases of matching, forwards, automatic mail, threads and cases, by their numbers. Those that need a store are proven
 * elsewhere:
 *
 * | case | proven by |
 * |---|---|
 * | 10, 11 | test/rejudge/rematch.integration.test.ts, test/triage/triage.integration.test.ts |
 * | 24 (one communication) | test/ingest/ingest-forward.integration.test.ts |
 * | 39 (a case that was merged or deleted) | not decided by the message alone: the CRM's rows are never guessed at |
 * | 41, 42, 43 (stored once) | test/ingest/ingest-identity.integration.test.ts, test/fingerprint/fingerprint.test.ts |
 * | 44 to 51 | test/ingest, test/faults, test/mailbox/sync-plan.test.ts |
 * | 52 to 55 | test/mime/parse.test.ts, test/mime/containers/containers.test.ts |
 * | 59 | decided in decideCaseUpdates: test/decide/judge.test.ts |
 */
import { describe, expect, it } from 'vitest';
import { enclosed, multipart, text, wholeMessage } from '../../demo/mime.ts';
import {
  ada,
  crm,
  decide,
  decideAll,
  dropbox,
  gmail,
  office,
  outcome,
  outcomeOf,
  outlook,
} from './office.ts';

const stranger = 'Otto <otto@away.test>';

describe('matching', () => {
  it.each(['John@X.test', ' "john@x.test" ', '<john@x.test>.', 'john@x.test.', 'John <john@x.test>'])(
    '1 a client stored as %j is found',
    async (email) => {
      const setting = { clients: [{ _id: 'john', email }] };
      expect(await outcomeOf({ from: 'john@x.test' }, setting)).toBe('john from');
      expect(await outcomeOf({ from: '"J" <JOHN@x.TEST>' }, setting)).toBe('john from');
    },
  );

  it('2 two clients whose emails differ by case only are one ambiguity', async () => {
    const clients = [
      { _id: 'a', email: 'Twin@x.test' },
      { _id: 'b', email: 'twin@x.test' },
    ];
    const { verdict } = await decide({ from: 'twin@x.test' }, { clients });
    expect([verdict.kind, verdict.reason, verdict.candidates.map(({ clientId }) => clientId)]).toEqual([
      'ambiguous',
      'shared-address',
      ['a', 'b'],
    ]);
  });

  it('3 a sub-address folds only if no client has the tagged form', async () => {
    const clients = [
      { _id: 'mary', email: 'john+mary@x.test' },
      { _id: 'john', email: 'john@x.test' },
    ];
    expect(await outcomeOf({ from: 'john+mary@x.test' }, { clients })).toBe('mary from');
    expect(await outcomeOf({ from: 'john@x.test' }, { clients })).toBe('john from');
    expect(await outcomeOf({ from: 'john+shop@x.test' }, { clients })).toBe('john sub-address');
    expect(await outcomeOf({ from: 'john@x.test' }, { clients: clients.slice(0, 1) })).toBe('unmatched');
  });

  it.each([
    ['triage', 'ambiguous'],
    ['all', 'old from, young from'],
    ['oldest', 'old from'],
  ])(
    '4 one address on two clients under AMBIGUITY=%s is %s, with the candidates recorded',
    async (ambiguity, expected) => {
      const decided = await decide({ from: 'shared@house.test' }, { config: { ambiguity } });
      expect(outcome(decided)).toBe(expected);
      expect(decided.verdict.candidates.length).toBe(ambiguity === 'triage' ? 2 : 0);
    },
  );

  it('5 a company is found by public suffix, never at a provider of free mail', async () => {
    const setting = {
      clients: [
        { _id: 'a', email: 'kate@acme-invented.co.uk' },
        { _id: 'b', email: 'someone-17@gmail.com' },
      ],
      config: { domainMatching: true },
    };
    expect(await outcomeOf({ from: 'bob@mail.acme-invented.co.uk' }, setting)).toBe('a domain');
    expect(await outcomeOf({ from: 'bob@other-invented.co.uk' }, setting)).toBe('unmatched');
    expect(await outcomeOf({ from: 'someone-18@gmail.com' }, setting)).toBe('unmatched');
    expect(await outcomeOf({ from: 'bob@acme-invented.co.uk' }, { ...setting, config: {} })).toBe(
      'unmatched',
    );
  });

  it('6 mail from ourselves is outbound and concerns those it was sent to; our addresses are nobody’s', async () => {
    const decided = await decide({ from: ada, to: 'john@x.test', cc: `mary@y.test, ${office}` });
    expect([decided.verdict.direction, outcome(decided)]).toEqual(['outbound', 'john to, mary cc']);
    const clients = [{ _id: 'us', email: office }];
    expect(await outcomeOf({ from: stranger, headers: [`Delivered-To: ${office}`] }, { clients })).toBe(
      'unmatched',
    );
    expect(await outcomeOf({ from: office, to: stranger }, { clients })).toBe('unmatched');
  });

  it('7 internal means that every participant is staff, and a free-mail address is never staff', async () => {
    expect(await outcomeOf({ from: ada, to: office })).toBe('internal');
    expect(await outcomeOf({ from: ada, to: office, cc: 'john@x.test' })).toBe('john cc');
    const config = { ownAddresses: ['boss@gmail.com'], staffDomains: ['gmail.com'] };
    expect(await outcomeOf({ from: 'other@gmail.com', to: 'boss@gmail.com' }, { config })).toBe('unmatched');
  });

  it('8 mail that does not name us among its recipients is judged like any other', async () => {
    expect(await outcomeOf({ from: 'john@x.test', to: 'someone@else.test' })).toBe('john from');
    expect(await outcomeOf({ from: 'john@x.test', to: '' })).toBe('john from');
    expect(await outcomeOf({ from: ada, to: 'john@x.test' }, dropbox)).toBe('john to');
  });

  it('9 an unknown address in a known thread goes to its client, unless the thread has several', async () => {
    const one = await decideAll([
      { from: ada, to: 'john@x.test', id: 'a@firm.test' },
      { from: stranger, answers: ['a@firm.test'] },
    ]);
    expect(one.map(outcome)).toEqual(['john to', 'john thread']);
    const two = await decideAll([
      { from: ada, to: 'john@x.test, mary@y.test', id: 'b@firm.test' },
      { from: stranger, answers: ['b@firm.test'] },
    ]);
    expect(two.map(outcome)).toEqual(['john to, mary to', 'ambiguous']);
    expect(two[1]?.verdict.reason).toBe('several-clients-in-thread');
  });

  it('12 a web form’s Reply-To is the client, and From stays what it was', async () => {
    const form = { from: 'Site <wordpress@forms.test>', headers: ['Reply-To: john@x.test'] };
    const decided = await decide(form, { config: { formSenders: ['wordpress@forms.test'] } });
    expect([outcome(decided), decided.reading.mail.from?.address]).toEqual([
      'john reply-to',
      'wordpress@forms.test',
    ]);
    const unknown = await decide(form);
    expect([outcome(unknown), unknown.verdict.candidates.map(({ clientId }) => clientId)]).toEqual([
      'unmatched',
      ['john'],
    ]);
  });

  it.each([
    [
      'Google Groups',
      'John via Wine <wine@groups.test>',
      ['X-Original-From: John <john@x.test>', 'List-Id: <wine.groups.test>'],
    ],
    [
      'Mailman',
      'John via Wine <wine@lists.test>',
      ['Reply-To: John <john@x.test>', 'List-Post: <mailto:wine@lists.test>', 'X-BeenThere: wine@lists.test'],
    ],
  ])('13 %s mail is the poster’s, not the list’s', async (_, from, headers) => {
    const clients = [
      { _id: 'john', email: 'john@x.test' },
      { _id: 'list', email: 'nobody@lists.test' },
    ];
    expect(await outcomeOf({ from, to: 'wine@groups.test', headers }, { clients })).toBe(
      'john list-original',
    );
  });

  it.each(['office@firm.test', 'please call', 'unknown@unknown', '<>'])(
    '14 Reply-To %j is ignored',
    async (replyTo) => {
      const config = { formSenders: ['wordpress@forms.test'] };
      expect(
        await outcomeOf({ from: 'wordpress@forms.test', headers: [`Reply-To: ${replyTo}`] }, { config }),
      ).toBe('unmatched');
      expect(await outcomeOf({ from: 'john@x.test', headers: [`Reply-To: ${replyTo}`] })).toBe('john from');
    },
  );

  it.each(['info', 'kontakt', 'sales', 'team', 'noreply'])(
    '15 %s@ that is stored as a client is a client',
    async (local) => {
      expect(
        await outcomeOf(
          { from: `${local}@shop.test` },
          { clients: [{ _id: 'shop', email: `${local}@shop.test` }] },
        ),
      ).toBe('shop from');
    },
  );

  it('16 a circular to more than 50 clients writes to none of them and waits for a person', async () => {
    const clients = Array.from({ length: 60 }, (_, at) => ({ _id: `c${at}`, email: `c${at}@crowd.test` }));
    const { verdict } = await decide(
      { from: ada, to: clients.map(({ email }) => email).join(', ') },
      { clients },
    );
    expect([verdict.kind, verdict.reason, verdict.clients.length]).toEqual([
      'ambiguous',
      'too-many-clients',
      0,
    ]);
    const strangers = Array.from({ length: 60 }, (_, at) => `s${at}@crowd.test`).join(', ');
    expect(await outcomeOf({ from: ada, to: `${strangers}, john@x.test` })).toBe('john to');
  });
});

describe('forwards', () => {
  const fromAda = { from: ada, to: crm, subject: 'Fwd: Wall' };

  it('17 a forward without a prefix in its subject is unwrapped', async () => {
    expect(
      await outcomeOf({ ...fromAda, subject: 'about the wall', body: gmail('John <john@x.test>') }, dropbox),
    ).toBe('john forwarded');
  });

  it('18 a reply that quotes is not a forward, even with Outlook’s header block', async () => {
    const reply = {
      from: ada,
      to: stranger,
      subject: 'RE: Fence',
      headers: ['In-Reply-To: <f@away.test>', 'References: <f@away.test>'],
      body: outlook('John <john@x.test>').replace('For the file.', 'I agree.'),
    };
    const decided = await decide(reply, dropbox);
    expect([decided.verdict.direction, outcome(decided)]).toEqual(['outbound', 'unmatched']);
  });

  it.each([stranger, '"ada@firm.test" <otto@away.test>', 'ada@firm.test.evil.test'])(
    '19 what %s forwards is judged by its own sender',
    async (from) => {
      expect(await outcomeOf({ ...fromAda, from, body: gmail('John <john@x.test>') }, dropbox)).toBe(
        'unmatched',
      );
    },
  );

  it('19 what a client forwards is the client’s', async () => {
    expect(
      await outcomeOf({ ...fromAda, from: 'mary@y.test', body: gmail('John <john@x.test>') }, dropbox),
    ).toBe('mary from');
  });

  it('20 our own address inside is skipped for the next hop', async () => {
    expect(
      await outcomeOf(
        { ...fromAda, body: gmail(`Office <${office}>`, gmail('John <john@x.test>'), 'Fwd: Wall') },
        dropbox,
      ),
    ).toBe('john forwarded');
  });

  it('21 a name without an address waits in triage', async () => {
    const { verdict } = await decide({ ...fromAda, body: outlook('John Xavier') }, dropbox);
    expect([verdict.kind, verdict.reason, verdict.clients]).toEqual(['unmatched', 'name-only-forward', []]);
  });

  it('22 an attached original wins over the text that repeats it, and a chain of them ends', async () => {
    const original = wholeMessage(
      [
        'From: John <john@x.test>',
        'To: ada@firm.test',
        'Subject: Wall',
        'Date: Sun, 01 Feb 2026 10:00:00 +0000',
        'Message-ID: <wall@x.test>',
      ],
      text('The wall has a crack.'),
    );
    const body = multipart('multipart/mixed', 'outer', [
      text(gmail('John <john@x.test>')),
      enclosed(original),
    ]);
    const decided = await decide({ ...fromAda, body }, dropbox);
    expect(outcome(decided)).toBe('john forwarded');
    expect(decided.reading.mail.forwarded).toMatchObject({
      via: 'attachment',
      messageId: 'wall@x.test',
      date: '2026-02-01T10:00:00.000Z',
    });
    let chain = original;
    for (let depth = 0; depth < 40; depth++)
      chain = wholeMessage(
        [`From: ${ada}`, `To: ${crm}`, 'Subject: Fwd: Wall', `Message-ID: <d${depth}@firm.test>`],
        multipart('multipart/mixed', `b${depth}`, [text('See.'), enclosed(chain)]),
      );
    expect((await decide(chain, dropbox)).reading.mail.forwards.length).toBeLessThan(40);
  });

  it.each([
    ['John [cid:image001.png@01DC93E1.7A3B5C10]', 'unmatched'],
    ['John <mailto:john@x.test>', 'john forwarded'],
    ['John &lt;john@x.test&gt;', 'john forwarded'],
    ['John <john@x.test<mailto:john@x.test>>', 'john forwarded'],
  ])('23 a sender printed as %j is %s', async (from, expected) => {
    expect(await outcomeOf({ ...fromAda, body: outlook(from) }, dropbox)).toBe(expected);
  });

  it('24 a forward of what was captured directly finds the message that it carries', async () => {
    const [direct, forwarded] = await decideAll(
      [
        { from: 'john@x.test', to: `ada@firm.test, ${crm}`, subject: 'Wall', minute: 60 },
        { ...fromAda, body: gmail('John <john@x.test>'), minute: 70 },
      ],
      dropbox,
    );
    if (direct === undefined || forwarded === undefined) throw new Error('two messages');
    expect([outcome(direct), outcome(forwarded)]).toEqual(['john from', 'john forwarded']);
  });

  it.each([
    ['Gmail', 'john@x.test', gmail('John <john@x.test>')],
    ['Chinese', 'john@x.test', outlook('John <john@x.test>', ['发件人', '发送时间', '收件人', '主题'])],
    ['Korean', 'john@x.test', outlook('John <john@x.test>', ['보낸 사람', '보낸 날짜', '받는 사람', '제목'])],
    ['Japanese', 'john@x.test', outlook('John <john@x.test>', ['差出人', '送信日時', '宛先', '件名'])],
    ['Arabic', 'john@x.test', outlook('John <john@x.test>', ['من', 'تم الإرسال', 'إلى', 'الموضوع'])],
    ['Hebrew', 'john@x.test', outlook('John <john@x.test>', ['מאת', 'נשלח', 'אל', 'נושא'])],
    ['Greek', 'john@x.test', outlook('John <john@x.test>', ['Από', 'Στάλθηκε', 'Προς', 'Θέμα'])],
  ])('25 a forward by %s is recognised', async (_, __, body) => {
    expect(await outcomeOf({ ...fromAda, body }, dropbox)).toBe('john forwarded');
  });
});

const tagged = '[Case #11: Open] Wall';

describe('automatic mail', () => {
  it.each([
    ['no', null],
    ['auto-replied; owner-email="x"', 'auto-reply'],
    ['auto-replied (vacation)', 'out-of-office'],
  ])('26 Auto-Submitted: %s is %s', async (value, kind) => {
    const { reading, caseUpdates } = await decide({
      from: 'john@x.test',
      subject: tagged,
      headers: [`Auto-Submitted: ${value}`],
    });
    expect(reading.mail.automatic === null).toBe(kind === null);
    expect(caseUpdates).toHaveLength(kind === null ? 1 : 0);
  });

  it('27 X-Auto-Response-Suppress alone is a person', async () => {
    const { reading, caseUpdates } = await decide({
      from: 'john@x.test',
      subject: tagged,
      headers: ['X-Auto-Response-Suppress: All'],
    });
    expect([reading.mail.automatic, caseUpdates.length]).toEqual([null, 1]);
  });

  it('28 an out-of-office note is on record and moves no case', async () => {
    const decided = await decide({
      from: 'john@x.test',
      subject: `Automatic reply: ${tagged}`,
      headers: ['Auto-Submitted: auto-replied'],
      body: 'I am out of the office.',
    });
    expect([outcome(decided), decided.reading.mail.automatic?.kind, decided.caseUpdates]).toEqual([
      'john from',
      'out-of-office',
      [],
    ]);
  });

  it('29 a bounce is the client’s of the message that it returns, and 4.x.x is not hard', async () => {
    const report = (status: string) =>
      multipart('multipart/report; report-type=delivery-status', 'report', [
        text('It could not be delivered.'),
        text(
          `Reporting-MTA: dns; mx.x.test\n\nFinal-Recipient: rfc822; john@x.test\nAction: failed\nStatus: ${status}`,
          'message/delivery-status',
        ),
        text(
          `From: ${ada}\nTo: john@x.test\nSubject: Wall\nMessage-ID: <w@firm.test>`,
          'text/rfc822-headers',
        ),
      ]);
    const daemon = {
      from: 'MAILER-DAEMON@mx.x.test',
      subject: 'Undelivered Mail Returned to Sender',
      headers: ['Return-Path: <>'],
    };
    const [, soft, hard] = await decideAll([
      { from: ada, to: 'john@x.test', id: 'w@firm.test' },
      { ...daemon, body: report('4.2.2') },
      { ...daemon, body: report('5.1.1') },
    ]);
    if (soft === undefined || hard === undefined) throw new Error('three messages');
    expect([outcome(soft), outcome(hard)]).toEqual(['john thread', 'john thread']);
    expect([soft, hard].map(({ reading }) => reading.mail.bounce?.recipients[0]?.hard)).toEqual([
      false,
      true,
    ]);
  });

  it('30 jane@unsubtle.test is a person', async () => {
    const decided = await decide(
      { from: 'jane@unsubtle.test', subject: 'Please unsubscribe me' },
      { clients: [{ _id: 'jane', email: 'jane@unsubtle.test' }] },
    );
    expect([outcome(decided), decided.reading.mail.automatic]).toEqual(['jane from', null]);
  });
});

describe('threads and cases', () => {
  it.each([
    ['commas', 'References: <a@b.test>,<w@firm.test>,<c@b.test>'],
    ['tabs', 'References: <a@b.test>\t<w@firm.test>\t<c@b.test>'],
    ['folded lines', 'References: <a@b.test>\r\n <c@b.test>\r\n\t<w@firm.test>'],
    ['nothing between', 'References: <a@b.test><w@firm.test>'],
    ['several in In-Reply-To', 'In-Reply-To: <a@b.test> <w@firm.test>'],
    ['prose around', 'In-Reply-To: Your message of Monday <w@firm.test>'],
    [
      '31 newer ones',
      `References: <w@firm.test> ${Array.from({ length: 31 }, (_, at) => `<n${at}@b.test>`).join(' ')}`,
    ],
  ])('32 references with %s are followed', async (_, header) => {
    const [, reply] = await decideAll([
      { from: ada, to: 'john@x.test', id: 'w@firm.test' },
      { from: stranger, headers: [header] },
    ]);
    expect(reply && outcome(reply)).toBe('john thread');
  });

  it('32 only the newest 32 are looked up', async () => {
    const newer = Array.from({ length: 32 }, (_, at) => `<n${at}@b.test>`).join(' ');
    const [, reply] = await decideAll([
      { from: ada, to: 'john@x.test', id: 'w@firm.test' },
      { from: stranger, headers: [`References: <w@firm.test> ${newer}`] },
    ]);
    expect(reply && outcome(reply)).toBe('unmatched');
    expect(reply?.facts.answers).toHaveLength(32);
  });

  it('33 the same subject and recipients join nothing', async () => {
    const messages = await decideAll([
      { from: ada, to: 'john@x.test', subject: 'Fence' },
      { from: 'mary@y.test', subject: 'Re: Fence' },
      { from: stranger, subject: 'Re: Fence' },
    ]);
    expect(messages.map(outcome)).toEqual(['john to', 'mary from', 'unmatched']);
    expect(new Set(messages.map(({ facts }) => facts.threadId)).size).toBe(3);
  });

  it.each([
    'Re: ',
    'RE: Fwd: ',
    'AW: ',
    'WG: AW: ',
    'Antw: ',
    'TR : ',
    'SV: ',
    '回复：',
    '[EXTERNAL] ',
    'Re: [EXTERNAL] Fwd: ',
  ])('34 a tag behind %j is read', async (prefix) => {
    const [, reply] = await decideAll([
      { from: ada, to: 'john@x.test', id: 'w@firm.test', subject: 'Wall' },
      { from: 'john@x.test', subject: `${prefix}[Case Update: Open] Wall`, answers: ['w@firm.test'] },
    ]);
    expect(reply?.caseUpdates.map(({ status, title, review }) => [status, title, review])).toEqual([
      ['Open', 'Wall', null],
    ]);
  });

  it('34 an auto-linked tag is read', async () => {
    const { caseUpdates } = await decide({ from: 'john@x.test', subject: '[http://Case #12] Wall' });
    expect(caseUpdates.map(({ ref, review }) => [ref, review])).toEqual([['12', null]]);
  });

  it.each([
    ['the quoted text', { subject: 'A question', body: `You wrote:\n> Subject: ${tagged}` }],
    [
      'an automatic reply’s copied subject',
      { subject: `Auto: ${tagged}`, headers: ['Auto-Submitted: auto-replied'] },
    ],
  ])('35 a tag in %s does not fire', async (_, message) => {
    expect((await decide({ from: 'john@x.test', ...message })).caseUpdates).toEqual([]);
  });

  it('36 an unknown status is held, a translated one is known, another word is a setting', async () => {
    const update = async (subject: string, config = {}) => {
      const [one] = (await decide({ from: 'john@x.test', subject }, { config })).caseUpdates;
      return [one?.status, one?.statusText, one?.review];
    };
    expect(await update('[Case #1: Marinating] Wall')).toEqual(['Open', 'Marinating', 'unknown-status']);
    expect((await update('[Case #1: Geschlossen] Mauer')).filter((one) => one !== 'Geschlossen')).toEqual([
      'Closed',
      null,
    ]);
    expect(
      (
        await update('[Case #1: Marinating] Wall', {
          caseStatuses: { Open: ['open'], Waiting: ['marinating'] },
        })
      )[0],
    ).toBe('Waiting');
  });

  it('37 a reply with its parent’s tag makes no second update', async () => {
    const messages = await decideAll([
      { from: 'john@x.test', subject: tagged, id: 'a@x.test' },
      { from: ada, to: 'john@x.test', subject: `Re: ${tagged}`, id: 'b@firm.test', answers: ['a@x.test'] },
      { from: 'john@x.test', subject: `Re: Re: ${tagged}`, answers: ['a@x.test', 'b@firm.test'] },
    ]);
    expect(messages.map(({ caseUpdates }) => caseUpdates.length)).toEqual([1, 0, 0]);
  });

  it('38 a case number in a stranger’s mail attaches nothing, in another client’s it waits for a person', async () => {
    const [, byStranger, byMary] = await decideAll([
      { from: 'john@x.test', subject: tagged },
      { from: stranger, subject: '[Case #11: Closed]' },
      { from: 'mary@y.test', subject: '[Case #11: Closed]' },
    ]);
    expect([byStranger?.verdict.clients, byStranger?.caseUpdates]).toEqual([[], []]);
    expect(byMary?.caseUpdates.map(({ clientId, review }) => [clientId, review])).toEqual([
      ['mary', 'foreign-case'],
    ]);
  });

  it('39 an unknown case number opens a case with that number, it is not taken for another', async () => {
    const { caseUpdates } = await decide({ from: 'john@x.test', subject: '[Case #404] Wall' });
    expect(caseUpdates.map(({ ref, status }) => [ref, status])).toEqual([['404', 'Open']]);
  });

  it.each([
    ['From and Reply-To differ', ['Reply-To: otto@away.test'], {}],
    [
      'DMARC failed',
      ['Authentication-Results: mx.firm.test; dmarc=fail header.from=x.test'],
      { trustedAuthservIds: ['mx.firm.test'] },
    ],
  ])('40 if %s the update is recorded and not executed', async (_, headers, config) => {
    const { caseUpdates } = await decide(
      { from: 'john@x.test', subject: '[Case #11: Closed] Wall', headers },
      { config },
    );
    expect(caseUpdates.map(({ status, review }) => [status, review])).toEqual([
      ['Closed', 'unauthenticated'],
    ]);
  });
});

describe('identity', () => {
  const prints = async (messages: Parameters<typeof decideAll>[0]): Promise<string[]> =>
    (await decideAll(messages)).map(({ facts }) => facts.fingerprint);

  it('41 without a Message-ID the content distinguishes messages', async () => {
    const slip = { from: 'john@x.test', id: null, minute: 0, body: 'First.' };
    const [one, again, other] = await prints([
      slip,
      { ...slip, headers: ['Received: from a by b; Mon, 2 Feb 2026 09:00:00 +0000'] },
      { ...slip, body: 'Second.' },
    ]);
    expect([again === one, other === one]).toEqual([true, false]);
  });

  it('42 a reused Message-ID makes another message', async () => {
    const scan = { from: 'john@x.test', id: 'same@x.test', minute: 0 };
    expect(
      new Set(
        await prints([
          { ...scan, body: 'Page one.' },
          { ...scan, body: 'Page two.' },
        ]),
      ).size,
    ).toBe(2);
  });

  it('43 the same mail by two ways is one message', async () => {
    const both = { from: 'john@x.test', id: 'both@x.test', minute: 0 };
    expect(
      new Set(
        await prints([
          { ...both, headers: ['Delivered-To: ada@firm.test'] },
          { ...both, headers: ['Delivered-To: ben@firm.test', 'X-Spam: 0'] },
        ]),
      ).size,
    ).toBe(1);
  });
});

describe('blocked participants', () => {
  it.each([
    ['drop', 'otto@mail.away.test', 'ignored', 'blocklisted'],
    ['drop', 'john@x.test', 'john from', null],
    ['skip-client', 'otto@away.test', 'unmatched', 'blocklisted'],
  ])('57 under the policy %s mail from %s is %s', async (policy, from, expected, reason) => {
    const decided = await decide(
      { from },
      {
        clients: [
          { _id: 'john', email: 'john@x.test' },
          { _id: 'otto', email: 'otto@away.test' },
        ],
        config: { blocklist: { entries: ['away.test'], policy } },
      },
    );
    expect([outcome(decided), decided.verdict.reason]).toEqual([expected, reason]);
  });

  it('57 skip-client leaves the other clients of the message linked, drop drops all of it', async () => {
    const message = { from: ada, to: 'john@x.test, otto@away.test' };
    const setting = (policy: string) => ({
      clients: [
        { _id: 'john', email: 'john@x.test' },
        { _id: 'otto', email: 'otto@away.test' },
      ],
      config: { blocklist: { entries: ['away.test'], policy } },
    });
    expect(await outcomeOf(message, setting('skip-client'))).toBe('john to');
    expect(await outcomeOf(message, setting('drop'))).toBe('ignored');
  });

  it('57 drop does not drop a client’s message because it also goes to a blocked address', async () => {
    const setting = {
      clients: [{ _id: 'john', email: 'john@x.test' }],
      config: { blocklist: { entries: ['away.test'], policy: 'drop' } },
    };
    const message = { from: 'john@x.test', to: `${ada}, otto@away.test` };
    expect(await outcomeOf({ ...message, headers: ['Reply-To: otto@away.test'] }, setting)).toBe('john from');
    expect(await outcomeOf({ ...message, from: 'otto@away.test' }, setting)).toBe('ignored');
  });
});
