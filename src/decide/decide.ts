import { readCaseTags } from '../mail/case-tag/case-tag.ts';
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { Mail } from '../mail/mail.ts';
import type { Disagreement } from '../mail/second-reading.ts';
import { claimedAt } from './case-claims.ts';
import type { Claim } from './case-claims.ts';
import { isRuled } from './case-rulings.ts';
import type { CaseRuling } from './case-rulings.ts';
import { decideCaseUpdates } from './case-updates.ts';
import { withEvidence } from './decided-message.ts';
import type { DecidedCaseUpdate, DecidedLink, DecidedMessage } from './decided-message.ts';
import { recipientsKey } from './facts-from-mail.ts';
import { doubtOf, DOUBTFUL_COPY_FLAG, isBetter, withDoubt } from './doubtful-copy.ts';
import type { Doubt } from './doubtful-copy.ts';
import { isMadeBy, mergeCaseUpdates, withRulings } from './held-updates.ts';
import { authorityIn } from './case-authority.ts';
import { provenOf, withInnerAddresses } from './inner-address.ts';
import { judge, OPEN_RECIPIENT } from './judge.ts';
import type { BookEntry, Decision, KnownContext } from './known-context.ts';
import { withUnsent } from './unsent.ts';
import type { Verdict } from './verdict.ts';
import { keptLinks, withNewLinks } from './links.ts';
import { isDoubtful, proofOfSender, UNAUTHENTICATED_FLAG } from './proof.ts';
import { holdWhereReadersDisagree } from './readers-disagree.ts';
import type { Relations } from './relations.ts';
import type { Rules } from './rules.ts';
import { clientsThatHave, entryKeyFor, sameContentMessages, withRecord } from './same-entry.ts';

/** Increased when rules change their decisions, so that a replay knows what older ones judged. */
export const RULE_VERSION = 9;

/** A Message-ID on different content: at most one of the messages that have it is what its sender meant. */
export const REUSED_ID_FLAG = 'message-id-reused';

/** What is known besides the message. A gatherer provides it: from the database, or from the files of one call. */
export interface Known {
  readonly relations: Relations;
  /** Clients of the messages that `threadKeys` asks for. */
  readonly threadClients: readonly string[];
  readonly book: ReadonlyMap<string, readonly BookEntry[]>;
  /** What people decided about the message, and from whom they removed the same words. */
  readonly decisions: readonly Decision[];
  /** What people decided about case updates of the message. */
  readonly rulings: readonly CaseRuling[];
  /** For each case number in the subject that the CRM merged into another case, the number of that case. */
  readonly merged: ReadonlyMap<string, string>;
  /** For each case number in the subject, the effective claims to that case. */
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
  /** Those of the clients in question that currently exist. */
  readonly clients: ReadonlySet<string>;
  readonly authentication: Authentication | null;
  /** Fields that a second reader of the message reads differently. */
  readonly disagreements: readonly Disagreement[];
}

/** Everything decided about one message. A value: two judgements of the same input are equal. */
export interface Judgement {
  /** The verdict to keep: an earlier one if this one adds nothing to it. */
  readonly verdict: Verdict;
  /** The verdict that the message would get today. */
  readonly fresh: Verdict;
  readonly links: readonly DecidedLink[];
  readonly caseUpdates: readonly DecidedCaseUpdate[];
  readonly variantOf: string | null;
  readonly entryKey?: string;
  readonly newFlags: readonly string[];
  readonly goneFlags: readonly string[];
  /** What the verdict knew of the sightings. `recipients`: a key of the recipients named by the judged copy. */
  readonly judgedWith: Pick<DecidedMessage, 'roles' | 'mailboxes' | 'inOwnSent' | 'backfill'> & {
    readonly recipients: string;
  };
  readonly ruleVersion: number;
  /** Messages to judge again because this one is proven and they are not, or because it has what they waited for. */
  readonly wakes: readonly string[];
}

interface DecideInput {
  readonly mail: Mail;
  readonly message: DecidedMessage;
  readonly known: Known;
  readonly rules: Rules;
}

/**
 * Decides everything about a message from what is known. Pure. A message decided before only gains links (invariant 7). It loses
 * those that a person unlinked, those whose decision was undone, and automatic ones by an address that was removed from the client.
 */
