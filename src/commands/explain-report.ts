import type { Explained } from '../explain/explain.ts';
import type { Address } from '../mime/parsed-message.ts';

/** One message for a person at a terminal: what it is, what would happen to it, and why. */
export function explainReport(explained: Explained): string {
  const { file, reading, verdict, caseUpdates, authentication, compared } = explained;
  const { mail } = reading;
  const lines: string[] = [
    file,
    `  subject    ${mail.subject || '(none)'}`,
    `  from       ${mail.from === null ? '(none)' : person(mail.from)}`,
    `  to         ${[...mail.to, ...mail.cc].map(person).join(', ') || '(none)'}`,
    `  date       ${mail.date ?? '(none)'}`,
    `  verdict    ${verdict.kind}, ${verdict.direction}${verdict.reason === null ? '' : ` (${verdict.reason})`}`,
    ...verdict.clients.map((link) => `  client     ${link.clientId} by ${link.via} ${link.address ?? ''}`),
    ...verdict.candidates.map((link) => `  candidate  ${link.clientId} by ${link.via} ${link.address ?? ''}`),
    ...caseUpdates.map(
      (update) =>
        `  case       ${update.ref ?? '(no number)'} ${update.status}${update.review === null ? '' : `, held: ${update.review}`} – ${update.title}`,
    ),
    ...(mail.automatic === null ? [] : [`  automatic  ${mail.automatic.kind} (${mail.automatic.sign})`]),
    ...(mail.forwarded === null
      ? []
      : [`  forwarded  from ${person(mail.forwarded.from)}, ${mail.forwarded.via}`]),
    ...(authentication.source === null
      ? []
      : [
          `  sender     SPF ${authentication.spf}, DKIM ${authentication.dkim}, DMARC ${authentication.dmarc}`,
        ]),
    ...mail.attachments.map(
      (part) =>
        `  file       ${part.filename ?? '(no name)'} ${part.contentType}, ${part.size} bytes${part.inline ? ', inline' : ''}`,
    ),
    '  why',
    ...verdict.evidence.map(
      ({ rule, outcome, detail }) => `    ${rule.padEnd(14)} ${outcome.padEnd(9)} ${detail}`,
    ),
    ...mail.warnings.map((warning) => `  warning    ${warning}`),
    ...comparison(compared),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function comparison(compared: Explained['compared']): string[] {
  if (compared === null) return [];
  if (compared.length === 0) return ['  compared   a second reader reads the header alike'];
  return compared.map(
    ({ field, first, second }) =>
      `  compared   ${field}: ${first || '(none)'}; a second reader: ${second || '(none)'}`,
  );
}

const person = ({ name, address }: Address): string =>
  name === '' ? (address ?? '?') : `${name} <${address ?? '?'}>`;

/** A stranger's text must not control the terminal (escape sequences, bidi overrides). */
const printable = (line: string): string => line.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '�');
