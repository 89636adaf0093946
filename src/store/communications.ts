import type { Collection, ObjectId } from 'mongodb';
import type { Address, Attachment } from '../mime/parsed-message.ts';
import type { ClientDocument } from './clients.ts';
import { retryDuplicate } from './duplicate-key.ts';

/** The CRM's record of one message for one client: its own fields first, then docketmail's. */
export interface CommunicationDocument {
  readonly _id: ObjectId;
  readonly clientId: ClientDocument['_id'];
  readonly type: string;
  readonly date: Date;
  readonly subject: string;
  readonly message: string;
  readonly attachments: readonly StoredAttachment[];
  readonly messageRef?: ObjectId;
  readonly direction?: 'inbound' | 'outbound' | 'internal';
  readonly from?: Address | null;
  readonly to?: readonly Address[];
  readonly cc?: readonly Address[];
  readonly reply?: string;
  readonly html?: string | null;
  readonly threadId?: string;
  readonly caseRef?: string | null;
  readonly forwardedBy?: string | null;
  readonly flags?: readonly string[];
}

export interface StoredAttachment extends Attachment {
  /** Key in blob storage. */
  readonly key: string;
  /** The virus scanner's result; null: not scanned. */
  readonly scan: string | null;
}

/** Writes each communication unless one with its `_id` is there: a row that exists is never touched. Says which are new. */
export async function recordCommunications(
  communications: Collection<CommunicationDocument>,
  documents: readonly CommunicationDocument[],
): Promise<boolean[]> {
  if (documents.length === 0) return [];
  const { upsertedIds } = await retryDuplicate(() =>
    communications.bulkWrite(
      documents.map(({ _id, ...fields }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true },
      })),
      { ordered: false },
    ),
  );
  return documents.map((_, at) => at in upsertedIds);
}

/** What people and other programs may have changed in a row of the CRM's, as it should be: nothing of it can be relied on. */
export function soundFields(
  row: CommunicationDocument,
): Required<
  Pick<CommunicationDocument, 'subject' | 'message' | 'reply' | 'from' | 'to' | 'cc' | 'attachments'>
> {
  const given: Readonly<Record<string, unknown>> = { ...row };
  return {
    subject: textOf(given['subject']),
    message: textOf(given['message']),
    reply: textOf(given['reply']),
    from: isObject(given['from']) ? addressOf(given['from']) : null,
    to: objectsIn(given['to']).map(addressOf),
    cc: objectsIn(given['cc']).map(addressOf),
    attachments: objectsIn(given['attachments']).filter(isAttachment) as unknown as StoredAttachment[],
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const objectsIn = (value: unknown) => (Array.isArray(value) ? value.filter(isObject) : []);
const addressOf = ({ address, name }: Readonly<Record<string, unknown>>): Address => ({
  address: typeof address === 'string' ? address : null,
  name: textOf(name),
});

/** Without these a file can be neither told nor fetched. */
function isAttachment(value: Readonly<Record<string, unknown>>): boolean {
  const { key, filename, size } = value;
  return (
    typeof key === 'string' &&
    (filename === null || typeof filename === 'string') &&
    typeof size === 'number' &&
    Number.isFinite(size)
  );
}
