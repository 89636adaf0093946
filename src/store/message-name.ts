import { ObjectId } from 'mongodb';
import type { Filter } from 'mongodb';
import type { MessageDocument } from './message-document.ts';

/** Messages that a person may mean by an id, a fingerprint or a Message-ID. */
export function messagesNamed(name: string): Filter<MessageDocument> {
  if (/^[0-9a-f]{24}$/u.test(name)) return { _id: ObjectId.createFromHexString(name) };
  if (/^(?:v1|raw):[0-9a-f]{64}$/u.test(name)) return { fingerprint: name };
  return { messageId: name.replaceAll(/^<|>$/gu, '') };
}
