import { ObjectId } from 'mongodb';
import { decide } from '../decide/decide.ts';
import type { Verdict } from '../decide/verdict.ts';
import type { Rules } from '../decide/rules.ts';
import type { BookDocument } from '../store/address-book.ts';
import { clientIdsIn, storedDecision } from '../store/decided-message.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { withJudgement } from '../store/messages.ts';
import type { StoredJudgement } from '../store/messages.ts';
import type { Database } from '../store/mongo.ts';
import { gather, openGathering } from './gather.ts';
import type { Asked, Gathered } from './gather.ts';

interface JudgeOptions {
  readonly rules: Rules;
  /** Alias rows not in the book: the answer as if they were. */
  readonly supposed?: readonly Omit<BookDocument, '_id'>[];
}

export interface JudgedAnew {
  /** The verdict that the message would get today, besides what is kept of the earlier judgement. */
  readonly fresh: Verdict;
  readonly judgement: StoredJudgement;
  /** Messages to rejudge because of it. */
  readonly wakes: readonly ObjectId[];
}

/** … as one of a group. */
export interface JudgedInTurn extends JudgedAnew {
  /** It was judged by what was decided about those before it. */
  readonly turn: number;
}
/** A message that bears on more clients that have gone is a circular in an old thread. */
const MAX_ABSENT = 100;

/** Judges a message with everything known now, and returns what to store of it. Reads the database; writes nothing. */
export async function judgeAnew(
  database: Database,
  { rules, supposed, ...asked }: Asked & JudgeOptions,
): Promise<JudgedAnew> {
  const options = supposed === undefined ? { rules } : { rules, supposed };
  const [gathered] = await gather(database, [asked], options);
  if (gathered === undefined) throw new Error('nothing was gathered');
  return judgementOf(asked, gathered, rules);
}

/**
 * Judges the messages of a group with what was asked for all of them at once. Each sees what was decided about those before it, in the
 * order of their dates: a thread that arrives together is judged as if it had come one by one.
 */
export async function judgeInTurn(
  database: Database,
  asked: readonly Asked[],
  options: JudgeOptions,
): Promise<JudgedInTurn[]> {
  const about = await openGathering(database, asked, options);
  const decided = new Map<string, MessageDocument>();
  const judged: JudgedInTurn[] = [];
  for (const [turn, at] of inOrderOfDate(asked).entries()) {
    const one = asked[at];
    if (one === undefined) continue;
    const result = { ...judgementOf(one, about(at, decided), options.rules), turn };
    judged[at] = result;
    const { message } = one;
    decided.set(message._id.toHexString(), withJudgement({ message, judgement: result.judgement }));
  }
  return judged;
}

/** As claims to a case count: by the Date header, but no earlier than the arrival, since a sender writes what date it likes. */
function inOrderOfDate(asked: readonly Pick<Asked, 'message'>[]): number[] {
  const keys = asked.map(({ message: { date, arrivedAt, receivedAt } }) => ({
    date: date.getTime(),
    claimedAt: Math.max(date.getTime(), (arrivedAt ?? receivedAt).getTime()),
  }));
  const keyAt = (at: number) => keys[at] ?? { date: 0, claimedAt: 0 };
  return keys
    .map((_, at) => at)
    .toSorted((a, b) => keyAt(a).claimedAt - keyAt(b).claimedAt || keyAt(a).date - keyAt(b).date);
}

function judgementOf(
  asked: Asked,
  { message, known, clientIds, absentClients }: Gathered,
  rules: Rules,
): JudgedAnew {
  const { fresh, wakes, links, caseUpdates, variantOf, ...judgement } = decide({
    mail: asked.mail,
    message,
    known,
    rules,
  });
  const ids = new Map([...clientIdsIn(asked.message), ...clientIds]);
  return {
    fresh,
    wakes: wakes.map((id) => ObjectId.createFromHexString(id)),
    judgement: {
      ...judgement,
      ...storedDecision({ links, caseUpdates }, { message: asked.message, ids }),
      authentication: asked.authentication,
      absentClients: absentClients.slice(0, MAX_ABSENT),
      variantOf: variantOf === null ? null : ObjectId.createFromHexString(variantOf),
      state: 'judged',
    },
  };
}
