import { isMacFile, isResourceFork, nameOfDataFork } from './apple-double.ts';
import { createBeginning } from './beginning.ts';
import { createBudget } from './budget.ts';
import { readInvitation } from './calendar.ts';
import { readCmsContent } from './cms.ts';
import { charsetHint } from '../charset/charset.ts';
import { createDeliveries } from './deliveries.ts';
import { beginsWithField } from './headers.ts';
import { closeText, closeTnef } from './leaf-contents.ts';
import { asFile, isTextual, keepBytesFor, roleByContent, roleOf } from './leaf-role.ts';
import type { LeafRole } from './leaf-role.ts';
import type { ParseLimits } from './limits.ts';
import type { ParsedMessage } from '../mail.ts';
import { createMessageDraft } from './message-draft.ts';
import type { MessageDraft } from './message-draft.ts';
import { finishDraft } from './message-facts.ts';
import { createPastedPictures } from './pasted-pictures.ts';
import { openPartReader } from './part-content.ts';
import type { AttachmentSink, PartReader, PartResult } from './part-content.ts';
import { addAttachment, decodePartText } from './part-text.ts';
import { isMessageType } from './part.ts';
import type { Part } from './part.ts';
import { isCompressed, protectionOfPart, protectionOfPkcs7 } from './protection.ts';
import { boundLines } from './text-limits.ts';
import { createWalker } from './walk.ts';
import type { WalkEvent, Walker } from './walk.ts';

/** Puts the events of a walk together into a message. */
export interface Assembly {
  readonly push: (piece: Buffer) => Promise<void>;
  readonly finish: () => Promise<ParsedMessage>;
}

interface OpenLeaf {
  readonly reader: PartReader;
  readonly draft: MessageDraft;
  /** Final once the first bytes are read, which may show another than the header says. */
  readonly role: () => LeafRole;
  /** What its header says. */
  readonly isText: boolean;
  readonly use: ReturnType<MessageDraft['bodies']['use']>;
}

const maxPreambleBytes = 65_536;
/** What so little becomes harms nobody, however well it was packed. */
const freelyUnpackedBytes = 2_097_152;

/** RFC 2046 §5.2.2: the rest of the message is in other ones. */
function pieceOf(part: Part): string {
  return `${part.parameters.get('number') ?? '?'} of ${part.parameters.get('total') ?? '?'}`;
}

