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

/** A message that affects more deleted clients is a circular in an old thread. */
const MAX_ABSENT = 100;

/** Judges a message with everything known now, and returns what to store of it. Reads the database; writes nothing. */
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
