/** The pages by plain requests and forms, as a browser without scripts sends them. */
import { describe, expect, it } from 'vitest';
import { file, html, multipart, text } from '../../demo/mime.ts';
import { pdf, png } from '../../demo/files.ts';
import { openDirectoryStore } from '../../src/store/blobs/folder.ts';
import { ingestSighting } from '../../src/ingest/ingest.ts';
import { indexMessages } from '../../src/search/index-messages.ts';
import { createSelf } from '../../src/store/processes.ts';
import { beginSession, newSessionId } from '../../src/store/sessions.ts';
import { findUser } from '../../src/store/users.ts';
import { listWaiting } from '../../src/triage/waiting.ts';
import { deadProcesses } from '../support/dead-processes.ts';
import { serve } from '../support/dashboard.ts';
import type { Served } from '../support/dashboard.ts';
import { noteSecret } from '../support/known-secrets.ts';
import { newId, rawMessage } from '../support/messages.ts';
import { newKeyFile } from '../support/oauth-office.ts';
import { newFolder, openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

async function openOffice(): Promise<Served & { readonly firm: Firm }> {
  const firm = await openFirm();
  await firm.addClients({ _id: 'ana', name: 'Ana Souza', company: 'Souza Imports', email: 'ana@souza.test' });
  return { firm, ...(await serve(firm)) };
}

const receive = async (firm: Firm, spec: Parameters<typeof rawMessage>[0]) => {
  const message = await firm.receive(rawMessage(spec));
  return { message, id: message._id.toHexString() };
};

const shown = async (answer: Response): Promise<string> => (await answer.text()).replaceAll(/\s+/gu, ' ');

describe('deciding by forms', () => {
  it('assigns a message, leads on to the next, and undoes by the button of the page', async () => {
    const { firm, get, send } = await openOffice();
    const { id } = await receive(firm, { from: 'x@away.test', subject: 'First' });
    const { id: second } = await receive(firm, { from: 'y@away.test', subject: 'Second' });
    const page = await shown(await get(`/messages/${id}?q=souza`));
    expect(page).toContain('No client has any of the addresses in this message.');
    expect(page).toMatch(/<button[^>]* form="decide" name="client" value="ana"/u);
    const answer = await send(`/messages/${id}/assign`, { client: 'ana' });
    expect(answer.status).toBe(303);
    const next = answer.headers.get('location') ?? '';
    expect(next).toMatch(new RegExp(`^/messages/${second}\\?done=[0-9a-f]{24}$`, 'u'));
    const { communications, messages } = firm.database;
    expect(await communications.countDocuments({ clientId: 'ana' })).toBe(1);
    const told = await shown(await get(next));
    expect(told).toContain('Message → Ana Souza');
    const [, decision = ''] = /name="id" value="([0-9a-f]{24})"/u.exec(told) ?? [];
    const undone = await send('/decisions/undo', { id: decision, back: `/messages/${second}` });
    expect(undone.headers.get('location')).toBe(`/messages/${second}?did=undone`);
    expect(await messages.countDocuments({ state: 'triage' })).toBe(2);
    expect(await communications.countDocuments({ clientId: 'ana' })).toBe(0);
    expect(
      (await send('/decisions/undo', { id: decision, back: '//elsewhere.test/' })).headers.get('location'),
    ).toBe('/?did=nothing');
  });

  it('remembers an address with what follows, and takes the whole thread along', async () => {
    const { firm, get, send } = await openOffice();
    const { id } = await receive(firm, { from: 'x@away.test', subject: '[Case #12: Open] Roof' });
    await receive(firm, { from: 'x@away.test', subject: 'More' });
    const preview = await shown(await get(`/messages/${id}/remember?client=ana`));
    expect(preview).toMatch(
      /Remember x@away\.test<\/button> <p class="muted">\s*2 messages follow, 1 case moves\./u,
    );
    await send(`/messages/${id}/remember`, { client: 'ana', what: 'x@away.test' });
    await firm.ingestWaiting();
    expect(await firm.database.messages.countDocuments({ state: 'triage' })).toBe(0);
    const thread = newId();
    const { id: head } = await receive(firm, { id: thread, from: 'z@far.test', subject: 'Wall' });
    await receive(firm, { answers: [thread], from: 'z@far.test', subject: 'Re: Wall' });
    await send(`/messages/${head}/assign`, { client: 'ana', thread: 'on' });
    await firm.ingestWaiting();
    expect(await firm.database.messages.countDocuments({ state: 'triage' })).toBe(0);
    expect(await shown(await get('/decisions'))).toMatch(
      /dashboard<\/strong> assigned to Ana Souza, now and in future/u,
    );
  });

  it('ignores a domain with what it concerns, and decides several at once', async () => {
    const { firm, get, send } = await openOffice();
    const ids = [];
    for (const from of ['a@spam.test', 'b@spam.test', 'c@other.test', 'd@other.test'])
      ids.push((await receive(firm, { from })).id);
    const preview = await shown(await get(`/messages/${ids[0] ?? ''}/ignore`));
    expect(preview).toMatch(
      /everything from @spam\.test<\/button> <p class="muted">\s*2 waiting messages are ignored/u,
    );
    const answer = await send('/triage/bulk', {
      id: ids.slice(2),
      act: 'assign',
      client: 'paula@kline.test',
      back: '/triage',
    });
    expect(answer.headers.get('location')).toMatch(/^\/triage\?done=[0-9a-f]{24}%2C[0-9a-f]{24}$/u);
    await send(`/messages/${ids[0] ?? ''}/ignore`, { always: 'domain' });
    await firm.ingestWaiting();
    expect(
      (await listWaiting(firm.database, { what: 'triage', reason: null, limit: 5, after: null })).total,
    ).toBe(0);
    expect(await shown(await get('/triage'))).toContain('Nothing waits for you.');
    const none = await send('/triage/bulk', { act: 'ignore', back: '/triage' });
    expect([none.status, (await none.text()).includes('no message is ticked')]).toEqual([400, true]);
  });

  it('moves a message to another client, and takes it off a record', async () => {
    const { firm, send } = await openOffice();
    const { id } = await receive(firm, {});
    const clients = async () =>
      (await firm.database.communications.find().toArray()).map(({ clientId }) => clientId);
    expect(await clients()).toEqual(['paula']);
    await send(`/messages/${id}/assign`, { client: 'ana', instead: 'on' });
    expect(await clients()).toEqual(['ana']);
    await send(`/messages/${id}/unlink`, { client: 'ana' });
    expect(await clients()).toEqual([]);
  });

  it('confirms a held update with another status, and shows who did it in the history of the case', async () => {
    const { firm, get, send } = await openOffice();
    const { id } = await receive(firm, { subject: '[Case #90: Marinating] Lease' });
    const held = await shown(await get('/cases'));
    expect(held).toContain('“Marinating”?');
    const asked = { client: 'paula', case: '90', back: '/cases' };
    const unsaid = await send(`/messages/${id}/confirm`, asked);
    expect([unsaid.status, await shown(unsaid)]).toEqual([
      422,
      expect.stringContaining('say which status is meant'),
    ]);
    expect((await send(`/messages/${id}/confirm`, { ...asked, status: 'On Hold' })).status).toBe(303);
    const history = await shown(await get('/cases/90'));
    expect(history).toMatch(
      /It is <span class="badge note">On Hold<\/span>.*confirmed the update of case 90 as On Hold/u,
    );
    const late = await send(`/messages/${id}/reject`, { ...asked, reason: 'no' });
    expect([late.status, (await late.text()).includes('undo decision')]).toEqual([409, true]);
  });
});

describe('a form', () => {
  it('is taken from our own pages only, whoever is signed in', async () => {
    const firm = await openFirm();
    const { id } = await receive(firm, { from: 'x@away.test' });
    const { origin, send } = await serve(firm, { settings: { password: 'the right pass words' } });
    const authorization = `Basic ${Buffer.from('ines:the right pass words').toString('base64')}`;
    const ignore = async (headers: Record<string, string>) =>
      (
        await fetch(`${origin}/messages/${id}/ignore`, {
          method: 'POST',
          body: new URLSearchParams(),
          headers: { authorization, ...headers },
          redirect: 'manual',
        })
      ).status;
    const foreign: readonly Record<string, string>[] = [
      {},
      { origin: 'https://attacker.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'multipart/form-data; boundary=x' },
    ];
    for (const headers of foreign) expect([headers, await ignore(headers)]).toEqual([headers, 403]);
    expect(await firm.database.decisions.countDocuments({})).toBe(0);
    expect((await send(`/messages/${id}/ignore`, {}, { authorization })).status).toBe(303);
    expect(await firm.database.decisions.find().toArray()).toMatchObject([{ act: 'ignore', by: 'ines' }]);
  });
});

describe('what a message carries', () => {
  it('is shown without anything that runs: its HTML in a sandbox, pictures and PDF by their bytes, the rest as downloads', async () => {
    const { firm, get } = await openOffice();
    const picture = png(1, 2, 3);
    const { message, id } = await receive(firm, {
      from: 'x@away.test',
      body: multipart('multipart/mixed', 'm', [
        multipart('multipart/related', 'r', [
          html(
            '<p onclick=alert(1)>Hi<script>alert(2)</script><img src="cid:logo"><img src="https://away.test/p.png">',
          ),
          file({ name: 'logo.png', type: 'image/png', content: picture, cid: 'logo' }),
        ]),
        file({ name: 'page.html', type: 'image/png', content: Buffer.from('<script>alert(3)</script>') }),
        file({ name: 'offer.pdf', type: 'application/octet-stream', content: pdf('Offer') }),
      ]),
    });
    const frame = await get(`/messages/${id}/frame`);
    const policy = frame.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; .*; img-src data:; .*; sandbox allow-popups /u);
    const body = await frame.text();
    expect(body).toContain(`<img src="data:image/png;base64,${picture.toString('base64')}"`);
    expect(body).toContain('data-remote-src="https://away.test/p.png"');
    expect(body).not.toMatch(/<script|onclick|\ssrc="http/u);
    const remote = await get(`/messages/${id}/frame?remote=1`);
    expect(remote.headers.get('content-security-policy')).toContain('img-src data: https: http:');
    expect(await remote.text()).toContain(' src="https://away.test/p.png"');
    const previews = await Promise.all(
      message.attachments.map(async ({ filename, sha256 }) => {
        const answer = await get(`/messages/${id}/files/${sha256}`);
        await answer.arrayBuffer();
        return [filename, answer.status, answer.headers.get('content-type')];
      }),
    );
    expect(previews).toEqual([
      ['logo.png', 200, 'image/png'],
      ['page.html', 404, expect.stringContaining('text/html')],
      ['offer.pdf', 200, 'application/pdf'],
    ]);
    expect((await get(`/messages/${id}/files/${'0'.repeat(64)}`)).status).toBe(404);
  });

  it('is told as far as it is stored if its bytes are lost', async () => {
    const blobs = openDirectoryStore({ dir: await newFolder() });
    const firm = await openFirm({ blobs });
    const { id } = await receive(firm, { from: 'x@away.test', body: text('Only the beginning is kept.') });
    const lost = {
      ...firm.reader,
      show: async () => await firm.reader.show({ key: `raw/00/${'0'.repeat(64)}.eml`, size: 5 }),
    };
    const { get } = await serve({ ...firm, reader: lost });
    const page = await shown(await get(`/messages/${id}`));
    expect(page).toContain('Only its beginning is shown');
    expect(page).toContain('Only the beginning is kept.');
  });
});

describe('a quarantined message', () => {
  it('is read again by its button, and then found where it now is', async () => {
    const { firm, get, send } = await openOffice();
    const sighting = await firm.deliver(rawMessage({ subject: 'Broken' }));
    const attemptsBy = await deadProcesses(firm, 3);
    await firm.database.sightings.updateOne({ _id: sighting }, { $set: { attemptsBy } });
    await ingestSighting({ ...firm, self: createSelf(firm.database.processes) }, sighting);
    const { messages, communications } = firm.database;
    const broken = await messages.findOne({ state: 'quarantined' });
    const path = `/messages/${broken?._id.toHexString() ?? ''}`;
    expect(await shown(await get('/quarantine'))).toContain('the process died 3 times over it');
    expect(await shown(await get(path))).toContain('It could not be read');
    const answer = await send(`${path}/replay`, {});
    const now = await messages.findOne({});
    expect([answer.status, answer.headers.get('location'), now?.state]).toEqual([
      303,
      `/messages/${now?._id.toHexString() ?? ''}?did=replayed`,
      'stored',
    ]);
    expect(await communications.countDocuments({ clientId: 'paula' })).toBe(1);
    const again = await send(`/messages/${now?._id.toHexString() ?? ''}/replay`, {});
    expect([again.status, (await again.text()).includes('not in quarantine')]).toEqual([422, true]);
  });
});

describe("a client's page", () => {
  it('has the timeline page by page, with files, case updates, and why each message is there', async () => {
    const { firm, get } = await openOffice();
    for (let n = 1; n <= 45; n += 1)
      await receive(firm, {
        subject: `Message ${n}`,
        date: new Date(Date.UTC(2026, 1, 1, 0, Math.floor(n / 2))),
      });
    await receive(firm, { subject: '[Case #7: Open] Wall', date: new Date(Date.UTC(2026, 2, 1)) });
    const first = await shown(await get('/clients/paula'));
    expect(first).toMatch(/paula@kline\.test <small>in the CRM<\/small>/u);
    expect(first).toContain('Here by the sender: paula@kline.test');
    expect(first).toMatch(/<a href="\/cases\/7">\s*<span class="badge note">Case 7: Open<\/span>/u);
    const subjects: string[] = [];
    let path: string | null = '/clients/paula';
    while (path !== null) {
      const page = await shown(await get(path));
      subjects.push(...[...page.matchAll(/>(Message \d+)<\/a>/gu)].map(([, subject = '']) => subject));
      path = /rel="next" href="([^"]+)"/u.exec(page)?.[1] ?? null;
    }
    expect(subjects).toHaveLength(45);
    expect(new Set(subjects).size).toBe(45);
    const json = await (await fetch((await get('/api/clients/paula/timeline?limit=1')).url)).json();
    expect(json).toMatchObject({
      client: { id: 'paula', name: 'Paula Kline' },
      rows: [{ subject: '[Case #7: Open] Wall', via: 'from', caseUpdates: [{ ref: '7', status: 'Open' }] }],
    });
  });
});

