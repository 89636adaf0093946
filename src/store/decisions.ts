import type { Collection, ObjectId } from 'mongodb';
import type { Decision } from '../verdict.ts';

/** What a person decided, with who and when. `subject` is `message:…`, `thread:…`, `address:…` or `domain:…`. */
export interface DecisionDocument {
  readonly _id: ObjectId;
  readonly subject: string;
  readonly act: 'link' | 'unlink' | 'ignore' | 'confirm';
  readonly clients: readonly unknown[];
  readonly by: string;
  readonly at: Date;
  readonly undoneAt: Date | null;
}

/** The decisions in force about any of the subjects, oldest first. */
export async function findDecisions(
  decisions: Collection<DecisionDocument>,
  subjects: readonly string[],
): Promise<Decision[]> {
  const rows = await decisions
    .find({ subject: { $in: [...subjects] }, undoneAt: null })
    .sort({ at: 1 })
    .toArray();
  return rows.flatMap(({ subject, act, clients }) => {
    const colon = subject.indexOf(':');
    return act === 'confirm'
      ? []
      : [
          {
            subject: subject.slice(0, colon) as Decision['subject'],
            key: subject.slice(colon + 1),
            act,
            clientIds: clients.map(String),
          },
        ];
  });
}
