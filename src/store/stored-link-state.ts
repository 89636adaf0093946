import type { ObjectId } from 'mongodb';
import type { LinkState } from '../decide/decided-message.ts';

/** `LinkState` as it is stored. */
export type StoredLinkState =
  | Exclude<LinkState, { readonly kind: 'covered' }>
  | { readonly kind: 'covered'; readonly by: ObjectId | null };
