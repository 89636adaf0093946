import { createHash } from 'node:crypto';
import type { Unsent } from '../mail/unsent.ts';
import { withEvidence } from './decided-message.ts';
import type { MessageFacts } from './message-facts.ts';
import type { Verdict } from './verdict.ts';

/**
 * A draft is a message of its own, identified by the hash of its bytes: the sent version, with the same id and often the same
 * words, must not count as its copy.
 */
export function asUnsent(
  { contentKey: _, ...facts }: MessageFacts,
  { unsent, key }: { readonly unsent: Unsent; readonly key: string },
): MessageFacts {
  const hash = /[0-9a-f]{64}/u.exec(key)?.[0] ?? createHash('sha256').update(key).digest('hex');
  const fingerprint = `raw:${hash}`;
  return { ...facts, fingerprint, variantKey: fingerprint, originKey: null, carriesKey: null, unsent };
}

/** Nobody received it, so it is on nobody's record. A person may still link it. */
export function withUnsent(verdict: Verdict, unsent: Unsent | undefined): Verdict {
  if (unsent === undefined || verdict.clients.some(({ via }) => via === 'decision')) return verdict;
  const detail = `${unsent.kind === 'draft' ? 'a draft' : 'deleted'}: ${unsent.sign}, and no server received it`;
  return {
    ...withEvidence(verdict, { rule: 'unsent', outcome: 'rejected', detail }),
    kind: 'ignored',
    clients: [],
    candidates: [],
    reason: unsent.kind,
  };
}
