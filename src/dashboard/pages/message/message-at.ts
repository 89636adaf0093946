import type { Context } from 'hono';
import { ObjectId } from 'mongodb';
import type { MessageDocument } from '../../../store/message-document.ts';
import type { Database } from '../../../store/mongo.ts';

/** The id in the path; null if it is none. */
export function idIn(context: Context): ObjectId | null {
  const id = context.req.param('id') ?? '';
  return /^[0-9a-f]{24}$/u.test(id) ? ObjectId.createFromHexString(id) : null;
}

export async function messageAt(
  context: Context,
  { messages }: Pick<Database, 'messages'>,
): Promise<MessageDocument | null> {
  const id = idIn(context);
  return id === null ? null : await messages.findOne({ _id: id });
}
