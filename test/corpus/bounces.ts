import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { classifyAutomatic } from '../../src/mail/automatic/automatic.ts';
import { readBounce } from '../../src/mail/bounce/bounce.ts';
import type { Automatic, Bounce } from '../../src/mail/mail.ts';
import type { ParsedMessage } from '../../src/mime/parsed-message.ts';
import { parseMessage } from '../../src/mime/parse.ts';
import { isClassOnly } from '../../src/mail/bounce/smtp-codes.ts';
import { LIBRARY, readWithLibrary } from './bounce-library.ts';
import type { Metric } from './corpus.ts';
import { readRows, Tally } from './tally.ts';

export interface ReadMail {
  readonly message: ParsedMessage;
  readonly bounce: Bounce | null;
  readonly automatic: Automatic | null;
}

export async function read(raw: Buffer): Promise<ReadMail> {
  const message = await parseMessage({ raw });
  const bounce = readBounce(message);
  return { message, bounce, automatic: classifyAutomatic(message, bounce) };
}

interface SisimaiRow {
  readonly file: string;
  readonly expected_kind: 'bounce' | 'feedback-report' | 'auto-reply';
  readonly expected: readonly { status: string; replycode: string; reason: string; hardbounce: boolean }[];
}

/** Kinds that are right for a row. Two rows of "bounce" are SES notices of a complaint and of a delivery, which upstream reads alike. */
function kindsOf(row: SisimaiRow): readonly string[] {
  if (row.expected_kind === 'auto-reply') return ['auto-reply', 'out-of-office'];
  if (row.expected_kind === 'feedback-report' || row.expected[0]?.reason === 'feedback')
    return ['feedback-report'];
  return row.expected[0]?.reason === 'delivered' ? ['delivery-report'] : ['bounce', 'delivery-report'];
}

export async function sisimai(folder: string): Promise<readonly Metric[]> {
  const set = 'bounce-sisimai';
  const kind = new Tally({ set, metric: 'kind of automatic mail', library: LIBRARY });
  const isBounce = new Tally({ set, metric: 'is a bounce', library: LIBRARY });
  const status = new Tally({ set, metric: 'status', library: LIBRARY });
  const digit = new Tally({ set, metric: 'first digit of the status', library: LIBRARY });
  const reply = new Tally({ set, metric: 'reply code', library: LIBRARY });
  const hard = new Tally({ set, metric: 'hard or soft (upstream calls fewer hard)', library: LIBRARY });
  for (const row of await readRows<SisimaiRow>(join(folder, 'expected.jsonl'))) {
    const { message, bounce, automatic: found } = await read(await readFile(join(folder, row.file)));
    const kinds = kindsOf(row);
    kind.count(row.file, {
      right: kinds.includes(found?.kind ?? 'none'),
      detail: `${found?.kind} for ${kinds.join(' or ')}`,
    });
    if (!kinds.includes('bounce')) continue;
    const theirs = readWithLibrary(message.text);
    isBounce.count(row.file, { right: bounce !== null, detail: message.subject, library: theirs?.bounce });
    for (const [index, want] of row.expected.entries()) {
      const got = bounce?.recipients[index];
      const id = `${row.file}#${index}`;
      const first = want.status.charAt(0);
      // x.0.9nn are upstream's own numbers for "no status found".
      if (want.status !== '' && !/^\d\.0\.9\d\d$/.test(want.status)) {
        status.count(id, {
          right: got?.status === want.status,
          detail: `${got?.status} for ${want.status}`,
          library: theirs ? theirs.status === want.status : undefined,
        });
      }
      if (first !== '')
        digit.count(id, {
          right: got?.status?.charAt(0) === first,
          detail: `${got?.status} for ${want.status}`,
          library: theirs ? theirs.status?.charAt(0) === first : undefined,
        });
      if (want.replycode !== '') {
        reply.count(id, {
          right: got?.replyCode === want.replycode,
          detail: `${got?.replyCode} for ${want.replycode}`,
          library: theirs ? theirs.replyCode === want.replycode : undefined,
        });
      }
      hard.count(id, { right: got?.hard === want.hardbounce, detail: `${got?.reason} for ${want.reason}` });
    }
  }
  return [kind, isBounce, status, digit, reply, hard].map((tally) => tally.metric());
}

interface CrispExpectation {
  readonly bounce: boolean;
  readonly data: {
    readonly recipient: string | null;
    readonly error: { readonly code: { readonly basic: string | null; readonly enhanced: string | null } };
  };
}

