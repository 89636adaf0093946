import { z } from 'zod';
import type { MailboxReport } from '../../../connect/report.ts';
import { time, whole } from './shape.ts';

export const mailboxName = z.string().min(1).max(200).describe('Name of the mailbox.');

export const reportShape = z
  .strictObject({
    name: z.string(),
    source: z.enum(['file', 'database']),
    revision: whole,
    user: z.string(),
    host: z.string(),
    role: z.enum(['capture', 'dropbox']),
    state: z.string().describe('`ok`, or why not; docs/connecting.md lists them.'),
    says: z.string().describe('The state in words.'),
    isWell: z.boolean(),
    since: time.nullable(),
    lastPollAt: time.nullable(),
    lastSuccessAt: time.nullable(),
    lastMessageAt: time.nullable(),
    pending: whole,
    oldestPendingAt: time.nullable(),
    parkedFolders: z.array(z.string()),
    nextTryAt: time.nullable(),
    error: z.string().nullable(),
    fix: z.string().nullable(),
    tokenExpiresAt: time.nullable(),
    silenceHours: whole.nullable(),
  })
  .meta({ id: 'MailboxReport' });

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

export const reportRow = (report: MailboxReport): z.output<typeof reportShape> => ({
  ...report,
  parkedFolders: [...report.parkedFolders],
  since: iso(report.since),
  lastPollAt: iso(report.lastPollAt),
  lastSuccessAt: iso(report.lastSuccessAt),
  lastMessageAt: iso(report.lastMessageAt),
  oldestPendingAt: iso(report.oldestPendingAt),
  nextTryAt: iso(report.nextTryAt),
  tokenExpiresAt: iso(report.tokenExpiresAt),
});

const mailbox = {
  name: z.string(),
  host: z.string(),
  port: z.int(),
  security: z.enum(['tls', 'starttls', 'none']),
  user: z.string(),
  role: z.enum(['capture', 'dropbox']),
  folders: z.array(z.string()),
  since: time.nullable(),
  pollIntervalSeconds: z.int(),
  silenceHours: z.int().nullable(),
  authority: z.enum(['both', 'staff', 'clients']).describe('Whose case tags take effect by themselves.'),
  hasOwnAuthority: z.boolean().describe('Whether it trusts certificates besides the public ones.'),
  auth: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('oauth'),
      app: z.string(),
      grant: z.string(),
      signInAs: z.string().nullable(),
    }),
    z.strictObject({ kind: z.literal('password') }),
  ]),
  source: z.enum(['file', 'database']).describe('`file`: in the settings, and only changed there.'),
  isPaused: z.boolean(),
  revision: whole.describe('For If-Match and `revision`; the ETag of one mailbox.'),
};

export const mailboxShape = z
  .strictObject(mailbox)
  .meta({ id: 'Mailbox', description: 'Without its secrets: a password is written and never shown.' });

export const reportedMailboxShape = z
  .strictObject({ ...mailbox, report: reportShape.nullable() })
  .meta({ id: 'ReportedMailbox' });

const step = {
  status: z.enum(['ok', 'failed', 'skipped']),
  detail: z.string(),
  fix: z.string().nullable(),
  ms: whole,
};

export const stepShape = z.strictObject({ step: z.string(), ...step }).meta({ id: 'TestStep' });

export const proposalShape = z
  .strictObject({
    source: z.enum(['preset', 'preset by MX', 'autoconfig', 'ISPDB', 'autoconfig by MX', 'SRV']),
    provider: z.string().nullable(),
    host: z.string(),
    port: z.int(),
    security: z.enum(['tls', 'starttls']),
    user: z.string(),
    signIn: z.string(),
    note: z.string().nullable(),
  })
  .meta({ id: 'Proposal' });

export const auditedFolderShape = z
  .strictObject({
    folder: z.string(),
    listed: whole,
    done: whole,
    pending: whole,
    failed: whole,
    missing: whole.describe('Listed, and not in the ledger.'),
    undelivered: whole.describe('Counted or listed by the server, and not delivered.'),
    problem: z.string().nullable().describe('Why it could not be compared.'),
  })
  .meta({ id: 'AuditedFolder' });
