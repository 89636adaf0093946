/** What happens to a leaf once its bytes are complete. */
import { readInvitation } from '../containers/calendar.ts';
import { readCmsContent } from '../containers/cms.ts';
import { closeText, closeTnef } from '../content/leaf-contents.ts';
import type { PartResult } from '../content/part-content.ts';
import { addAttachment, decodePartText } from '../content/part-text.ts';
import { boundLines } from '../content/text-limits.ts';
import { beginsWithField } from '../header/headers.ts';
import type { DraftStack } from './draft-stack.ts';
import { asFile, isTextual } from './leaf-role.ts';
import type { LeafOutputs, OpenLeaf } from './open-leaf.ts';
import { isMessageType } from './part.ts';
import type { Part } from './part.ts';
import { isCompressed, protectionOfPkcs7 } from './protection.ts';

export interface LeafSurroundings extends LeafOutputs {
  readonly drafts: DraftStack;
  /** Walks bytes unpacked from a container, as if they replaced `outer`. */
  readonly walkInside: (bytes: Buffer, outer: Part, isMessage: boolean) => Promise<void>;
  /** How many bytes a compressed container may unpack to. */
  readonly mayUnpack: (packed: Buffer) => number;
}

export async function closeLeaf(
  open: OpenLeaf,
  { around, atDelimiter }: { readonly around: LeafSurroundings; readonly atDelimiter: boolean },
): Promise<void> {
  const { limits, budget, deliveries } = around;
  const { draft } = open;
  const result = await open.reader.end(atDelimiter);
  const { part } = open.reader;
  if (result.broken)
    draft.warn(part.encoding === 'base64' ? 'base64-broken' : 'encoding-broken', part.contentType);
  if (result.facts !== null)
    addAttachment(draft, {
      part: open.isText && open.role() === 'file' ? asFile(part) : part,
      facts: result.facts,
    });
  if (result.guessed !== null) draft.warn('encoding-guessed', result.guessed);
  for (const { facts, ...named } of result.pictures) draft.attachments.push({ ...named, ...facts });
  const role = open.role();
  if (isTextual(role)) budget.take('textBytes', result.kept.length);
  if (role === 'text') await closeText({ ...open, part, result, limits, budget }, deliveries);
  else await closeContainer(open, result, around);
}

async function closeContainer(open: OpenLeaf, result: PartResult, around: LeafSurroundings): Promise<void> {
  const { draft } = open;
  const { part } = open.reader;
  const { limits, budget } = around;
  switch (open.role()) {
    case 'tnef':
      return closeTnef({ draft, part, result, limits, budget }, around.deliveries);
    case 'pkcs7':
      return closePkcs7(open, result, around);
    case 'encoded-message': {
      if (!isMessageType(part) && !beginsWithField(result.kept)) return undefined;
      if (result.truncated) {
        draft.warn('container-too-large', part.contentType);
        return undefined;
      }
      around.drafts.enter(part, draft);
      await around.walkInside(result.kept, part, true);
      around.drafts.leave();
      return undefined;
    }
    case 'calendar': {
      const text = readReport(open, result, around);
      const isRead = budget.left('calendarBytes') >= result.kept.length;
      budget.take('calendarBytes', result.kept.length);
      if (isRead) draft.calendar ??= readInvitation(text, part);
      else draft.warn('container-too-large', part.contentType);
      return undefined;
    }
    case 'report':
      readReport(open, result, around);
      return undefined;
    case 'text':
    case 'file':
      return undefined;
  }
}

async function closePkcs7(
  { draft, reader: { part } }: OpenLeaf,
  result: PartResult,
  { budget, walkInside, mayUnpack }: LeafSurroundings,
): Promise<void> {
  draft.protection ??= protectionOfPkcs7(result.kept);
  const inside = result.truncated ? 'too-large' : readCmsContent(result.kept, mayUnpack(result.kept));
  if (inside === 'too-large') draft.warn('container-too-large', part.contentType);
  else if (inside === null && isCompressed(part)) draft.warn('container-unreadable', part.contentType);
  if (inside === 'too-large' || inside === null) return;
  budget.take('unpackedBytes', inside.length - result.kept.length);
  await walkInside(inside, part, false);
}

function readReport(
  { draft, reader: { part } }: OpenLeaf,
  result: PartResult,
  { limits, budget }: LeafSurroundings,
): string {
  if (result.truncated) draft.warn('text-too-long', `${part.contentType} over ${result.kept.length} bytes`);
  const text = boundLines(decodePartText(draft, part, result), { draft, limits, budget });
  draft.reports.push({ contentType: part.contentType, text });
  return text;
}