describe('mailboxes', () => {
  const openMailboxes = async () => {
    const firm = await openFirm();
    return { firm, ...(await serve(firm, { keyFile: await newKeyFile() })) };
  };
  const pass = noteSecret('a-password-of-the-mailbox');
  const filled = {
    host: 'imap.firm.test',
    port: '993',
    security: 'tls',
    user: 'new@firm.test',
    pass,
    folders: '\\Inbox, Clients',
  };

  it('are added from an address: what is found is shown with its source, and nothing is read before somebody says so', async () => {
    const { firm, get, send } = await openMailboxes();
    const found = await shown(await get('/add-mailbox?address=ann@gmail.com'));
    expect(found).toMatch(/Gmail <span class="badge note">preset<\/span>/u);
    expect(found).toContain('imap.gmail.com:993, TLS');
    const use = /href="(\/add-mailbox\?host=[^"]+)"[^>]*aria-label="Use/u.exec(found)?.[1] ?? '';
    expect(await shown(await get(use.replaceAll('&amp;', '&')))).toContain('value="imap.gmail.com"');
    const added = await send('/mailboxes', filled);
    expect(added.headers.get('location')).toBe('/mailboxes/new%40firm.test?did=added');
    expect(await firm.database.mailboxes.findOne({ _id: 'new@firm.test' })).toMatchObject({
      desired: 'paused',
      folders: ['\\Inbox', 'Clients'],
    });
    const page = await shown(await get('/mailboxes/new%40firm.test?did=added'));
    expect(page).toContain('added, and not read yet');
    expect(page).not.toContain(pass);
    await send('/mailboxes/new%40firm.test/resume', {});
    expect(await firm.database.mailboxes.findOne({})).toMatchObject({ desired: 'running' });
  });

  it('are refused with what is wrong, keeping what was typed but the password', async () => {
    const { firm, send } = await openMailboxes();
    const refused = await send('/mailboxes', { ...filled, port: 'many' });
    const page = await shown(refused);
    expect(refused.status).toBe(422);
    expect(page).toMatch(/port: got &quot;many&quot;/u);
    expect(page).toContain('value="new@firm.test"');
    expect(page).not.toContain(pass);
    expect(await firm.database.mailboxes.countDocuments()).toBe(0);
    await send('/mailboxes', filled);
    expect((await send('/mailboxes', filled)).status).toBe(409);
  });

  it('are changed by one of two who saw the same, keep their password, and are removed after a question', async () => {
    const { firm, get, send } = await openMailboxes();
    await send('/mailboxes', filled);
    const at = '/mailboxes/new%40firm.test';
    const sealed = (await firm.database.mailboxes.findOne({}))?.pass;
    const change = { ...filled, pass: '', since: '2026-01-02', revision: '1' };
    expect((await send(`${at}/change`, change)).status).toBe(303);
    const late = await send(`${at}/change`, { ...change, since: '' });
    expect([late.status, await shown(late)]).toEqual([
      409,
      expect.stringContaining('somebody else changed mailbox new@firm.test meanwhile'),
    ]);
    expect(await firm.database.mailboxes.findOne({})).toMatchObject({
      pass: sealed,
      since: new Date('2026-01-02'),
    });
    const question = await shown(await get(`${at}/remove`));
    expect(question).toContain('Stored messages stay');
    expect((await send(`${at}/remove`, { revision: '1' })).status).toBe(409);
    expect((await send(`${at}/remove`, { revision: '2' })).headers.get('location')).toBe(
      '/mailboxes?did=removed',
    );
    expect((await get(at)).status).toBe(404);
  });

  it('are compared with the ledger by a button', async () => {
    const { get, send } = await openOffice();
    expect(await shown(await get('/mailboxes'))).toContain('action="/mailboxes/office/audit"');
    const page = await send('/mailboxes/office/audit', {});
    expect([page.status, await shown(page)]).toEqual([200, expect.stringContaining('are in the ledger')]);
    expect((await send('/mailboxes/nobody/audit', {})).status).toBe(404);
  });

  it('of the settings are shown, and change nowhere but there', async () => {
    const { get, send } = await openMailboxes();
    const page = await shown(await get('/mailboxes/office'));
    expect(page).toContain('It stands in the settings');
    expect(page).not.toContain('/mailboxes/office/change');
    const refused = await send('/mailboxes/office/change', { ...filled, revision: '0' });
    expect([refused.status, await shown(refused)]).toEqual([403, expect.stringContaining('restart')]);
    expect((await send('/mailboxes/office/remove', { revision: '0' })).status).toBe(403);
  });
});

