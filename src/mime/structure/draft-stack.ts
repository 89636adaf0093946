import type { ParseLimits } from '../limits.ts';
import { createMessageDraft } from './message-draft.ts';
import type { MessageDraft } from './message-draft.ts';
import type { Part } from './part.ts';

/** The messages being read, each inside the one before. */
export interface DraftStack {
  readonly outermost: MessageDraft;
  readonly current: () => MessageDraft;
  /** Begins the message in `container`, inside `around`. */
  readonly enter: (container: Part, around: MessageDraft) => void;
  readonly leave: () => void;
}

export function createDraftStack(limits: ParseLimits): DraftStack {
  const outermost = createMessageDraft(null, limits, null);
  const drafts: MessageDraft[] = [outermost];
  return {
    outermost,
    current: () => drafts.at(-1) ?? outermost,
    enter: (container, around) => {
      const nested = createMessageDraft(container, limits, outermost);
      around.nested.push(nested);
      drafts.push(nested);
    },
    leave: () => void drafts.pop(),
  };
}
