import type { Tally } from '../rejudge/preview.ts';
import type { DecisionDocument } from '../store/decisions.ts';
import type { Acted } from '../triage/triage.ts';
import type { DecisionRow, NamedLink, TriageDetail, TriageRow } from '../triage/waiting.ts';

/** A stranger's text must not control the terminal (escape sequences, bidi overrides). */
export const printable = (line: string): string =>
  line.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');

const person = ({ name, address }: { readonly name: string; readonly address: string | null }): string =>
  name === '' ? (address ?? '?') : `${name} <${address ?? '?'}>`;

const link = ({ clientId, via, address, name, email }: NamedLink): string =>
  `${clientId} ${name ?? '(no name)'} ${email === null ? '' : `<${email}> `}by ${via}${address === null ? '' : ` ${address}`}`;

export function rowReport(row: TriageRow): string {
  const { id, date, from, subject, reason, kind, candidates, held } = row;
  return [
    `${id}  ${date.slice(0, 16)}  ${from === null ? '(no sender)' : person(from)}`,
    `  ${subject || '(no subject)'}`,
    `  ${kind ?? '?'}${reason === null ? '' : `: ${reason}`}`,
    ...candidates.map((one) => `  candidate  ${link(one)}`),
    ...held.map(
      (one) =>
        `  held       case ${one.ref ?? '(no number)'} ${one.statusText ?? one.status ?? ''}: ${one.review}`,
    ),
  ]
    .map(printable)
    .join('\n');
}

export function detailReport(detail: TriageDetail): string {
  const { suggestion } = detail;
  return [
    `${detail.id}  ${detail.state}`,
    `  subject    ${detail.subject || '(none)'}`,
    `  date       ${detail.date}`,
    ...detail.participants.map((one) => `  ${one.role.padEnd(14)} ${person(one)}`),
    `  verdict    ${detail.kind ?? '?'}, ${detail.direction ?? '?'}${detail.reason === null ? '' : ` (${detail.reason})`}`,
    ...detail.clients.map((one) => `  client     ${link(one)}`),
    ...detail.candidates.map((one) => `  candidate  ${link(one)}`),
    ...detail.held.map(
      (one) =>
        `  held       client ${one.clientId}, case ${one.ref ?? '(no number)'} ${one.statusText ?? one.status ?? ''}: ${one.review}`,
    ),
    ...(suggestion === null
      ? []
      : [
          `  new client ${suggestion.name} <${suggestion.email}>${suggestion.domain === null ? '' : ` of ${suggestion.domain}`}`,
        ]),
    ...detail.attachments.map(
      (one) => `  file       ${one.filename ?? '(no name)'} ${one.contentType}, ${one.size} bytes`,
    ),
    ...detail.sightings.map(
      (one) => `  seen in    ${one.mailbox} ${one.folder} UID ${one.uid}, ${one.state}`,
    ),
    ...detail.decisions.map((one) => `  decided    ${decisionReport(one)}`),
    '  why',
    ...detail.evidence.map(
      ({ rule, outcome, detail: why }) => `    ${rule.padEnd(14)} ${outcome.padEnd(9)} ${why}`,
    ),
    ...detail.warnings.map((warning) => `  warning    ${warning}`),
    '  text',
    ...detail.preview.split('\n').map((line) => `    ${line}`),
  ]
    .map(printable)
    .join('\n');
}

export function decisionReport({
  id,
  subject,
  act,
  clients,
  by,
  at,
  undoneAt,
  undoneBy,
  reason,
  caseUpdate,
}: DecisionRow): string {
  const undone = undoneAt === null ? '' : `, undone ${undoneAt.slice(0, 16)} by ${undoneBy ?? '?'}`;
  const about = caseUpdate === null ? '' : ` case ${caseUpdate.ref ?? '(no number)'}`;
  const chosen = caseUpdate?.status == null ? '' : ` as ${caseUpdate.status}`;
  const why = reason === null ? '' : `: ${reason}`;
  return printable(
    `${id}  ${at.slice(0, 16)} ${by}: ${act}${about}${chosen} ${clients.join(', ')} ${subject}${why}${undone}`,
  );
}

/** A decision that a later one about the same sender or domain ended. */
export const replacedReport = ({ _id, act, by, at }: DecisionDocument): string =>
  `replaces decision ${_id.toHexString()} (${act === 'link' ? 'learn' : act} by ${by}, ${at.toISOString().slice(0, 16)}), which is undone`;

export function actedReport({ decision, message, marked, replaced = [] }: Acted): string {
  const clients = message?.links.map(({ clientId }) => String(clientId)).join(', ') ?? '';
  return [
    `decision ${decision._id.toHexString()} by ${decision.by}: ${decision.act}${decision.undoneAt === null ? '' : ', undone'}`,
    ...(message === null
      ? []
      : [
          `message ${message._id.toHexString()} is now ${message.state}${clients === '' ? '' : ` for ${clients}`}`,
        ]),
    ...replaced.map(replacedReport),
    ...(marked > 0 ? [`${marked} other messages are judged again`] : []),
  ].join('\n');
}

/** What would change by a preview, by kind. */
export function tallyReport({ examined, changes }: Tally): string {
  return [
    `${examined} messages examined:`,
    `  ${changes.links} gain a client`,
    `  ${changes.unlinks} lose a client`,
    `  ${changes['case-updates']} make a case update`,
    `  ${changes.verdict} would be judged otherwise today, and stay as they are on record`,
    `  ${changes.nothing} stay as they are`,
    ...(changes.unreadable > 0 ? [`  ${changes.unreadable} cannot be read`] : []),
  ].join('\n');
}
