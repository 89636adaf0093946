import type { Filter } from 'mongodb';
import { pMapIterable } from 'p-map';
import { describeError } from '../errors.ts';
import { judgeMessage } from '../ingest/judge-message.ts';
import type { Reader } from '../read/reader.ts';
import type { Rules } from '../decide/rules.ts';
import type { BookDocument } from '../store/address-book.ts';
import type { MessageDocument, MessageLink } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { Verdict } from '../decide/verdict.ts';
import { laterOf } from '../mail/authentication/authentication.ts';

export interface RejudgeDeps {
  readonly database: Database;
  readonly reader: Reader;
  readonly rules: Rules;
}

/**
 * What rejudging a message would do to it. `links`, `unlinks` and `case-updates` change records; `verdict` only changes what is
 * said about a message (its reason, or clients that automatic judging leaves alone).
 */
export type ChangeKind = 'links' | 'unlinks' | 'case-updates' | 'verdict' | 'unreadable' | 'nothing';

export interface RejudgePreview {
  readonly message: MessageDocument;
  readonly kinds: readonly ChangeKind[];
  readonly links: readonly MessageLink[];
  readonly unlinks: readonly MessageLink[];
  readonly caseUpdates: number;
  readonly before: Pick<Verdict, 'kind' | 'reason'> | null;
  /** The verdict that the message would get today. */
  readonly after: Pick<Verdict, 'kind' | 'reason' | 'clients'> | null;
  readonly error: string | null;
}

/** Messages read in parallel: other processes read, lookups wait for the database. */
const CONCURRENCY = 4;

/**
 * Rejudges stored messages from their raw bytes, with today's rules and address book, and writes nothing. In no particular order.
 * Effects on other messages, because they answer one of these, are not counted.
 */
export function previewRejudge(
  deps: RejudgeDeps,
  filter: Filter<MessageDocument>,
  also: {
    readonly supposed?: readonly Omit<BookDocument, '_id'>[];
    readonly lost?: NonNullable<MessageDocument['lost']>;
  } = {},
): AsyncIterable<RejudgePreview> {
  const { supposed = [], lost } = also;
  return pMapIterable(
    deps.database.messages.find(filter),
    async (message) => await previewOne(deps, lost === undefined ? message : { ...message, lost }, supposed),
    { concurrency: CONCURRENCY, preserveOrder: false },
  );
}

async function previewOne(
  { database, reader, rules }: RejudgeDeps,
  message: MessageDocument,
  supposed: readonly Omit<BookDocument, '_id'>[],
): Promise<RejudgePreview> {
  const before = message.verdict;
  try {
    const read = await reader.read({ key: message.rawKey, size: message.size });
    try {
      const { mail } = read.reading;
      const authentication = laterOf(message.authentication, read.authentication);
      const { fresh, judgement } = await judgeMessage(database, {
        mail,
        message,
        authentication,
        disagreements: read.disagreements,
        rules,
        supposed,
      });
      const had = new Set(message.links.map(({ clientId }) => String(clientId)));
      const links = judgement.links.filter(({ clientId }) => !had.has(String(clientId)));
      // What a proven copy records itself stays on record.
      const unlinks = judgement.links.filter(
        ({ retract }) => retract !== undefined && retract !== 'outranked',
      );
      const caseUpdates =
        judgement.caseUpdates.filter(({ review }) => review !== 'echo').length -
        message.caseUpdates.filter(({ review }) => review !== 'echo').length;
      const kinds: ChangeKind[] = [
        ...(links.length > 0 ? (['links'] as const) : []),
        ...(unlinks.length > 0 ? (['unlinks'] as const) : []),
        ...(caseUpdates !== 0 ? (['case-updates'] as const) : []),
        ...(links.length === 0 && unlinks.length === 0 && saysOtherwise(message, fresh)
          ? (['verdict'] as const)
          : []),
      ];
      return {
        message,
        kinds: kinds.length > 0 ? kinds : ['nothing'],
        links,
        unlinks,
        caseUpdates,
        before,
        after: fresh,
        error: null,
      };
    } finally {
      await read.dispose();
    }
  } catch (error) {
    return {
      message,
      kinds: ['unreadable'],
      links: [],
      unlinks: [],
      caseUpdates: 0,
      before,
      after: null,
      error: describeError(error),
    };
  }
}

/** Another kind or reason, or clients that do not include one of the links. */
function saysOtherwise({ verdict, links }: MessageDocument, fresh: Verdict): boolean {
  if (verdict === null) return true;
  if (verdict.kind !== fresh.kind || verdict.reason !== fresh.reason) return true;
  const found = new Set(fresh.clients.map(({ clientId }) => clientId));
  return links.some(({ clientId }) => !found.has(String(clientId)));
}

/** Counts of a preview, by kind, and the clients that gain and lose messages. */
export interface Tally {
  readonly examined: number;
  readonly changes: Readonly<Record<ChangeKind, number>>;
}

export async function tally(
  changes: AsyncIterable<RejudgePreview>,
  seen: (change: RejudgePreview, examined: number) => void = () => {},
): Promise<Tally> {
  const counts: Record<ChangeKind, number> = {
    links: 0,
    unlinks: 0,
    'case-updates': 0,
    verdict: 0,
    unreadable: 0,
    nothing: 0,
  };
  let examined = 0;
  for await (const change of changes) {
    examined++;
    for (const kind of change.kinds) counts[kind]++;
    seen(change, examined);
  }
  return { examined, changes: counts };
}