export async function crispBounces(folder: string): Promise<readonly Metric[]> {
  const set = 'bounce-crisp';
  const isBounce = new Tally({ set, metric: 'is a bounce (body from a mailer-daemon)', library: LIBRARY });
  const recipient = new Tally({ set, metric: 'recipient', library: LIBRARY });
  const status = new Tally({
    set,
    metric: 'status (where upstream has none, no more than a class)',
    library: LIBRARY,
  });
  const reply = new Tally({ set, metric: 'reply code', library: LIBRARY });
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.txt')).toSorted()) {
    const body = await readFile(join(folder, name), 'utf8');
    const expectation = join(folder, 'expected', name.replace(/\.txt$/, '.json'));
    const want: CrispExpectation = JSON.parse(await readFile(expectation, 'utf8'));
    const head =
      'From: MAILER-DAEMON@mx.example.net\nTo: sender@example.com\nSubject: Undelivered Mail Returned to Sender\n';
    // A body that says nothing of a failure shows nothing about reading one.
    const subject = body.trim().length < 10 ? head.replace(/Subject.*\n/, 'Subject: Hello\n') : head;
    const { bounce } = await read(
      Buffer.from(`${subject}Content-Type: text/plain; charset=utf-8\n\n${body}`),
    );
    const theirs = readWithLibrary(body);
    isBounce.count(name, {
      right: (bounce !== null) === want.bounce,
      detail: `${bounce !== null}`,
      library: theirs ? theirs.bounce === want.bounce : undefined,
    });
    if (!want.bounce || want.data.recipient === null) continue;
    const got = bounce?.recipients[0];
    const { basic, enhanced } = want.data.error.code;
    recipient.count(name, {
      right: got?.address === want.data.recipient.toLowerCase(),
      detail: `${got?.address} for ${want.data.recipient}`,
      library: theirs ? theirs.recipient === want.data.recipient : undefined,
    });
    status.count(name, {
      right: enhanced === null ? isClassOnly(got?.status ?? null) : got?.status === enhanced,
      detail: `${got?.status} for ${enhanced}`,
      library: theirs ? theirs.status === enhanced : undefined,
    });
    reply.count(name, {
      right: (got?.replyCode ?? null) === basic,
      detail: `${got?.replyCode} for ${basic}`,
      library: theirs ? theirs.replyCode === basic : undefined,
    });
  }
  return [isBounce, recipient, status, reply].map((tally) => tally.metric());
}

/** What stands among the other sets and is a bounce all the same, or speaks as one. */
const BOUNCES_AMONG_THEM: Readonly<Record<string, string>> = {
  'helpdesk-chatwoot/files/bounced_with_no_from.eml': 'a delivery-status report of a failure',
  'mime-cpython/data/msg_16.txt': "a postmaster's failure notice",
  'mime-cpython/data/msg_25.txt': 'a delivery-status report of a failure',
  'mime-cpython/data/msg_43.txt': 'a delivery-status report of a content filter',
  'mime-enmime/dsn-testdata/': 'the examples of RFC 3464 and other delivery-status reports',
  'mime-enmime/testdata/mail/multipart-wo-boundary.raw':
    "a mailer-daemon's failure notice whose report lost its boundary",
  'mime-mailparser/fixtures/delivery-status.eml': 'a delivery-status report of a failure',
  'mime-mikel-mail/emails/mime_emails/raw_email_with_mimepart_without_content_type.eml':
    'a delivery-status report of a delay',
  'mime-mikel-mail/emails/multipart_report_emails/': 'delivery-status reports',
  'mime-postal-mime/fixtures/bounce.eml': 'a delivery-status report of a failure',
};

export async function mailWithoutBounces(corpusFolder: string): Promise<readonly Metric[]> {
  const metrics: Metric[] = [];
  for (const set of (await readdir(corpusFolder))
    .filter((name) => /^(?:mime|reply|forward|helpdesk)-/.test(name))
    .toSorted()) {
    const tally = new Tally({ set, metric: 'personal mail not called a bounce' });
    for (const path of await filesOf(join(corpusFolder, set))) {
      const id = relative(corpusFolder, path);
      if (Object.keys(BOUNCES_AMONG_THEM).some((known) => id.includes(known))) continue;
      const raw = await readFile(path);
      const isBody = /^(?:reply|forward)-/.test(set) && !path.endsWith('.eml');
      const head =
        'From: Ann <ann@example.com>\nTo: bob@example.org\nSubject: Fwd: your message\nContent-Type: text/plain; charset=utf-8\n\n';
      const { bounce, message } = await read(isBody ? Buffer.concat([Buffer.from(head), raw]) : raw);
      tally.count(id, { right: bounce === null, detail: `${message.from?.address}: ${message.subject}` });
    }
    metrics.push(tally.metric());
  }
  return metrics;
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(
      (entry) =>
        entry.isFile() && !/LICENSE|COPYING|\.(?:json|jsonl|golden|png|gitattributes)$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
