import { createDeliveries } from './attachment-sink.ts';
import { createBudget } from '../budget.ts';
import type { AttachmentSink } from '../content/part-content.ts';
import type { LeafSurroundings } from './closed-leaf.ts';
import { createDraftStack } from './draft-stack.ts';
import { createEnclosingMessages } from './enclosing-messages.ts';
import type { ParseLimits } from '../limits.ts';
import { createOpenPicture } from './open-leaf.ts';
import type { ParsedMessage } from '../parsed-message.ts';
import { finishDraft } from './parsed-facts.ts';
import type { Part } from './part.ts';
import { createPartTaker } from './part-taker.ts';
import { createPreamble } from './preamble.ts';
import { createWalker } from './walk.ts';
import type { Walker } from './walk.ts';

/** Assembles the events of a walk into a message. */
export interface Assembly {
  readonly push: (piece: Buffer) => Promise<void>;
  readonly finish: () => Promise<ParsedMessage>;
}

/** Unpacking to this little is harmless, however well it was packed. */
const freelyUnpackedBytes = 2_097_152;
/** Containers unpacked in memory, inside one another. */
const maxUnpackDepth = 3;

/** Reads one message; `push` waits if the sink does. */
export function createAssembly({
  sink,
  limits,
}: {
  readonly sink: AttachmentSink | null;
  readonly limits: ParseLimits;
}): Assembly {
  const budget = createBudget(limits);
  const deliveries = createDeliveries(sink);
  const drafts = createDraftStack(limits);
  const messages = createEnclosingMessages();
  let unpackDepth = 0;
  /** Of all compressed containers. */
  let packedBytes = 0;

  /** Contents of an unpacked container do not count as packed again. */
  const mayUnpack = (packed: Buffer): number => {
    if (unpackDepth === 0) packedBytes += packed.length;
    const grown = limits.maxUnpackedBytes - budget.left('unpackedBytes');
    const mayGrow = Math.max(freelyUnpackedBytes, packedBytes * limits.maxUnpackRatio) - grown;
    return packed.length + Math.max(0, Math.min(budget.left('unpackedBytes'), mayGrow));
  };

  async function walkInside(bytes: Buffer, outer: Part, isMessage: boolean): Promise<void> {
    if (unpackDepth >= maxUnpackDepth || outer.depth >= limits.maxDepth) {
      drafts.current().warn('too-deep', outer.contentType);
      return;
    }
    unpackDepth += 1;
    await messages.without(async () => {
      const walker = createWalker({ limits, budget, outer, isMessage });
      await takeAll(walker.push(bytes));
      await takeAll(walker.end());
    });
    unpackDepth -= 1;
  }

  const openPicture = createOpenPicture({ budget, deliveries });
  const around: LeafSurroundings = { limits, budget, deliveries, openPicture, drafts, walkInside, mayUnpack };
  const taker = createPartTaker(around, messages);

  async function takeAll(events: ReturnType<Walker['push']>): Promise<void> {
    for (const event of events) {
      const wait = taker.take(event);
      if (wait !== null) await wait;
    }
  }

  const walker = createWalker({ limits, budget, outer: null, isMessage: true });
  const preamble = createPreamble();
  const walk = async (piece: Buffer | null): Promise<void> => {
    if (piece !== null) await takeAll(walker.push(piece));
  };
  return {
    push: (piece) => walk(preamble.push(piece)),
    async finish() {
      await walk(preamble.end());
      await takeAll(walker.end());
      if (!taker.sawField()) drafts.outermost.warn('not-a-message', preamble.kind());
      return finishDraft(drafts.outermost, { limits, budget });
    },
  };
}
