import type { Mail, Automatic } from '../mail/mail.ts';
import type { CaseTag } from '../mail/case-tag/case-tag.ts';
import { isEcho, readCaseTags, repliesInBracket } from '../mail/case-tag/case-tag.ts';
import { stripSubjectPrefixes } from '../mail/subject/subject-prefix.ts';
import type { KnownContext } from './known-context.ts';
import type { Link, Verdict } from './verdict.ts';
import type { Rules } from './rules.ts';
import { caseOwners } from './case-claims.ts';
import type { Claim } from './case-claims.ts';
import type { authorityIn } from './case-authority.ts';
import { withoutContradictions } from './contradicting-tags.ts';
import { companyDomain, isOurs } from './parties.ts';
import { programTags } from './program-tags.ts';

/** Why a person must confirm a case update before it takes effect. Part of the public contract of `explain`. */
export type Review = 'unknown-status' | 'foreign-case' | 'unauthenticated' | 'parent-unknown' | 'look-alike';

/** A case update requested by a tagged subject. `status` null: the case's last status, Open for a new one. */
export interface CaseUpdateDraft {
  readonly clientId: string;
  readonly ref: string | null;
  /** The number as the tag has it, where the CRM merged that case into `ref`. */
  readonly tagRef?: string;
  readonly title: string;
  readonly status: string | null;
  readonly statusText: string | null;
  readonly review: Review | null;
  /** The message that this one answers or carries is unknown, and may show that the tag is an echo. */
  readonly awaitsParent: boolean;
  /** Held for nothing but the mailbox that it came to: in another one it may take effect. */
  readonly heldByMailbox?: true;
}

/** What is known about the message that this one answers. */
export type Parent =
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'known'; readonly tags: readonly CaseTag[] };

export interface CaseFacts {
  readonly tags: readonly CaseTag[];
  readonly title: string;
  readonly parent: Parent;
  /** Whose tags count, by the mailboxes that the message was seen in. */
  readonly authority: ReturnType<typeof authorityIn>;
  /** Older than the mailbox's `since`: stored, but moves no case. */
  readonly backfill: boolean;
  /** When this message claims a case. */
  readonly claim: Pick<Claim, 'date' | 'claimedAt'>;
  /** The numbers of the cases into which the CRM merged others, by the number of those. */
  readonly merged: ReadonlyMap<string, string>;
  /** The effective claims to the case with each ref. */
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
}

export interface CaseUpdates {
  readonly updates: readonly CaseUpdateDraft[];
  /** One line for the evidence. */
  readonly detail: string;
}

/** Whether the message answers or carries another, so that its subject may be copied. */
export function isReply(mail: Mail): boolean {
  return (
    mail.inReplyTo.length > 0 ||
    mail.references.length > 0 ||
    stripSubjectPrefixes(mail.subject).kinds.includes('reply') ||
    repliesInBracket(mail.subject)
  );
}

/** Decides which case updates a message makes (design, "Case tags"). Pure. */
export function decideCaseUpdates(input: {
  mail: Mail;
  verdict: Verdict;
  facts: KnownContext;
  cases: CaseFacts;
  rules: Rules;
}): CaseUpdates {
  const { mail, verdict, cases, rules } = input;
  const none = (detail: string): CaseUpdates => ({ updates: [], detail });
  if (cases.tags.length === 0) return none('no case tag in the subject');
  if (mail.automatic !== null && !mayBePersonal(mail.automatic))
    return none(`automatic mail (${mail.automatic.kind}) moves no case`);
  if (cases.backfill) return none('older than the mailbox counts from: back-filled mail moves no case');
  if (verdict.kind !== 'matched') return none('no client, so no case');
  const { parent } = cases;
  const said = parent.kind === 'known' ? cases.tags.filter((tag) => !isEcho(tag, parent.tags)) : cases.tags;
  if (said.length === 0) return none('the tag stands in the subject of the message answered: an echo');
  const { isCarried, isRepeated } = programTags(mail, rules);
  const fired = said.filter((tag) => !isCarried(tag));
  if (fired.length === 0) return none('the tag is that of an automatic message inside');

  const doubt = authorityProblem(input) ?? personalProblem(mail);
  const elsewhere = mailboxProblem(input);
  const inside = tagsInside(mail, rules);
  const isAnothersWord = (tag: CaseTag): boolean => isEcho(tag, inside);
  const isReplyHeld = parent.kind === 'unknown' && rules.tagsInReplies === 'review';
  const ownDoubtOf = (tag: CaseTag): string | null =>
    doubt ?? (isRepeated(tag) ? BEHIND_PROGRAM : isAnothersWord(tag) ? STANDS_INSIDE : null);
  const doubtOf = (tag: CaseTag): string | null => ownDoubtOf(tag) ?? elsewhere;
  const isForeign = (clientId: string, ref: string | null): boolean =>
    ref !== null &&
    !caseOwners([...(cases.claims.get(ref) ?? []), { ...cases.claim, clientId }]).has(clientId);
  const told = withoutContradictions(fired, cases.merged);
  const updates = verdict.clients.flatMap(({ clientId }) =>
    told.map(({ tag, ref }): CaseUpdateDraft => {
      return {
        clientId,
        ref,
        ...(tag.ref !== null && ref !== tag.ref && { tagRef: tag.ref }),
        title: cases.title,
        status: tag.status,
        statusText: tag.statusText,
        review: tag.lookAlike
          ? 'look-alike'
          : doubtOf(tag) !== null
            ? 'unauthenticated'
            : isForeign(clientId, ref)
              ? 'foreign-case'
              : isReplyHeld
                ? 'parent-unknown'
                : tag.status === null && tag.statusText !== null
                  ? 'unknown-status'
                  : null,
        awaitsParent: isReplyHeld || (isAnothersWord(tag) && parent.kind !== 'known'),
        ...(elsewhere !== null && ownDoubtOf(tag) === null && { heldByMailbox: true as const }),
      };
    }),
  );
  const held = updates.filter((update) => update.review !== null).length;
  const why =
    told.map(({ tag }) => doubtOf(tag)).find((reason) => reason !== null) ??
    (told.some(({ isContradicted }) => isContradicted) ? CONTRADICTED : null);
  return {
    updates,
    detail: `${updates.length} from ${fired.map((tag) => tag.raw).join(' ')}${held > 0 ? `, ${held} held for a person${why === null ? '' : `: ${why}`}` : ''}`,
  };
}

