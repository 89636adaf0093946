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
  /** Alias rows to treat as if they were in the address book. */
  readonly supposed?: readonly Omit<BookDocument, '_id'>[];
}

export interface JudgedMessage {
  /** The verdict that the message would get today, disregarding what is kept of the earlier judgement. */
  readonly fresh: Verdict;
  readonly judgement: StoredJudgement;
  /** Messages to rejudge because of this one. */
  readonly wakes: readonly ObjectId[];
}

/** A message judged as a member of a group. */
export interface JudgedMember extends JudgedMessage {
  /** Its position in the order of judging: it has seen the results of all earlier ones. */
  readonly turn: number;
}

/** A message that concerns more missing clients than this is a circular in an old thread. */
const MAX_ABSENT = 100;

/** Judges a message with everything known now and returns the judgement to store. Reads the database; writes nothing. */
export async function judgeMessage(
  database: Database,
  { rules, supposed, ...asked }: Asked & JudgeOptions,
): Promise<JudgedMessage> {
  const options = supposed === undefined ? { rules } : { rules, supposed };
  const [gathered] = await gather(database, [asked], options);
  if (gathered === undefined) throw new Error('nothing was gathered');
  return judgementOf(asked, gathered, rules);
}

/**
 * Judges the messages of a group by date, with data loaded once for all of them. Each message sees the results of the earlier ones, so
 * a thread that arrives together is judged as if its messages had arrived one by one.
 */
export async function judgeGroup(
  database: Database,
  asked: readonly Asked[],
  options: JudgeOptions,
): Promise<JudgedMember[]> {
  const about = await openGathering(database, asked, options);
  const decided = new Map<string, MessageDocument>();
  const judged: JudgedMember[] = [];
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

/** The same order as for case claims: by Date header, but not before arrival, because a sender can write any date. */
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
): JudgedMessage {
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
