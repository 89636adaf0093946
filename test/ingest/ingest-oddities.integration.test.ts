import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { file, multipart, text } from '../../demo/mime.ts';
import { append, newAccount } from '../support/imap-server.ts';
import { client, rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';

const codes = (warnings: readonly string[]): string[] =>
  warnings.map((warning) => warning.split(':', 1)[0] ?? '');
const raw = (...lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'));

describe('a message over the size gate', () => {
  const big = rawMessage({
    id: 'big@kline.test',
    subject: '[Case #9: Closed] Plans',
    body: multipart('multipart/mixed', 'b', [
      text('The plans are enclosed.'),
      file({ name: 'plans.bin', type: 'application/octet-stream', content: randomBytes(3_000_000) }),
    ]),
  });

  it('is stored raw by streaming and filed by its header, with the body marked as skipped', async () => {
    const firm = await openFirm({ maxMessageBytes: 1_000_000 });
    const account = newAccount();
    await append(account.user, [big]);
    await firm.poll(firm.mailbox(account));
    await firm.ingestWaiting();
    const message = await firm.database.messages.findOne({});
    expect(message).toMatchObject({
      state: 'stored',
      messageId: 'big@kline.test',
      subject: '[Case #9: Closed] Plans',
      size: big.length,
    });
    const digest = createHash('sha256').update(big).digest('hex');
    expect(message?.fingerprint).toBe(`raw:${digest}`);
    expect(message?.warnings.some((warning) => /^oversize: \d+ bytes/u.test(warning))).toBe(true);
    const [stored] = await firm.database.communications.find().toArray();
    expect(stored).toMatchObject({ clientId: 'paula', message: '', attachments: [] });
    const kept = createHash('sha256');
    for await (const piece of await firm.blobs.get(message?.rawKey ?? '')) kept.update(piece as Buffer);
    expect(kept.digest('hex')).toBe(digest);
  });

  it('at the limit is read whole', async () => {
    const firm = await openFirm({ maxMessageBytes: big.length });
    expect(await firm.receive(big)).toMatchObject({
      attachments: [{ filename: 'plans.bin', size: 3_000_000 }],
    });
  });

  it('over the limit in two mailboxes is one entry, whatever its route', async () => {
    const firm = await openFirm({ maxMessageBytes: 1_000 });
    const scan = rawMessage({ id: 'big@kline.test', body: 'A line.\n'.repeat(500) });
    const otherRoute = Buffer.concat([Buffer.from('Received: from mx.firm.test by crm.firm.test\r\n'), scan]);
    await firm.receive(scan, { mailbox: 'ines' });
    await firm.receive(otherRoute, { mailbox: 'tom' });
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('whose header is over 1 MB is stored as well', async () => {
    const firm = await openFirm({ maxMessageBytes: 500_000 });
    const endless = raw(
      `From: ${client}`,
      'Message-ID: <endless@kline.test>',
      `X-Filler: ${'a '.repeat(700_000)}`,
      'Subject: Late',
      '',
      'text',
    );
    expect(await firm.receive(endless)).toMatchObject({ state: 'stored', messageId: 'endless@kline.test' });
  });
});

describe('a message that lacks what every message should have', () => {
  const arrived = new Date('2026-03-02T10:00:05Z');

  it('without Message-ID, Date, From and Subject is stored, waits in triage, and has the date of its arrival', async () => {
    const firm = await openFirm();
    const message = await firm.receive(raw('To: office@firm.test', '', 'Who am I?'), {
      internalDate: arrived,
    });
    expect(message).toMatchObject({
      state: 'triage',
      messageId: null,
      subject: '',
      date: arrived,
      originKey: null,
      carriesKey: null,
    });
    expect(message.verdict?.reason).toBe('no-client');
    expect(await firm.database.sightings.countDocuments({ state: 'done' })).toBe(1);
  });

  it('without any header is stored', async () => {
    const firm = await openFirm();
    expect(await firm.receive(raw('', 'Only a text'))).toMatchObject({ state: 'triage' });
  });

  for (const [name, bytes] of [
    ['nothing at all', ''],
    ['one line end', '\r\n'],
    ['white space', ' \t \r\n \r\n'],
    ['zero bytes', '\0\0\0\0'],
  ] as const)
    it(`that is ${name} is stored`, async () => {
      const firm = await openFirm();
      const message = await firm.receive(Buffer.from(bytes));
      expect(['triage', 'quarantined']).toContain(message.state);
      expect(message.fingerprint).toMatch(/^(?:v1|raw):[0-9a-f]{64}$/u);
    });

  it('with two From headers proves no sender: it waits in triage with a warning, and moves no case', async () => {
    const firm = await openFirm();
    const message = await firm.receive(
      raw(
        `From: ${client}`,
        'From: stranger@else.test',
        'Subject: [Case #9: Closed] Lease',
        'Date: Mon, 2 Mar 2026 10:00:00 +0000',
        '',
        'Close it.',
      ),
    );
    expect(message.state).toBe('triage');
    expect(codes(message.warnings)).toEqual(expect.arrayContaining([expect.stringMatching(/from/u)]));
    expect(message.verdict?.candidates.map(({ clientId }) => clientId)).toEqual(['paula']);
    expect(await firm.database.caseUpdates.countDocuments()).toBe(0);
  });

  for (const date of [
    'yesterday, more or less',
    'Mon, 32 Feb 2026 25:61:00 +9999',
    'Mon, 2 Mar 2099 10:00:00 +0000',
  ])
    it(`with the Date "${date}" has the date of its arrival`, async () => {
      const firm = await openFirm();
      const message = await firm.receive(
        raw(`From: ${client}`, `Date: ${date}`, 'Subject: When', '', 'text'),
        { internalDate: arrived },
      );
      expect(message.date).toEqual(arrived);
      expect(codes(message.warnings)).toEqual(expect.arrayContaining([expect.stringMatching(/date/u)]));
    });
});

describe('an attachment', () => {
  for (const name of [
    '../../etc/passwd',
    '..\\..\\windows\\system.ini',
    '/etc/shadow',
    'a\0b.pdf',
    'invoice\u202Efdp.exe',
    '',
  ])
    it(`named ${JSON.stringify(name)} is stored under its hash, its name harmless`, async () => {
      const firm = await openFirm();
      const content = randomBytes(50);
      const part = file({ name: 'x', type: 'application/pdf', content });
      const headers = part.headers.map((header) =>
        header.replace('filename="x"', () => `filename*=utf-8''${encodeURIComponent(name)}`),
      );
      await firm.receive(
        rawMessage({ body: multipart('multipart/mixed', 'b', [text('See.'), { ...part, headers }]) }),
      );
      const [stored] = await firm.database.communications.find().toArray();
      const sha256 = createHash('sha256').update(content).digest('hex');
      expect(stored?.attachments).toMatchObject([
        { key: `attachments/${sha256.slice(0, 2)}/${sha256}`, size: 50, sha256 },
      ]);
      expect(stored?.attachments[0]?.filename ?? '').not.toMatch(/[/\\\0\u202E]/u);
      expect(await firm.blobs.head(`attachments/${sha256.slice(0, 2)}/${sha256}`)).toEqual({ size: 50 });
    });

  it('of 25 MB goes through the mailbox, is stored byte for byte and kept once', async () => {
    const firm = await openFirm();
    const content = randomBytes(25_000_000);
    const account = newAccount();
    const mail = (id: string): Buffer =>
      rawMessage({
        id,
        body: multipart('multipart/mixed', 'b', [
          text('See.'),
          file({ name: 'scan.bin', type: 'application/octet-stream', content }),
        ]),
      });
    await append(account.user, [mail('first@kline.test'), mail('second@kline.test')]);
    expect(await firm.poll(firm.mailbox(account))).toMatchObject({ fetched: 2, problems: [] });
    await firm.ingestWaiting();
    const stored = await firm.database.communications.find().toArray();
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(
      stored.map(({ attachments }) => attachments.map((attachment) => [attachment.sha256, attachment.size])),
    ).toEqual([[[sha256, content.length]], [[sha256, content.length]]]);
    const kept = createHash('sha256');
    for await (const piece of await firm.blobs.get(stored[0]?.attachments[0]?.key ?? ''))
      kept.update(piece as Buffer);
    expect(kept.digest('hex')).toBe(sha256);
  });
});

describe('hostile sizes', () => {
  it('a text of 20 MB is stored: cut in the record, whole in the raw message', async () => {
    const firm = await openFirm();
    const message = await firm.receive(
      rawMessage({ body: 'A line of a very long message.\n'.repeat(700_000) }),
    );
    expect(message.state).toBe('stored');
    const [stored] = await firm.database.communications.find().toArray();
    expect(stored?.message.length).toBe(2_000_000);
  });

  it('10,000 recipients fit into the record', async () => {
    const firm = await openFirm();
    const to = Array.from({ length: 10_000 }, (_, index) => `n${index}@circular.test`).join(',\r\n ');
    const message = await firm.receive(rawMessage({ to }));
    expect(message.state).toBe('stored');
    expect(message.participants.length).toBeLessThanOrEqual(500);
    expect((await firm.database.communications.findOne({}))?.to).toHaveLength(1_000);
  });

  it('5,000 references fit into the record, the newest kept', async () => {
    const firm = await openFirm();
    const answers = Array.from({ length: 5_000 }, (_, index) => `r${index}@kline.test`);
    const message = await firm.receive(rawMessage({ answers }));
    expect(message.answers).toHaveLength(32);
    expect(message.answers.at(-1)).toBe('r4999@kline.test');
  });
});