const STANDS_INSIDE = 'the tag stands in the subject of the message inside, too';
const CONTRADICTED = 'two tags of the subject name different statuses for one case';
const BEHIND_PROGRAM = 'the tag stands behind words that programs set before a subject';

/** People write on lists, and sales tools add bulk-mail fields to what a client writes to one reader. */
const mayBePersonal = ({ kind }: Automatic): boolean => kind === 'list' || kind === 'bulk';

function personalProblem({ automatic }: Mail): string | null {
  return automatic === null
    ? null
    : `it bears the fields of ${automatic.kind} mail (${automatic.sign}), and only a person can tell whether somebody wrote it to us`;
}

/**
 * The tags in the subjects of forwarded or enclosed messages. A mail program copies such a subject into its own: it is the word of
 * the inner message's author, whom the forwarder's proof does not cover.
 */
function tagsInside(mail: Mail, rules: Rules): readonly CaseTag[] {
  const nestedSubjects = (messages: Mail['nested']): readonly string[] =>
    messages.flatMap(({ subject, nested }) => [subject, ...nestedSubjects(nested)]);
  const subjects = [...mail.forwards.flatMap(({ subject }) => subject ?? []), ...nestedSubjects(mail.nested)];
  return [...new Set(subjects)].flatMap((subject) => readCaseTags(subject, rules).tags);
}

/** What rules out the sender in the mailboxes that the message was seen in. */
function mailboxProblem({
  mail,
  verdict,
  cases: { authority },
  rules,
}: Parameters<typeof decideCaseUpdates>[0]): string | null {
  const isStaff =
    mail.from !== null && mail.from.address !== null && isByStaff(mail.from.address, { verdict, rules });
  if (isStaff ? authority.staff : authority.clients) return null;
  return `mail in this mailbox moves a case only where ${isStaff ? 'clients' : 'staff'} sent it`;
}

/** A form, or a post to one of our groups, may also come from our own address. */
function isByStaff(
  from: string,
  { verdict, rules }: { readonly verdict: Verdict; readonly rules: Rules },
): boolean {
  return isOurs(from, rules) && (verdict.direction !== 'inbound' || verdict.forwardedBy !== null);
}

/** Who may move a case: staff, or a client found by exact From; proven as AUTHENTICATION requires. Null: allowed. */
function authorityProblem({
  mail,
  verdict,
  facts,
  rules,
}: Parameters<typeof decideCaseUpdates>[0]): string | null {
  const from = mail.from?.address ?? null;
  if (from === null || mail.fromAll.length > 1) return 'no single sender';
  const staff = isByStaff(from, { verdict, rules });
  const byPerson = new Set(
    facts.decisions.flatMap((d) => (d.subject === 'message' && d.act === 'link' ? d.clientIds : [])),
  );
  const isClient = ({ clientId, via, address }: Link): boolean =>
    via === 'decision' ? byPerson.has(clientId) : via === 'from' || (via === 'alias' && address === from);
  if (!staff && !verdict.clients.every(isClient)) return 'the sender is neither staff nor the client';
  const stranger = mail.replyTo.find(({ address }) => address !== null && !isSameParty(address, from, rules));
  if (stranger !== undefined) return 'From and Reply-To name different parties';
  if (staff && facts.inOwnSent) return null;
  const authentication = facts.authentication;
  if (authentication?.dmarc === 'fail') return 'DMARC failed';
  if (rules.authentication !== 'off' && authentication?.alignedPass !== true)
    return 'no aligned SPF, DKIM or DMARC pass';
  return null;
}

function isSameParty(address: string, from: string, rules: Rules): boolean {
  if (address === from || (isOurs(address, rules) && isOurs(from, rules))) return true;
  const company = companyDomain(from);
  return company !== null && companyDomain(address) === company;
}
