import { isResourceFork } from './apple-double.ts';
import type { Deliveries } from './attachment-sink.ts';
import type { ParseBudget } from '../budget.ts';
import { openPartReader } from '../content/part-content.ts';
import type { PartReader } from '../content/part-content.ts';
import type { ContentOutput } from '../content/content-output.ts';
import { createPastedPictures } from '../content/pasted-pictures.ts';
import { keepBytesFor, roleByContent, roleOf } from './leaf-role.ts';
import type { LeafRole } from './leaf-role.ts';
import type { ParseLimits } from '../limits.ts';
import type { MessageDraft } from './message-draft.ts';
import type { Part } from './part.ts';

export interface OpenLeaf {
  readonly reader: PartReader;
  readonly draft: MessageDraft;
  /** Final once the first bytes are read; they may show another role than the header says. */
  readonly role: () => LeafRole;
  /** What its header says. */
  readonly isText: boolean;
  readonly use: ReturnType<MessageDraft['bodies']['use']>;
}

export interface LeafOutputs {
  readonly limits: ParseLimits;
  readonly budget: ParseBudget;
  readonly deliveries: Deliveries;
  /** Begins the file of a pasted picture; null if no more are allowed. */
  readonly openPicture: () => { readonly output: ContentOutput; readonly number: number } | null;
}

export function createOpenPicture({
  budget,
  deliveries,
}: Pick<LeafOutputs, 'budget' | 'deliveries'>): LeafOutputs['openPicture'] {
  let count = 0;
  return () => {
    if (budget.take('unpackedFiles', 1) === 0) return null;
    count += 1;
    return { output: deliveries.open(), number: count };
  };
}

export function openLeaf(
  part: Part,
  { draft, limits, budget, deliveries, openPicture }: LeafOutputs & { readonly draft: MessageDraft },
): OpenLeaf {
  const use = draft.bodies.use(part);
  const stated = roleOf(part, use.kind === 'body');
  let role = stated;
  const isDelivered = use.kind !== 'other-rendering' && !isResourceFork(part);
  const reader = openPartReader({
    part,
    plan(head) {
      role = roleByContent(stated, { part, head });
      return {
        keepBytes: keepBytesFor(role, { limits, budget }),
        output: role !== 'text' && isDelivered ? deliveries.open() : null,
        pictures:
          role === 'text' && part.contentType === 'text/html' ? createPastedPictures(openPicture) : null,
      };
    },
  });
  return { reader, draft, role: () => role, isText: stated === 'text', use };
}