describe('users', () => {
  it('keep an admin, whoever asks', async () => {
    const firm = await openFirm();
    const password = noteSecret('a password for all of us');
    const { send } = await serve(firm, { settings: { password } });
    const authorization = `Basic ${Buffer.from(`somebody:${password}`).toString('base64')}`;
    await send('/users', { name: 'Ann', role: 'admin', password: '' }, { authorization });
    for (const [act, fields] of [
      ['role', { role: 'reader' }],
      ['remove', {}],
    ] as const)
      expect(await shown(await send(`/users/ann/${act}`, { ...fields }, { authorization }))).toContain(
        'Ann is the only admin',
      );
    expect(await firm.database.users.countDocuments({ role: 'admin' })).toBe(1);
  });

  it('are added, changed and removed, and tokens are shown once', async () => {
    const { firm, get, send } = await openOffice();
    const { users, apiTokens } = firm.database;
    await send('/users', { name: 'Ann', role: 'admin', password: '' });
    const session = newSessionId();
    const stamp = (await findUser(users, 'ann'))?.stamp ?? '';
    await beginSession(firm.database.sessions, session, { kind: 'user', user: 'ann', stamp });
    const cookie = `docketmail-session=${session}`;
    const weak = await send('/users', { name: 'bob', role: 'reader', password: 'short' }, { cookie });
    expect([weak.status, await shown(weak)]).toEqual([422, expect.stringContaining('fewer than 12')]);
    const password = noteSecret('correct horse battery');
    expect((await send('/users', { name: 'bob', role: 'reader', password }, { cookie })).status).toBe(303);
    expect((await send('/users', { name: 'BOB', role: 'reader' }, { cookie })).status).toBe(422);
    await send('/users/bob/role', { role: 'operator' }, { cookie });
    expect(await findUser(users, 'bob')).toMatchObject({ role: 'operator' });
    const page = await shown(await get('/users', { cookie }));
    expect(page).toMatch(/bob <span class="badge note">operator<\/span>/u);
    expect(page).not.toContain(password);
    for (const act of ['role', 'remove'])
      expect(await shown(await send(`/users/Ann/${act}`, { role: 'reader' }, { cookie }))).toContain(
        'that is yourself',
      );
    expect((await send('/users/bob/remove', {}, { cookie })).status).toBe(303);
    expect((await send('/users/bob/remove', {}, { cookie })).status).toBe(422);
    const made = await shown(await send('/users/tokens', { name: 'crm', role: 'reader' }, { cookie }));
    const token = noteSecret(/<code>(dmt_[\w-]{43})<\/code>/u.exec(made)?.[1] ?? '');
    expect(token).not.toBe('');
    expect(await shown(await get('/users', { cookie }))).not.toContain(token);
    expect((await apiTokens.findOne({ _id: 'crm' }))?.createdBy).toBe('Ann');
    expect((await send('/users/tokens', { name: 'ann', role: 'reader' }, { cookie })).status).toBe(422);
    await send('/users/tokens/crm/revoke', {}, { cookie });
    expect(await apiTokens.countDocuments()).toBe(0);
  });
});