export function decide(given: DecideInput): Judgement {
  const { message, rules } = given;
  const mail = withInnerAddresses(given.mail, rules);
  const authentication = provenOf(given.mail, given.known.authentication, rules);
  const known = { ...given.known, authentication };
  const input = { ...given, mail, known };
  const { roles, mailboxes, inOwnSent, backfill } = message;
  const { decisions, book, relations, threadClients } = known;
  const { thread, sharedIds } = relations;
  const context = { roles, inOwnSent, book, thread, threadClients, sharedIds, decisions, authentication };
  const doubt = doubtOf(message, { relations, rules });
  const { verdict, updates } = withCaseUpdates(input, { context, doubt });
  const isUnauthenticated = isDoubtful(proofOfSender(mail, context, rules));
  const kept = keptLinks({ message, verdict, known, isDisplaced: doubt !== null });
  const links = withNewLinks(kept, {
    verdict,
    clients: known.clients,
    covered: clientsThatHave(message, relations, verdict),
  });
  const addsNothing =
    links.length > 0 &&
    links.length === kept.length &&
    kept.every((link, index) => link === message.links[index] && link.retract === undefined);
  const entryKey = entryKeyFor(message, relations);
  return {
    verdict: addsNothing ? (message.verdict ?? verdict) : withRecord(verdict, links),
    fresh: verdict,
    links,
    caseUpdates: withRulings(
      mergeCaseUpdates(message, { now: updates, copies: relations.variants }),
      known.rulings,
    ),
    variantOf:
      (relations.variants.find((copy) => isBetter(copy, message)) ?? relations.variants[0])?.id ?? null,
    ...(entryKey !== message.variantKey && { entryKey }),
    newFlags: [
      ...(relations.sameMessageId.length > 0 ? [REUSED_ID_FLAG] : []),
      ...(doubt?.kind === 'waits' ? [DOUBTFUL_COPY_FLAG] : []),
      ...(isUnauthenticated ? [UNAUTHENTICATED_FLAG] : []),
    ],
    // A copy in our own Sent folder proves what was doubtful before.
    goneFlags: isUnauthenticated ? [] : [UNAUTHENTICATED_FLAG],
    judgedWith: {
      roles,
      ...(mailboxes && { mailboxes }),
      inOwnSent,
      backfill,
      recipients: recipientsKey(given.mail),
    },
    ruleVersion: RULE_VERSION,
    wakes: wokenBy(message, relations).map(({ id }) => id),
  };
}

function wokenBy(
  message: DecidedMessage,
  { variants, impostors, sameMessageId }: Relations,
): DecidedMessage[] {
  const hasEntries = ({ links, caseUpdates }: DecidedMessage): boolean =>
    links.some(({ state }) => state.kind !== 'covered') ||
    caseUpdates.some((update) => update.review !== null && update.review !== 'echo' && !isRuled(update));
  const outranked = [...variants, ...impostors].filter(
    (other) => isBetter(message, other) && hasEntries(other),
  );
  const waiting = sameMessageId.filter(
    ({ copyOf, verdict }) => copyOf === message.id && verdict?.reason === DOUBTFUL_COPY_FLAG,
  );
  return [...outranked, ...waiting];
}

/** The verdict with the evidence of its tags, and the updates that no message with the same content makes already. */
function withCaseUpdates(
  { mail, message, known, rules }: DecideInput,
  { context: facts, doubt }: { readonly context: KnownContext; readonly doubt: Doubt | null },
): { readonly verdict: Verdict; readonly updates: readonly DecidedCaseUpdate[] } {
  const judged = withUnsent(withDoubt(judge(mail, facts, rules), doubt), message.unsent);
  const { relations, claims, merged } = known;
  const { tags, title } = readCaseTags(mail.subject, rules);
  const cases = decideCaseUpdates({
    mail,
    verdict: judged,
    facts,
    rules,
    cases: {
      tags,
      title,
      parent: relations.parent,
      authority: authorityIn(message.mailboxes ?? [], rules),
      backfill: message.backfill,
      claim: { date: message.date, claimedAt: claimedAt(message) },
      claims,
      merged,
    },
  });
  const { verdict, updates: asked } = holdWhereReadersDisagree(
    { verdict: judged, updates: cases.updates },
    known,
  );
  const same = [...sameContentMessages(relations, verdict), ...relations.variants];
  // Two waiting ones that are judged at the same moment must not cover for each other.
  const isNew = message.caseUpdates.length === 0;
  const updates = asked.filter(
    (update) => !same.some(isMadeBy(update, { awaitsParent: update.awaitsParent && isNew })),
  );
  const repeated = asked.length - updates.length;
  return {
    verdict: withEvidence(verdict, {
      rule: 'case-tag',
      outcome: updates.length > 0 ? 'found' : tags.length > 0 ? 'rejected' : 'nothing',
      detail:
        repeated === 0 ? cases.detail : `${cases.detail}; ${repeated} made by a message that tells the same`,
    }),
    updates: updates.flatMap((update) =>
      known.clients.has(update.clientId) ? [{ ...update, writtenAt: null }] : [],
    ),
  };
}

/** The state of a message once everything decided about it is written. */
export function stateWhenWritten({
  links,
  verdict,
}: {
  readonly links: readonly unknown[];
  readonly verdict: Verdict | null;
}): 'stored' | 'triage' | 'ignored' {
  const isOpen = verdict?.kind === 'matched' && verdict.reason === OPEN_RECIPIENT;
  if (links.length > 0) return isOpen ? 'triage' : 'stored';
  return verdict?.kind === 'ignored' || verdict?.kind === 'internal' ? 'ignored' : 'triage';
}

/** Whether a decision may change another that waits for it: if always, two in triage would wake each other forever. */
export function isNews(
  now: Pick<DecidedMessage, 'links'>,
  { before, isFirst }: { readonly before: Pick<DecidedMessage, 'links'>; readonly isFirst: boolean },
): boolean {
  const known = new Set(before.links.map(({ clientId }) => clientId));
  return (
    isFirst ||
    now.links.some(
      ({ clientId, state }) =>
        // A link to words already recorded through another message is never pending: it is news while it is new.
        state.kind === 'pending' || (state.kind === 'covered' && !known.has(clientId)),
    )
  );
}
