/** Connects to a mailbox step by step, each with what helps where it fails. Reads only: EXAMINE, nothing is stored. */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import tls from 'node:tls';
import type { MailboxConfig } from '../config/mailbox-config.ts';
import { describeError } from '../errors.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import type { MailboxSession, MailboxSource } from '../mailbox/mailbox.ts';
import { fixFor } from './fixes.ts';
import { MailboxRequestError } from './mailbox-input.ts';
import { createSteps } from './steps.ts';
import type { Step, Steps } from './steps.ts';

type StepName = 'dns' | 'tcp' | 'tls' | 'greeting' | 'login' | 'folders' | `examine ${string}`;
export type TestStep = Step<StepName>;

const STEP_MS = 8_000;
const WHOLE_MS = 30_000;
/** Folders that are counted for a person to choose from. */
const MAX_COUNTED = 50;
const MAX_GREETING_CHARS = 300;

let isTesting = false;

/** `open`: the mailbox as it would be polled. @throws MailboxRequestError while another test runs. */
export async function testMailbox(
  settings: MailboxConfig,
  open: () => MailboxSource,
): Promise<readonly TestStep[]> {
  if (isTesting)
    throw new MailboxRequestError(
      'bad-request',
      'another mailbox is being tested now. Fix: try again in half a minute',
    );
  isTesting = true;
  const late = AbortSignal.timeout(WHOLE_MS);
  try {
    const steps = createSteps<StepName>((step, error) => {
      const code =
        error instanceof MailboxError ? error.code : step === 'tls' ? 'configuration' : 'connection';
      return fixFor(code, settings, describeError(error));
    });
    const address = await steps.take('dns', async () => {
      const { address: found } = await lookup(settings.host);
      return { value: found, detail: `${settings.host} is ${found}` };
    });
    const socket = await steps.take('tcp', async () => ({
      value: await connected(settings, address ?? ''),
      detail: `port ${settings.port} is open`,
    }));
    const secured =
      settings.security === 'tls'
        ? await steps.take('tls', async () => await secure(settings, socket))
        : socket;
    if (settings.security !== 'tls')
      steps.skip(
        'tls',
        settings.security === 'none' ? 'the settings want none' : 'STARTTLS comes with the login',
      );
    await steps.take('greeting', async () => ({ value: true, detail: await greeting(secured) }));
    secured?.destroy();
    socket?.destroy();
    const source = open();
    try {
      await testLogin(steps, { settings, source, late });
    } finally {
      await source.close();
    }
    return steps.all;
  } finally {
    isTesting = false;
  }
}

async function connected({ port }: MailboxConfig, address: string): Promise<net.Socket> {
  const socket = net.connect({ host: address, port });
  // It may break later, when nobody waits for it.
  socket.on('error', () => {});
  await once(socket, 'connect', { signal: AbortSignal.timeout(STEP_MS) }).catch((error: unknown) => {
    socket.destroy();
    throw unlessLate(error, 'no answer');
  });
  return socket;
}

async function secure(settings: MailboxConfig, socket: net.Socket | null) {
  if (socket === null) throw new Error('no connection');
  const { host } = settings;
  const ca = settings.ca ?? null;
  const secured = tls.connect({
    socket,
    minVersion: 'TLSv1.2',
    ...(net.isIP(host) === 0 && { servername: host }),
    host,
    ...(ca !== null && { ca: ca.includes('-----BEGIN') ? ca : await readFile(ca) }),
  });
  secured.on('error', () => {});
  await once(secured, 'secureConnect', { signal: AbortSignal.timeout(STEP_MS) }).catch((error: unknown) => {
    secured.destroy();
    throw unlessLate(error, 'no TLS answer: the port may want STARTTLS');
  });
  const { subject, issuer, valid_to: until } = secured.getPeerCertificate();
  const named = (of: { readonly CN?: string | string[] } | undefined): string => String(of?.CN ?? 'no name');
  return {
    value: secured as net.Socket,
    detail: `${secured.getProtocol() ?? 'TLS'}, certificate of ${named(subject)} by ${named(issuer)}, until ${until}`,
  };
}

async function greeting(socket: net.Socket | null): Promise<string> {
  if (socket === null) throw new Error('no connection');
  let text = '';
  const signal = AbortSignal.timeout(STEP_MS);
  while (!text.includes('\n') && text.length < MAX_GREETING_CHARS) {
    const [bytes] = (await once(socket, 'data', { signal }).catch((error: unknown) => {
      throw unlessLate(error, 'the server says nothing: the port may want TLS from the first byte');
    })) as [Buffer];
    text += bytes.toString('latin1');
  }
  const line = (text.split('\n')[0] ?? '').trim().slice(0, MAX_GREETING_CHARS);
  if (!/^\* (?:OK|PREAUTH)/iu.test(line)) throw new Error(`no IMAP server answers: ${line}`);
  return line;
}

function unlessLate(error: unknown, otherwise: string): unknown {
  return error instanceof Error && error.name === 'AbortError' ? new Error(otherwise) : error;
}

async function testLogin(
  steps: Steps<StepName>,
  {
    settings,
    source,
    late: signal,
  }: { readonly settings: MailboxConfig; readonly source: MailboxSource; readonly late: AbortSignal },
): Promise<void> {
  const session = await steps.take('login', async () => ({
    value: await source.openSession(signal),
    detail: `${settings.user} is logged in`,
  }));
  await steps.take('folders', async () => ({ value: true, detail: await folderList(session) }));
  for (const wanted of settings.folders)
    await steps.take(`examine ${wanted}`, async () => {
      if (session === null) throw new Error('no session');
      const path = await session.resolveFolder(wanted);
      if (path === null) throw new MailboxError('folder-missing', `there is no folder ${wanted}`);
      const { exists } = await session.open(path);
      return { value: true, detail: `${path}: ${exists} messages` };
    });
  await session?.close();
}

async function folderList(session: MailboxSession | null): Promise<string> {
  if (session === null) throw new Error('no session');
  const folders = await session.folders();
  const shown: string[] = [];
  for (const { path, specialUse } of folders.slice(0, MAX_COUNTED)) {
    const count = await session.open(path).then(
      ({ exists }) => String(exists),
      () => 'does not open',
    );
    shown.push(`${path}${specialUse === null ? '' : ` (${specialUse})`}: ${count}`);
  }
  return `${folders.length} folders: ${shown.join(', ')}`;
}
