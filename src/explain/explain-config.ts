import { z } from 'zod';
import { nearestName } from '../config/nearest-name.ts';
import { mailboxRole, ruleKinds } from '../config/rule-kinds.ts';
import { quoted, readAs, text } from '../config/setting-kinds.ts';
import type { Kind } from '../config/setting-kinds.ts';
import { defaultRules } from '../decide/rules.ts';
import type { Rules } from '../decide/rules.ts';
import type { DnsAnswers } from '../mail/authentication/dns-answers.ts';
import type { SmtpSession } from '../mail/authentication/smtp-session.ts';

/** The content of `explain --config FILE`: rules, the mailbox the messages are in, and the facts of delivery. */
export interface ExplainConfig {
  readonly rules: Rules;
  readonly mailbox: { readonly name: string; readonly role: 'capture' | 'dropbox' };
  /** The SMTP session, for SPF. */
  readonly smtp: SmtpSession | null;
  /** Answers by name (lower-case, no trailing dot) and record type, as Node's resolver returns them; null: not given. */
  readonly dns: DnsAnswers | null;
  /** Unknown keys; the rest of the file counts. */
  readonly warnings: readonly string[];
}

export type ExplainConfigReading =
  | { readonly ok: true; readonly config: ExplainConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the parsed JSON of `explain --config FILE`. Omitted values keep their defaults; an unknown key is a warning; every
 * unreadable value is reported. `settings` apply to what the file omits. Without `authentication`, senders are checked if there is
 * something to check them by: real DNS (`useDns`), the file's, or a server whose results are trusted.
 */
export function rulesFromExplainConfig(
  json: unknown,
  {
    useDns = false,
    settings = {},
  }: { readonly useDns?: boolean; readonly settings?: Readonly<Record<string, unknown>> } = {},
): ExplainConfigReading {
  const report: Report = { problems: [], warnings: [] };
  const top = fieldsOf({ value: isObject(json) ? { ...settings, ...json } : json, path: 'the file', report });
  const isGiven = (name: string): boolean => (top.values[name] ?? null) !== null;
  const checksSenders = useDns || isGiven('dns') || isGiven('trustedAuthservIds');
  const { blocklist: blocked } = top.values;
  const blocklist = fieldsOf({
    value: isObject(blocked) ? blocked : { entries: blocked },
    path: 'blocklist',
    report,
  });
  const mailbox = fieldsOf({ value: top.values['mailbox'], path: 'mailbox', report });
  const smtp = fieldsOf({ value: top.values['smtp'], path: 'smtp', report });
  const config: ExplainConfig = {
    rules: {
      ownAddresses: top.read('ownAddresses', ruleKinds.ownAddresses, defaultRules.ownAddresses),
      staffDomains: top.read('staffDomains', ruleKinds.staffDomains, defaultRules.staffDomains),
      storeInternal: top.read('storeInternal', ruleKinds.storeInternal, defaultRules.storeInternal),
      formSenders: top.read('formSenders', ruleKinds.formSenders, defaultRules.formSenders),
      ambiguity: top.read('ambiguity', ruleKinds.ambiguity, defaultRules.ambiguity),
      domainMatching: top.read('domainMatching', ruleKinds.domainMatching, defaultRules.domainMatching),
      subAddressing: top.read('subAddressing', ruleKinds.subAddressing, defaultRules.subAddressing),
      blocklist: {
        entries: blocklist.read('entries', ruleKinds.blocklist, defaultRules.blocklist.entries),
        policy: blocklist.read(
          'policy',
          ruleKinds.blocklistPolicy,
          top.read('blocklistPolicy', ruleKinds.blocklistPolicy, defaultRules.blocklist.policy),
        ),
      },
      authentication: top.read(
        'authentication',
        ruleKinds.authentication,
        checksSenders ? 'flag' : defaultRules.authentication,
      ),
      trustedAuthservIds: top.read(
        'trustedAuthservIds',
        ruleKinds.trustedAuthservIds,
        defaultRules.trustedAuthservIds,
      ),
      ownRelays: top.read('ownRelays', ruleKinds.ownRelays, defaultRules.ownRelays),
      caseAuthority: defaultRules.caseAuthority,
      tagsInReplies: top.read('tagsInReplies', ruleKinds.tagsInReplies, defaultRules.tagsInReplies),
      caseWords: top.read('caseWords', ruleKinds.caseWords, defaultRules.caseWords),
      caseStatuses: top.read('caseStatuses', ruleKinds.caseStatuses, defaultRules.caseStatuses),
    },
    mailbox: {
      name: mailbox.read('name', text, 'explain'),
      role: mailbox.read('role', mailboxRole, 'capture'),
    },
    smtp: isObject(top.values['smtp'])
      ? {
          clientIp: smtp.read<string | null>('clientIp', text, null),
          helo: smtp.read<string | null>('helo', text, null),
          mailFrom: smtp.read<string | null>('mailFrom', text, null),
        }
      : null,
    dns: top.read<DnsAnswers | null>('dns', dnsAnswers, null),
    warnings: report.warnings,
  };
  top.warnOfUnknown([...Object.keys(ruleKinds), 'mailbox', 'smtp', 'dns']);
  blocklist.warnOfUnknown(['entries', 'policy']);
  mailbox.warnOfUnknown(['name', 'role']);
  smtp.warnOfUnknown(['clientIp', 'helo', 'mailFrom']);
  return report.problems.length === 0 ? { ok: true, config } : { ok: false, problems: report.problems };
}

const dnsAnswers: Kind<DnsAnswers> = {
  schema: z
    .record(z.string(), z.record(z.string(), z.array(z.unknown())))
    .transform((answers) =>
      Object.fromEntries(
        Object.entries(answers).map(([name, records]) => [name.toLowerCase().replace(/\.$/u, ''), records]),
      ),
    ),
  expects: 'an object of name → record type → list of answers',
};

interface Report {
  readonly problems: string[];
  readonly warnings: string[];
}

/** Reads the fields of one JSON object; null and absent mean the fallback. */
function fieldsOf({ value, path, report }: { value: unknown; path: string; report: Report }) {
  if (value !== undefined && value !== null && !isObject(value))
    report.problems.push(`${path}: got ${quoted(value)}, expected a JSON object`);
  const values = isObject(value) ? value : {};
  const prefix = path === 'the file' ? '' : `${path}.`;
  return {
    values,
    read<T>(name: string, kind: Kind<T>, fallback: T): T {
      const given = values[name];
      if (given === undefined || given === null) return fallback;
      const reading = readAs(kind, given);
      if (reading.ok) return reading.value;
      const wrong = reading.wrong === '' ? '' : `: ${reading.wrong}`;
      report.problems.push(`${prefix}${name}: got ${quoted(given)}${wrong}; expected ${kind.expects}`);
      return fallback;
    },
    warnOfUnknown(known: readonly string[]): void {
      for (const name of Object.keys(values)) {
        if (known.includes(name)) continue;
        const near = nearestName(name, known);
        report.warnings.push(
          `${prefix}${name}: unknown and not used${near === null ? '' : `; did you mean ${near}?`}`,
        );
      }
    },
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
