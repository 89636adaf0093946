import { caseOwners, claimedAt } from './case-claims.ts';
import type { Mail } from '../mail/mail.ts';
import { carriedIn } from './carried-hop.ts';
import { descriptionOf } from './case-description.ts';
import type { Review } from './case-updates.ts';
import type { DecidedCaseUpdate, DecidedMessage } from './decided-message.ts';

/** What a case update says about the status of its case. */
interface StatusChange {
  readonly date: Date;
  readonly status: string;
  readonly statusInherited?: boolean;
  readonly review?: string | null;
}

/** The status of a case that has none yet. */
const FIRST_STATUS = 'Open';

/**
 * The status that an update inherits: that of the latest earlier update that took effect and named one. Updates with the same date
 * ignore each other, so the order of arrival does not matter.
 */
export function caseStatusAt(updates: readonly StatusChange[], at: Pick<StatusChange, 'date'>): string {
  let latest: StatusChange | null = null;
  for (const update of updates) {
    const counts =
      update.statusInherited !== true && (update.review ?? null) === null && update.date < at.date;
    if (counts && (latest === null || update.date > latest.date)) latest = update;
  }
  return latest?.status ?? FIRST_STATUS;
}

/** A recorded case update, as far as its case depends on it. */
export interface CaseRow extends StatusChange {
  readonly clientId: unknown;
  readonly ref?: string | null;
  readonly statusText?: string | null;
  readonly review?: Review | 'rejected' | null;
  /** Held until the answered message arrives, whatever else `review` says. */
  readonly awaitsParent?: boolean;
  readonly claimedAt?: Date;
  /** Made by docketmail. Updates by people and other programs are left alone. */
  readonly isOurs: boolean;
  readonly confirmedAt?: Date | null;
}

/** The record of a case update. Without a status of its own it follows the case: see `caseChanges`. */
export function caseRowOf(
  update: DecidedCaseUpdate,
  {
    message,
    mail,
  }: {
    readonly message: Pick<DecidedMessage, 'date' | 'arrivedAt' | 'forwarded'>;
    readonly mail: Mail;
  },
) {
  const { clientId, title, status, statusText, ref, review, awaitsParent } = update;
  return {
    clientId,
    date: message.date,
    title,
    description: descriptionOf(mail, carriedIn(message, mail)),
    status: status ?? FIRST_STATUS,
    statusInherited: status === null,
    statusText,
    ref,
    review: review === 'echo' ? null : review,
    claimedAt: claimedAt(message),
    ...(awaitsParent === true && { awaitsParent: true }),
  };
}

/** What must change in the rows of one case because an update arrived or another was resolved: statuses follow by date. */
export function caseChanges<R extends CaseRow>(
  rows: readonly R[],
): { readonly row: R; readonly status: string; readonly review: Review | 'rejected' | null }[] {
  const owners = caseOwners(rows);
  const ruled = rows.map((row) => ({ ...row, row, review: reviewBy(owners, row) }));
  return ruled.flatMap((one) => {
    const { row, review } = one;
    const ofClient = ruled.filter(({ clientId }) => String(clientId) === String(row.clientId));
    const status = row.statusInherited === true ? caseStatusAt(ofClient, row) : row.status;
    return status === row.status && review === (row.review ?? null) ? [] : [{ row, status, review }];
  });
}

/**
 * Rechecks updates recorded before a message that arrived earlier, by whose case it is now: they are held, or no longer held for
 * that reason. Other holds stay.
 */
function reviewBy(owners: ReadonlySet<string>, row: CaseRow): Review | 'rejected' | null {
  const review = row.review ?? null;
  const isSettled = !row.isOurs || (row.confirmedAt ?? null) !== null || (row.ref ?? null) === null;
  if (isSettled) return review;
  const isOwner = owners.has(String(row.clientId));
  if (review === null) return isOwner ? null : 'foreign-case';
  return review === 'foreign-case' && isOwner ? reviewOfOwn(row) : review;
}

function reviewOfOwn({ awaitsParent, statusInherited, statusText }: CaseRow): Review | null {
  if (awaitsParent === true) return 'parent-unknown';
  return statusInherited === true && (statusText ?? null) !== null ? 'unknown-status' : null;
}

/** "ab-12", "Ab-12" and "AB-12" are one case. Spelled out, so that finding them needs no collation. */
export function spellingsOfRef(ref: string): readonly string[] {
  const small = ref.toLowerCase();
  return [...new Set([ref, ref.toUpperCase(), small, small.charAt(0).toUpperCase() + small.slice(1)])];
}
