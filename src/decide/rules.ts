import { builtInCaseWords } from '../mail/case-tag/case-words.ts';
import { builtInCaseStatuses } from './case-statuses.ts';
import type { CaseStatus } from './case-statuses.ts';

/** The settings of the decision: with the message, the address book entries and people's decisions, all that a verdict depends on. */
export interface Rules {
  /** The firm's own addresses, lower-cased. */
  readonly ownAddresses: readonly string[];
  /** The firm's own domains, lower-cased, without "@". */
  readonly staffDomains: readonly string[];
  /** Store messages whose participants are all staff. */
  readonly storeInternal: boolean;
  /** From addresses of web forms and relays whose Reply-To is the real sender. Addresses, or domains without "@". */
  readonly formSenders: readonly string[];
  /** An address that belongs to several clients: wait for a person, link all, or link the client created first. */
  readonly ambiguity: 'triage' | 'all' | 'oldest';
  /** Match by company domain if no address matches. */
  readonly domainMatching: boolean;
  /** Match `john+x@` to the client `john@` if no client has the tagged form. */
  readonly subAddressing: boolean;
  readonly blocklist: Blocklist;
  /** What a sender without an aligned SPF, DKIM or DMARC pass may do. */
  readonly authentication: 'off' | 'flag' | 'require';
  /** authserv-ids (RFC 8601 §2.5) of our own receiving servers, lower-cased. */
  readonly trustedAuthservIds: readonly string[];
  /** The servers that deliver mail to us, our own and a hosted gateway: addresses, networks and host names, lower-cased. */
  readonly ownRelays: readonly string[];
  /** A case tag in a reply whose parent is unknown: held for a person, or accepted. */
  readonly tagsInReplies: 'review' | 'accept';
  /** Words that open a case tag, as spelled in the settings; matched ignoring case. */
  readonly caseWords: readonly string[];
  readonly caseStatuses: readonly CaseStatus[];
  /** Whose mail in a mailbox moves a case, by the mailbox's name; `both` in those that are not named. */
  readonly caseAuthority: Readonly<Record<string, CaseAuthority>>;
}

/** Whose mail in a mailbox may move a case. */
export type CaseAuthority = 'staff' | 'clients' | 'both';

interface Blocklist {
  /** Addresses, or domains without "@"; lower-cased. */
  readonly entries: readonly string[];
  /** `drop` stores only the decision; `skip-client` stores the message and links nobody. */
  readonly policy: 'drop' | 'skip-client';
}

export const defaultRules: Rules = {
  ownAddresses: [],
  staffDomains: [],
  storeInternal: false,
  formSenders: [],
  ambiguity: 'triage',
  domainMatching: false,
  subAddressing: true,
  blocklist: { entries: [], policy: 'drop' },
  // for `explain` and tests; the worker's own default is flag (config-table.ts)
  authentication: 'off',
  trustedAuthservIds: [],
  ownRelays: [],
  tagsInReplies: 'review',
  caseWords: builtInCaseWords,
  caseStatuses: builtInCaseStatuses,
  caseAuthority: {},
};