describe('webhooks', () => {
  it('are added with a secret that is shown once, tested, disabled and enabled', async () => {
    const { firm, get, send } = await openOffice();
    expect(await shown(await get('/webhooks'))).toContain('Nobody is called yet.');
    const added = await shown(await send('/webhooks', { url: 'https://crm.test/hook' }));
    expect(added).toMatch(/<code>whsec_[A-Za-z0-9+/=]{32,}<\/code>/u);
    const [endpoint] = await firm.database.endpoints.find().toArray();
    const path = `/webhooks/${endpoint?._id.toHexString()}`;
    expect((await send(`${path}/test`, {})).headers.get('location')).toBe('/webhooks?did=tested');
    const page = await shown(await get('/webhooks?did=tested'));
    expect(page).toContain('A test event is on its way.');
    expect(page).toMatch(/>\s*pending<\/span>/u);
    expect(page).not.toContain('whsec_');
    await send(`${path}/disable`, {});
    expect(await shown(await get('/webhooks'))).toContain('A person disabled it.');
    await send(`${path}/enable`, {});
    expect((await firm.database.endpoints.findOne({}))?.isEnabled).toBe(true);
  });

  it('are refused to addresses that are not public, and unknown ones are not there', async () => {
    const { send } = await openOffice();
    const refused = await send('/webhooks', { url: 'https://127.0.0.1/hook' });
    expect([refused.status, await shown(refused)]).toEqual([
      422,
      expect.stringContaining('not a public address'),
    ]);
    expect((await send('/webhooks/65f000000000000000000001/test', {})).status).toBe(404);
    expect((await send('/webhooks/nonsense/enable', {})).status).toBe(404);
  });
});

