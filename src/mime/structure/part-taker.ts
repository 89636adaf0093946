import { isMacFile, isResourceFork, nameOfDataFork } from './apple-double.ts';
import { charsetHint } from '../charset/charset.ts';
import { closeLeaf } from './closed-leaf.ts';
import type { LeafSurroundings } from './closed-leaf.ts';
import { openPartReader } from '../content/part-content.ts';
import { addAttachment } from '../content/part-text.ts';
import type { EnclosingMessages } from './enclosing-messages.ts';
import { createHeldPreamble } from './held-preamble.ts';
import { openLeaf } from './open-leaf.ts';
import type { OpenLeaf } from './open-leaf.ts';
import type { Part } from './part.ts';
import { protectionOfPart } from './protection.ts';
import type { WalkEvent } from './walk-event.ts';

/** Handles the parts of a message as they open, fill and close. */
export interface PartTaker {
  /** A promise if a sink asks to wait, or a part closes. */
  readonly take: (event: WalkEvent) => Promise<void> | null;
  /** Some part had a header. */
  readonly sawField: () => boolean;
}

export function createPartTaker(around: LeafSurroundings, messages: EnclosingMessages): PartTaker {
  const { drafts } = around;
  const preamble = createHeldPreamble();
  let leaf: OpenLeaf | null = null;
  /** Of the Mac file being read. */
  let macName: string | null = null;
  let sawField = false;

  const openPart = (opened: Part): void => {
    const draft = drafts.current();
    if (isResourceFork(opened)) macName = nameOfDataFork(opened);
    const isNameless = opened.kind === 'leaf' && opened.filename === null;
    const part = isNameless && isMacFile(opened) ? { ...opened, filename: macName } : opened;
    if (draft.root === null) draft.root = part;
    draft.protection ??= protectionOfPart(part);
    if (part.contentType === 'message/partial') draft.warn('message-partial', pieceOf(part));
    draft.charsetHint ??= charsetHint(part.parameters.get('charset') ?? null);
    if (part.fields.length > 0) sawField = true;
    if (part.kind === 'multipart') {
      draft.bodies.enter(part);
      preamble.begin(part);
    } else if (part.kind === 'message') {
      const output = around.deliveries.open();
      messages.enter(openPartReader({ part, plan: () => ({ keepBytes: 0, output }) }));
      drafts.enter(part, draft);
    } else {
      leaf = openLeaf(part, { ...around, draft });
    }
  };

  const adoptPreamble = async (part: Part): Promise<void> => {
    const reader = await preamble.asText(part);
    if (reader === null) return;
    const use = { kind: 'body', plain: true, html: true } as const;
    const open: OpenLeaf = { reader, draft: drafts.current(), role: () => 'text', isText: true, use };
    await closeLeaf(open, { around, atDelimiter: false });
  };

  const closePart = async (event: Extract<WalkEvent, { readonly kind: 'close' }>): Promise<void> => {
    const { part, atDelimiter } = event;
    if (part.kind === 'multipart') {
      if (event.children === 0) await adoptPreamble(part);
      drafts.current().bodies.leave(part);
    } else if (part.kind === 'message') {
      drafts.leave();
      const result = await messages.leave(atDelimiter);
      if (result?.facts !== undefined && result.facts !== null)
        addAttachment(drafts.current(), { part, facts: result.facts });
    } else if (leaf !== null) {
      const open: OpenLeaf = leaf;
      leaf = null;
      await closeLeaf(open, { around, atDelimiter });
    }
  };

  const writeAfter = async (wait: Promise<void>, bytes: Buffer): Promise<void> => {
    await wait;
    await messages.write(bytes);
  };

  const takeBytes = (part: Part, bytes: Buffer): Promise<void> | null => {
    if (leaf === null) preamble.take(part, bytes);
    const wait = leaf?.reader.write(bytes) ?? null;
    return wait === null ? messages.write(bytes) : writeAfter(wait, bytes);
  };

  return {
    sawField: () => sawField,
    take: (event) => {
      switch (event.kind) {
        case 'open':
          openPart(event.part);
          break;
        case 'bytes':
          return takeBytes(event.part, event.bytes);
        case 'structure':
          return messages.write(event.bytes);
        case 'close':
          return closePart(event);
        case 'defect':
          drafts.current().warn(event.code, event.detail);
      }
      return null;
    },
  };
}

/** RFC 2046 §5.2.2: the rest of the message is in other ones. */
function pieceOf(part: Part): string {
  return `${part.parameters.get('number') ?? '?'} of ${part.parameters.get('total') ?? '?'}`;
}
