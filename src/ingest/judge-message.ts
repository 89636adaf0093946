import { ObjectId } from 'mongodb';
import { decide } from '../decide/decide.ts';
import type { Verdict } from '../decide/verdict.ts';
import type { Rules } from '../decide/rules.ts';
import type { BookDocument } from '../store/address-book.ts';
import { clientIdsIn, storedDecision } from '../store/decided-message.ts';
import type { StoredJudgement } from '../store/messages.ts';
import type { Database } from '../store/mongo.ts';
import { gather } from './gather.ts';
import type { Asked } from './gather.ts';

interface JudgedMessage extends Asked {
  readonly rules: Rules;
  /** Learned rows that are not in the book: what would be if they were. */
  readonly supposed?: readonly Omit<BookDocument, '_id'>[];
}

export interface JudgedAnew {
  /** What a message of today would get, beside what is kept of the earlier judgement. */
  readonly fresh: Verdict;
  readonly judgement: StoredJudgement;
  /** Messages to judge again because of it. */
  readonly wakes: readonly ObjectId[];
}

/** A message that bears on more clients that have gone is a circular in an old thread. */
const MAX_ABSENT = 100;

/** Judges a message with everything that is known now, and says what is to be stored of it. Reads the database; writes nothing. */
export async function judgeAnew(
  database: Database,
  { rules, supposed, ...asked }: JudgedMessage,
): Promise<JudgedAnew> {
  const options = supposed === undefined ? { rules } : { rules, supposed };
  const [gathered] = await gather(database, [asked], options);
  if (gathered === undefined) throw new Error('nothing was gathered');
  const { message, known, clientIds, absentClients } = gathered;
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