describe('an error', () => {
  it('is a page for a browser and a line for a program', async () => {
    const { firm, get } = await openOffice();
    const missing = await get('/nothing');
    expect([missing.status, await shown(missing)]).toEqual([
      404,
      expect.stringMatching(/<h1>Not there<\/h1>.*To Today/u),
    ]);
    expect(await (await get('/nothing', { accept: '*/*' })).text()).toMatch(
      /^There is no such page\. .*\n$/u,
    );
    expect((await get('/clients/nobody')).status).toBe(404);
    expect((await get('/cases/nothing')).status).toBe(404);
    await firm.database.client.close();
    const broken = await get('/triage');
    expect([broken.status, await shown(broken)]).toEqual([500, expect.stringContaining('the log says what')]);
    await firm.database.client.connect();
  });
});

describe("a client's record", () => {
  it('shows what was received or sent, what has files, and one case', async () => {
    const { firm, get } = await openOffice();
    const from = 'Ana Souza <ana@souza.test>';
    await receive(firm, { from, subject: 'Plain and received' });
    await receive(firm, { from, subject: '[Case 12: Open] About a case' });
    await receive(firm, { from: 'office@firm.test', to: 'ana@souza.test', subject: 'Written by us' });
    await receive(firm, {
      from,
      subject: 'With a plan',
      body: multipart('multipart/mixed', 'parts', [
        text('See the plan.'),
        file({ name: 'plan.pdf', type: 'application/pdf', content: pdf('Plan') }),
      ]),
    });
    const subjects = async (path: string): Promise<string[]> => {
      const page = await shown(await get(`/clients/ana${path}`));
      return ['Plain and received', 'About a case', 'Written by us', 'With a plan'].filter((one) =>
        page.includes(one),
      );
    };
    expect(await subjects('')).toHaveLength(4);
    expect(await subjects('?show=in')).toEqual(['Plain and received', 'About a case', 'With a plan']);
    expect(await subjects('?show=out')).toEqual(['Written by us']);
    expect(await subjects('?show=files')).toEqual(['With a plan']);
    expect(await subjects('?case=12')).toEqual(['About a case']);
    expect(await subjects('?show=out&case=12')).toEqual([]);
  });
});