/** Reads one message; `push` waits where the sink does. */
export function createAssembly(input: {
  readonly sink: AttachmentSink | null;
  readonly limits: ParseLimits;
}): Assembly {
  const { sink, limits } = input;
  const outermost = createMessageDraft(null, limits, null);
  const drafts: MessageDraft[] = [outermost];
  /** Message parts whose bytes are also a file, from the outside in. */
  const messageReaders: PartReader[] = [];
  /** The drafts that come from a container unpacked in memory: how deep that goes is bounded. */
  let unpackDepth = 0;
  let leaf: OpenLeaf | null = null;
  let preamble: { readonly part: Part; readonly pieces: Buffer[]; size: number } | null = null;
  /** Of the Mac file that is being read. */
  let macName: string | null = null;
  const budget = createBudget(limits);
  /** Of all compressed containers. */
  let packedBytes = 0;
  let sawField = false;

  const deliveries = createDeliveries(sink);
  const current = (): MessageDraft => drafts.at(-1) ?? outermost;

  /** Walks bytes that were unpacked from a container, as if they stood in the place of `outer`. */
  const walkInside = async (bytes: Buffer, outer: Part, isMessage: boolean): Promise<void> => {
    if (unpackDepth >= 3 || outer.depth >= limits.maxDepth) {
      current().warn('too-deep', outer.contentType);
      return;
    }
    // What is inside is no part of the bytes of the messages around it.
    const around = messageReaders.splice(0);
    unpackDepth += 1;
    await walkAll(createWalker({ limits, budget, outer, isMessage }), bytes);
    unpackDepth -= 1;
    messageReaders.push(...around);
  };

  /** As many bytes as a compressed container may become. What stands in an unpacked one does not count as packed once more. */
  const mayUnpack = (packed: Buffer): number => {
    if (unpackDepth === 0) packedBytes += packed.length;
    const grown = limits.maxUnpackedBytes - budget.left('unpackedBytes');
    const mayGrow = Math.max(freelyUnpackedBytes, packedBytes * limits.maxUnpackRatio) - grown;
    return packed.length + Math.max(0, Math.min(budget.left('unpackedBytes'), mayGrow));
  };

  const readReport = ({ draft, reader }: OpenLeaf, result: PartResult): string => {
    const { part } = reader;
    if (result.truncated) draft.warn('text-too-long', `${part.contentType} over ${result.kept.length} bytes`);
    const text = boundLines(decodePartText(draft, part, result), { draft, limits, budget });
    draft.reports.push({ contentType: part.contentType, text });
    return text;
  };

  const closeContainer = async (open: OpenLeaf, result: PartResult): Promise<void> => {
    const { draft } = open;
    const { part } = open.reader;
    switch (open.role()) {
      case 'tnef':
        return closeTnef({ draft, part, result, limits, budget }, deliveries);
      case 'pkcs7': {
        draft.protection ??= protectionOfPkcs7(result.kept);
        const inside = result.truncated ? 'too-large' : readCmsContent(result.kept, mayUnpack(result.kept));
        if (inside === 'too-large') draft.warn('container-too-large', part.contentType);
        else if (inside === null && isCompressed(part)) draft.warn('container-unreadable', part.contentType);
        if (inside === 'too-large' || inside === null) return undefined;
        budget.take('unpackedBytes', inside.length - result.kept.length);
        return walkInside(inside, part, false);
      }
      case 'encoded-message': {
        if (!isMessageType(part) && !beginsWithField(result.kept)) return undefined;
        if (result.truncated) {
          draft.warn('container-too-large', part.contentType);
          return undefined;
        }
        const nested = createMessageDraft(part, limits, outermost);
        draft.nested.push(nested);
        drafts.push(nested);
        await walkInside(result.kept, part, true);
        drafts.pop();
        return undefined;
      }
      case 'calendar': {
        const text = readReport(open, result);
        const isRead = budget.left('calendarBytes') >= result.kept.length;
        budget.take('calendarBytes', result.kept.length);
        if (isRead) draft.calendar ??= readInvitation(text, part);
        else draft.warn('container-too-large', part.contentType);
        return undefined;
      }
      case 'report':
        readReport(open, result);
        return undefined;
      case 'text':
      case 'file':
        return undefined;
    }
  };

  const closeLeaf = async (open: OpenLeaf, atDelimiter: boolean): Promise<void> => {
    const result = await open.reader.end(atDelimiter);
    const { part } = open.reader;
    if (result.broken)
      open.draft.warn(part.encoding === 'base64' ? 'base64-broken' : 'encoding-broken', part.contentType);
    if (result.facts !== null)
      addAttachment(open.draft, {
        part: open.isText && open.role() === 'file' ? asFile(part) : part,
        facts: result.facts,
      });
    if (result.guessed !== null) open.draft.warn('encoding-guessed', result.guessed);
    for (const { facts, ...named } of result.pictures) open.draft.attachments.push({ ...named, ...facts });
    const role = open.role();
    if (isTextual(role)) budget.take('textBytes', result.kept.length);
    if (role === 'text') await closeText({ ...open, part, result, limits, budget }, deliveries);
    else await closeContainer(open, result);
  };

  let pictureCount = 0;
  const openPicture = () => {
    if (budget.take('unpackedFiles', 1) === 0) return null;
    pictureCount += 1;
    return { output: deliveries.open(), number: pictureCount };
  };

  const openPart = (opened: Part): void => {
    const draft = current();
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
      preamble = { part, pieces: [], size: 0 };
    } else if (part.kind === 'message') {
      const output = deliveries.open();
      messageReaders.push(openPartReader({ part, plan: () => ({ keepBytes: 0, output }) }));
      const nested = createMessageDraft(part, limits, outermost);
      draft.nested.push(nested);
      drafts.push(nested);
    } else {
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
      leaf = { reader, draft, role: () => role, isText: stated === 'text', use };
    }
  };

  /** A multipart whose delimiter never came: what stands there is text for a person. */
  const adoptPreamble = async (part: Part): Promise<void> => {
    const held = preamble;
    if (held?.part !== part || held.size === 0) return;
    const asText: Part = {
      ...part,
      kind: 'leaf',
      contentType: 'text/plain',
      parameters: new Map(),
      filename: null,
    };
    const reader = openPartReader({
      part: asText,
      plan: () => ({ keepBytes: maxPreambleBytes, output: null }),
    });
    for (const piece of held.pieces) await reader.write(piece);
    const draft = current();
    await closeLeaf(
      { reader, draft, role: () => 'text', isText: true, use: { kind: 'body', plain: true, html: true } },
      false,
    );
  };

  const closePart = async (event: Extract<WalkEvent, { readonly kind: 'close' }>): Promise<void> => {
    const { part } = event;
    if (part.kind === 'multipart') {
      if (event.children === 0) await adoptPreamble(part);
      current().bodies.leave(part);
    } else if (part.kind === 'message') {
      drafts.pop();
      const result = await messageReaders.pop()?.end(event.atDelimiter);
      if (result?.facts !== undefined && result.facts !== null)
        addAttachment(current(), { part, facts: result.facts });
    } else if (leaf !== null) {
      const open: OpenLeaf = leaf;
      leaf = null;
      await closeLeaf(open, event.atDelimiter);
    }
  };

  const passToMessages = async (bytes: Buffer): Promise<void> => {
    for (const reader of messageReaders) {
      const wait = reader.write(bytes);
      if (wait !== null) await wait;
    }
  };

  const takeBytes = async (part: Part, bytes: Buffer): Promise<void> => {
    if (leaf !== null) {
      const wait = leaf.reader.write(bytes);
      if (wait !== null) await wait;
    } else if (preamble?.part === part && preamble.size < maxPreambleBytes) {
      preamble.pieces.push(Buffer.from(bytes.subarray(0, maxPreambleBytes - preamble.size)));
      preamble.size += bytes.length;
    }
    if (messageReaders.length > 0) await passToMessages(bytes);
  };

  const take = async (event: WalkEvent): Promise<void> => {
    switch (event.kind) {
      case 'open':
        return openPart(event.part);
      case 'bytes':
        return takeBytes(event.part, event.bytes);
      case 'structure':
        return messageReaders.length > 0 ? passToMessages(event.bytes) : undefined;
      case 'close':
        return closePart(event);
      case 'defect':
        return current().warn(event.code, event.detail);
    }
  };

  async function walkAll(walker: Walker, bytes: Buffer): Promise<void> {
    for (const event of walker.push(bytes)) await take(event);
    for (const event of walker.end()) await take(event);
  }

  const walker = createWalker({ limits, budget, outer: null, isMessage: true });
  const beginning = createBeginning();
  const walk = async (piece: Buffer | null): Promise<void> => {
    if (piece !== null) for (const event of walker.push(piece)) await take(event);
  };
  return {
    push: (piece) => walk(beginning.push(piece)),
    async finish() {
      await walk(beginning.end());
      for (const event of walker.end()) await take(event);
      if (!sawField) outermost.warn('not-a-message', beginning.kind());
      return finishDraft(outermost, { limits, budget });
    },
  };
}
