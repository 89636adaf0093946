/** Publishes events about mailboxes when their state differs from the last published one. */
import type { CursorDocument } from '../store/cursors.ts';
import { publishStates } from '../store/events.ts';
import type { EntityState, EventData, EventType } from '../store/events.ts';
import type { Database } from '../store/mongo.ts';
import { downTooLong } from './report.ts';
import type { MailboxReport } from './report.ts';

/** States that only a person can fix. Other failures are published once they last. */
const needsPerson: ReadonlySet<string> = new Set([
  'authentication-failed',
  'needs-consent',
  'needs-permission',
  'app-broken',
  'configuration',
  'mailbox-not-open',
  'silent',
]);

/** Older changes are not published: their event may have been sent and deleted already. */
const RECENT_MS = 24 * 60 * 60_000;

type Condition = 'well' | 'down' | 'paused' | 'removed';
type Reset = Pick<CursorDocument, 'mailbox' | 'folder' | 'resets'>;

/** Safe to run at any time, in several processes at once. */
export async function publishMailboxes(
  { events, mailboxes, cursors }: Pick<Database, 'events' | 'mailboxes' | 'cursors'>,
  { reports, downSeconds }: { readonly reports: readonly MailboxReport[]; readonly downSeconds: number },
): Promise<void> {
  const since = new Date(Date.now() - RECENT_MS);
  const changed = await mailboxes.find({ updatedAt: { $gte: since } }).toArray();
  const added = new Set(changed.flatMap(({ _id, revision }) => (revision === 1 ? [_id] : [])));
  const down = new Set(downTooLong(reports, downSeconds).map(({ name }) => name));
  const resets = await cursors
    .find({ resets: { $gte: since.toISOString() } })
    .project<Reset>({ mailbox: 1, folder: 1, resets: 1 })
    .toArray();
  const states = [
    ...reports.flatMap((report) => {
      const condition = conditionOf(report, { isDownTooLong: down.has(report.name) });
      return condition === null ? [] : [mailboxState(report, { condition, isNew: added.has(report.name) })];
    }),
    ...changed.flatMap(({ _id, desired }) => (desired === 'removed' ? [removedState(_id)] : [])),
    ...resets.map(resetState),
  ];
  await publishStates(events, states, { isNew: false });
}

/** Null: a failure that may be temporary; it is published if it lasts. */
function conditionOf(
  { state, isWell }: MailboxReport,
  { isDownTooLong }: { readonly isDownTooLong: boolean },
): Condition | null {
  if (state === 'paused') return 'paused';
  if (isWell) return 'well';
  return isDownTooLong || needsPerson.has(state) ? 'down' : null;
}

function mailboxState(
  { name, state, says, fix }: MailboxReport,
  { condition, isNew }: { readonly condition: Condition; readonly isNew: boolean },
): EntityState {
  return {
    entity: `mailbox:${name}`,
    state: condition,
    typeAfter: (last) => typeOfMailbox(condition, { before: last?.state ?? null, isNew }),
    data: { ...dataOf(name), state, says, fix },
    details: noDetails,
  };
}

/** Exported for its test. `before`: the last published condition; null if there was none, or its event was deleted. */
export function typeOfMailbox(
  condition: Condition,
  { before, isNew }: { readonly before: string | null; readonly isNew: boolean },
): EventType | null {
  if (condition === 'removed') return 'mailbox.removed';
  if (before === 'removed' || (before === null && isNew)) return 'mailbox.added';
  if (condition === 'paused') return 'mailbox.paused';
  if (condition === 'down') return 'mailbox.failed';
  return before === null ? null : 'mailbox.recovered';
}

const removedState = (name: string): EntityState => ({
  entity: `mailbox:${name}`,
  state: 'removed',
  typeAfter: () => typeOfMailbox('removed', { before: null, isNew: false }),
  data: { ...dataOf(name), state: 'removed', says: 'was removed', fix: null },
  details: noDetails,
});

const resetState = ({ mailbox, folder, resets }: Reset): EntityState => ({
  entity: `folder:${mailbox}/${folder}`,
  state: resets.at(-1) ?? '',
  typeAfter: () => 'folder.reset',
  data: { ...dataOf(mailbox), folder, resetAt: resets.at(-1) ?? null, resetsOfTheDay: resets.length },
  details: noDetails,
});

const noDetails = { subject: null, from: null };

const dataOf = (name: string): EventData => ({
  messageId: null,
  mailboxes: [name],
  clientId: null,
  direction: null,
  date: null,
});
