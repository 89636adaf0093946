import { createHash, randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { file, html, multipart, text } from '../../demo/mime.ts';
import { importClients } from '../../src/store/clients.ts';
import type { Database } from '../../src/store/mongo.ts';
import { append, newAccount } from '../support/imap-server.ts';
import { client, rawMessage } from '../support/messages.ts';
import { deliverByLmtp, newSite, s3Environment, startProgram } from '../support/program.ts';
import type { Environment } from '../support/program.ts';
import { newFolder } from '../support/servers.ts';

const picture = randomBytes(3_000);
const contract = randomBytes(2_500_000);
const token = 'a-token-of-the-crm';

/** Only IDLE can bring mail: the next tick is an hour away. Senders are proven by results of the firm's own server. */
const settings: Environment = {
  AUTHENTICATION: 'flag',
  TRUSTED_AUTHSERV_IDS: 'mx.firm.test',
  POLL_INTERVAL_SECONDS: '3600',
  DASHBOARD_TOKEN: token,
  SHUTDOWN_SECONDS: '10',
};

const stores: readonly [string, () => Environment][] = [
  ['S3', s3Environment],
  ['a folder', () => ({})],
];

for (const [name, blobs] of stores)
  it(`mail goes from LMTP and Sent into the CRM's collections, with its files in ${name}`, async () => {
    const [office, crm] = [newAccount(), newAccount()];
    const site = await newSite(
      [
        { account: office, folders: ['\\Inbox', 'Sent'] },
        { account: crm, role: 'dropbox' },
      ],
      { ...settings, ...blobs() },
    );
    const { communications, caseUpdates, messages, clients } = site.database;
    await importClients(clients, [
      { _id: 'paula', name: 'Paula Kline', email: client.toUpperCase() },
      { _id: 'omar', name: 'Omar Reyes', email: 'omar@reyes.test' },
    ]);
    await append(
      office.user,
      [
        rawMessage({
          id: 'sent@firm.test',
          from: 'tom@firm.test',
          to: client,
          subject: '[Case #4711: Open] Lease',
        }),
      ],
      'Sent',
    );
    const docketmail = await startProgram(site.env);
    await untilStored(site.database, 'sent@firm.test');
    await vi.waitFor(
      async () => expect(await site.database.leases.countDocuments({ kind: 'watch' })).toBe(2),
      { timeout: 20_000, interval: 50 },
    );

    const delivered = Date.now();
    await deliverByLmtp(office.user, [received(signed, 'kline.test')]);
    await untilStored(site.database, 'signed@kline.test');
    console.log(`${name}: from LMTP to stored by IDLE in ${Date.now() - delivered} ms`);
    await deliverByLmtp(crm.user, [received(forward, 'firm.test')]);
    await untilStored(site.database, 'forward@firm.test');

    const message = await messages.findOne({ messageId: 'signed@kline.test' });
    const stored = await communications.findOne({ messageRef: message?._id });
    expect(Object.keys(stored ?? {}).slice(0, 7)).toEqual([
      '_id',
      'clientId',
      'type',
      'date',
      'subject',
      'message',
      'attachments',
    ]);
    expect(stored).toMatchObject({
      clientId: 'paula',
      type: 'Email',
      date: new Date('2026-03-02T10:00:00Z'),
      subject: 'Re: [Case #4711: Closed] Lease',
      direction: 'inbound',
      from: { address: client, name: 'Paula Kline' },
      to: [{ address: 'office@firm.test', name: '' }],
      cc: [],
      caseRef: '4711',
      forwardedBy: null,
      flags: [],
      threadId: message?.threadId,
    });
    expect(stored?.message).toContain('Signed and enclosed.');
    expect(stored?.message).toContain('> Please sign.');
    expect(stored?.reply?.trim()).toBe('Signed and enclosed.');
    expect(stored?.html).not.toMatch(/script/u);

    expect(
      stored?.attachments.map(({ filename, contentType, size, inline }) => ({
        filename,
        contentType,
        size,
        inline,
      })),
    ).toEqual([
      { filename: 'logo.png', contentType: 'image/png', size: picture.length, inline: true },
      { filename: 'contract.pdf', contentType: 'application/pdf', size: contract.length, inline: false },
    ]);
    for (const [index, bytes] of [picture, contract].entries()) {
      const attachment = stored?.attachments[index];
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(attachment).toMatchObject({
        sha256,
        key: `attachments/${sha256.slice(0, 2)}/${sha256}`,
        scan: null,
      });
      const url = `${docketmail.dashboard}files/${attachment?.key ?? ''}?name=x.pdf`;
      expect((await fetch(url)).status).toBe(401);
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    }

    const moved = await caseUpdates.find().sort({ date: 1 }).toArray();
    expect(Object.keys(moved[0] ?? {}).slice(0, 6)).toEqual([
      '_id',
      'clientId',
      'date',
      'title',
      'description',
      'status',
    ]);
    expect(
      moved.map(({ clientId, title, description, status, ref, review }) => ({
        clientId,
        title,
        description: description.trim(),
        status,
        ref,
        review,
      })),
    ).toEqual([
      {
        clientId: 'paula',
        title: 'Lease',
        description: 'Please have a look at the lease.',
        status: 'Open',
        ref: '4711',
        review: null,
      },
      {
        clientId: 'paula',
        title: 'Lease',
        description: 'Signed and enclosed.',
        status: 'Closed',
        ref: '4711',
        review: null,
      },
    ]);
    const closing = moved.find(({ status }) => status === 'Closed');
    expect(closing?.communicationId).toEqual(stored?._id);

    const forwarded = await communications.findOne({ clientId: 'omar' });
    expect(forwarded).toMatchObject({
      direction: 'inbound',
      forwardedBy: 'tom@firm.test',
      from: { address: 'omar@reyes.test' },
      subject: 'Boundary',
    });

    const metrics = await fetch(`${docketmail.dashboard}metrics`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const figures = await metrics.text();
    expect(figures).toContain(`docketmail_lag_seconds_count{mailbox="${office.name}"} 1`);
    expect(figures).toContain('docketmail_jobs_total{queue="ingest",outcome="stored"} 3');
    expect(figures).toContain('docketmail_verdicts_total{kind="matched"} 3');

    const { code, ms } = await docketmail.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5_000);
    expect(docketmail.log.at(-1)?.msg).toBe('docketmail stopped');
    expect(docketmail.noise).toEqual([]);
    expect(docketmail.log.filter(({ level }) => level >= 40)).toEqual([]);
    const everything = JSON.stringify(docketmail.log);
    for (const secret of [
      'Signed and enclosed',
      'Lease',
      token,
      String(office.credential.kind === 'password' && office.credential.password),
    ])
      expect(everything).not.toContain(secret);
  });

it('stops within its limit in the middle of work, and the next start finishes it', async () => {
  const account = newAccount();
  const site = await newSite([{ account }], {
    BLOB_DIR: `${await newFolder()}/blobs`,
    SHUTDOWN_SECONDS: '5',
    INGEST_CONCURRENCY: '1',
  });
  const { sightings, communications, clients } = site.database;
  await importClients(clients, [{ _id: 'paula', email: client }]);
  // Five groups: what runs when it is told to stop may end, and is one of them.
  const total = 240;
  await append(
    account.user,
    Array.from({ length: total }, (_, index) => rawMessage({ subject: `Message ${index}` })),
  );
  const first = await startProgram(site.env);
  await vi.waitFor(async () => expect(await sightings.countDocuments({ state: 'done' })).toBeGreaterThan(2), {
    timeout: 30_000,
    interval: 10,
  });
  const { code, ms } = await first.stop();
  expect([code, ms < 5_000]).toEqual([0, true]);
  const after = await sightings.countDocuments({ state: 'done' });
  expect(await sightings.countDocuments({ 'attemptsBy.0': { $exists: true } })).toBe(0);

  const second = await startProgram({ ...site.env, RECONCILE_SECONDS: '5' });
  await vi.waitFor(async () => expect(await communications.countDocuments()).toBe(total), {
    timeout: 45_000,
    interval: 50,
  });
  expect(after).toBeLessThan(total);
  expect(await site.database.messages.countDocuments()).toBe(total);
  expect((await second.stop()).code).toBe(0);
});

async function untilStored({ messages }: Database, messageId: string): Promise<void> {
  await vi.waitFor(async () => expect((await messages.findOne({ messageId }))?.state).toBe('stored'), {
    timeout: 20_000,
    interval: 10,
  });
}

/** With the lines of the server that took it. */
function received(raw: Buffer, domain: string): Buffer {
  const trace = [
    `Authentication-Results: mx.firm.test; dkim=pass header.d=${domain}`,
    `Received: from mail.${domain} (mail.${domain} [198.51.100.7]) by mx.firm.test (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:01 +0000`,
  ];
  return Buffer.concat([Buffer.from(`${trace.join('\r\n')}\r\n`), raw]);
}

const signed = rawMessage({
  id: 'signed@kline.test',
  answers: ['sent@firm.test'],
  subject: 'Re: [Case #4711: Closed] Lease',
  body: multipart('multipart/mixed', 'outer', [
    multipart('multipart/related', 'related', [
      multipart('multipart/alternative', 'alternative', [
        text('Signed and enclosed.\n\nOn 2 March 2026, Tom <tom@firm.test> wrote:\n> Please sign.'),
        html('<p>Signed and enclosed.</p><script>alert(1)</script><img src="cid:logo@kline.test">'),
      ]),
      file({ name: 'logo.png', type: 'image/png', content: picture, cid: 'logo@kline.test' }),
    ]),
    file({ name: 'contract.pdf', type: 'application/pdf', content: contract }),
  ]),
});

const forward = rawMessage({
  id: 'forward@firm.test',
  from: 'Tom Voss <tom@firm.test>',
  subject: 'Fwd: Boundary',
  body: '---------- Forwarded message ---------\nFrom: Omar Reyes <omar@reyes.test>\nDate: Sun, 1 Mar 2026 at 09:00\nSubject: Boundary\nTo: Tom Voss <tom@firm.test>\n\nWhere does the boundary run?',
});