describe('search', () => {
  it('finds on the page of messages and within a client, marks the word, and keeps the query in the address', async () => {
    const { firm, get } = await openOffice();
    await receive(firm, {
      from: 'Ana Souza <ana@souza.test>',
      subject: '<b>Roof</b>',
      body: 'The <script>invoice</script> for the roof.',
    });
    await receive(firm, { from: 'x@away.test', subject: 'Another invoice' });
    await indexMessages(firm.database);
    const page = await shown(await get('/messages?q=invoice'));
    expect(page).toContain('&lt;script&gt;<mark>invoice</mark>&lt;/script&gt;');
    expect(page).toContain('&lt;b&gt;Roof&lt;/b&gt;');
    expect(page).toContain('Another <mark>invoice</mark>'.replace(/<\/?mark>/gu, ''));
    expect(page).toContain('value="invoice"');
    const record = await shown(await get('/clients/ana?q=invoice'));
    expect(record).toContain('<mark>invoice</mark>');
    expect(record).not.toContain('Another invoice');
  });

  it('finds an address in any state at once, and says what a query that means nothing lacks', async () => {
    const { firm, get } = await openOffice();
    await receive(firm, { from: 'x@away.test', subject: 'Not indexed yet' });
    expect(await shown(await get('/messages?q=X@away.test'))).toContain('Not indexed yet');
    const waiting = await shown(await get('/messages?q=indexed'));
    expect(waiting).toContain('Nothing has “indexed”.');
    expect(waiting).toContain('1 message cannot be found yet');
    expect(await shown(await get('/messages?q=before:soon'))).toContain('before: needs a day');
    expect(await shown(await get('/messages?q=-only'))).toContain('not only what to leave out');
    expect((await get(`/messages?q=${encodeURIComponent('\0"(*) '.repeat(300))}`)).status).toBe(200);
  });
});
