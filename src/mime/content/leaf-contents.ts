import type { Deliveries } from '../structure/attachment-sink.ts';
import type { MessageDraft, BodyText } from '../structure/message-draft.ts';
import type { PartResult } from './part-content.ts';
import {
  decodePartText,
  joinSoftBreaks,
  levelLineEnds,
  nameAttachment,
  readMarkup,
  isMarkup,
} from './part-text.ts';
import type { Part } from '../structure/part.ts';
import { protectionOfText, withoutClearSignature } from '../structure/protection.ts';
import { readRtf } from '../containers/rtf.ts';
import { readTnef } from '../containers/tnef.ts';
import { extractUuencoded } from '../containers/uuencode.ts';
import type { ParseBudget } from '../budget.ts';
import type { ParseLimits } from '../limits.ts';
import { boundHtml, boundLines, precut } from './text-limits.ts';

/** A leaf whose bytes are complete. */
interface ReadLeaf {
  readonly draft: MessageDraft;
  readonly part: Part;
  readonly result: PartResult;
  readonly limits: ParseLimits;
  readonly budget: ParseBudget;
}

function isAlternative(part: Part): boolean {
  return part.contentType === 'multipart/alternative';
}

function bounded(body: BodyText, leaf: ReadLeaf): BodyText {
  return { ...body, text: body.kind === 'html' ? boundHtml(body.text, leaf) : boundLines(body.text, leaf) };
}

function isSilent(bodies: readonly { readonly text: string }[]): boolean {
  return bodies.every((body) => body.text.trim() === '');
}

/** Reads a text that is shown to a person; files pasted into it are delivered as files. */
export async function closeText(
  leaf: ReadLeaf & { readonly use: ReturnType<MessageDraft['bodies']['use']> },
  { deliver }: Deliveries,
): Promise<void> {
  const { draft, part, result, use, budget } = leaf;
  if (result.truncated) draft.warn('text-too-long', `over ${result.kept.length} bytes`);
  const rtf = part.contentType === 'text/rtf' ? readRtf(result.kept) : null;
  if (rtf !== null) {
    draft.bodies.add(bounded(rtf, leaf), use);
    return;
  }
  let text = decodePartText(draft, part, result);
  if (part.contentType === 'text/html') {
    draft.bodies.add(bounded({ kind: 'html', text }, leaf), use);
    return;
  }
  // If a part is not in the encoding it names, it was read by guess: keep its bytes as received.
  if (result.mislabelled && !result.truncated && part.parent !== null && !isAlternative(part.parent))
    await deliver(draft, {
      content: result.kept,
      named: {
        filename: nameAttachment(draft, part.filename),
        contentType: part.contentType,
        contentId: part.contentId,
      },
    });
  const extracted = extractUuencoded(text, budget.left('unpackedFiles'));
  budget.take('unpackedFiles', extracted.files.length);
  // Markup makes its own lines.
  text = isMarkup(part) ? boundHtml(extracted.text, leaf) : boundLines(extracted.text, leaf);
  text = joinSoftBreaks(text, part);
  if (isMarkup(part)) text = boundLines(readMarkup(text, part), leaf);
  const protection = protectionOfText(text);
  draft.protection ??= protection;
  if (protection === 'pgp-signed') text = withoutClearSignature(text);
  draft.bodies.add({ kind: 'plain', text }, use);
  for (const file of extracted.files) {
    const filename = nameAttachment(draft, file.filename);
    await deliver(draft, {
      content: file.content,
      named: { filename, contentType: 'application/octet-stream', contentId: null },
    });
  }
}

/** Unpacks a winmail.dat: its files, and its text if the message has none of its own. */
export async function closeTnef(leaf: ReadLeaf, { deliver }: Deliveries): Promise<void> {
  const { draft, part, result, limits, budget } = leaf;
  if (result.truncated) {
    draft.warn('container-too-large', part.contentType);
    return;
  }
  const contents = readTnef(result.kept, {
    maxTextBytes: Math.min(limits.maxTextBytes, budget.left('textBytes')),
    maxUnpackedBytes: budget.left('unpackedBytes'),
    maxFiles: budget.left('unpackedFiles'),
  });
  if (contents === null || contents.damaged) draft.warn('tnef-damaged', 'winmail.dat');
  if (contents === null) return;
  if (contents.cut) draft.warn('container-too-large', 'winmail.dat');
  budget.take('unpackedBytes', contents.unpackedBytes);
  budget.take('unpackedFiles', contents.files.length);
  const add = (kind: BodyText['kind'], text: string, both: boolean): void => {
    budget.take('textBytes', text.length);
    draft.bodies.add(bounded({ kind, text: levelLineEnds(precut(text)) }, leaf), {
      kind: 'body',
      plain: both || kind === 'plain',
      html: both || kind === 'html',
    });
  };
  if (contents.html !== null && isSilent(draft.bodies.html()))
    add('html', contents.html, contents.text === null);
  if (contents.text !== null && isSilent(draft.bodies.plain()))
    add('plain', contents.text, contents.html === null);
  for (const file of contents.files) {
    const filename = nameAttachment(draft, file.filename);
    const contentType = file.contentType ?? 'application/octet-stream';
    await deliver(draft, {
      content: file.content,
      named: { filename, contentType, contentId: file.contentId },
    });
  }
}
