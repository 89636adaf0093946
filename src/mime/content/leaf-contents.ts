import type { Deliveries } from '../structure/attachment-sink.ts';
import type { MessageDraft } from '../structure/message-draft.ts';
import type { PartResult } from './part-content.ts';
import { decodePartText, joinSoftBreaks, levelLineEnds, nameAttachment, readMarkup } from './part-text.ts';
import type { Part } from '../structure/part.ts';
import { protectionOfText, withoutClearSignature } from '../structure/protection.ts';
import { readRtf } from '../containers/rtf.ts';
import { readTnef } from '../containers/tnef.ts';
import { extractUuencoded } from '../containers/uuencode.ts';

/** A leaf whose bytes are all there. */
interface ReadLeaf {
  readonly draft: MessageDraft;
  readonly part: Part;
  readonly result: PartResult;
}

function isAlternative(part: Part): boolean {
  return part.contentType === 'multipart/alternative';
}

function isSilent(bodies: readonly { readonly text: string }[]): boolean {
  return bodies.every((body) => body.text.trim() === '');
}

/** Reads a text that is shown to a person; what was pasted into it as a file is delivered as one. */
export async function closeText(
  leaf: ReadLeaf & { readonly use: ReturnType<MessageDraft['bodies']['use']> },
  { deliver }: Deliveries,
): Promise<void> {
  const { draft, part, result, use } = leaf;
  if (result.truncated) draft.warn('text-too-long', `over ${result.kept.length} bytes`);
  const rtf = part.contentType === 'text/rtf' ? readRtf(result.kept) : null;
  if (rtf !== null) {
    draft.bodies.add(rtf, use);
    return;
  }
  let text = decodePartText(draft, part, result);
  if (part.contentType === 'text/html') {
    draft.bodies.add({ kind: 'html', text }, use);
    return;
  }
  // A part that is not in the encoding it names was read by guess, so its bytes are kept as they came.
  if (result.mislabelled && !result.truncated && part.parent !== null && !isAlternative(part.parent))
    await deliver(draft, {
      content: result.kept,
      named: {
        filename: nameAttachment(draft, part.filename),
        contentType: part.contentType,
        contentId: part.contentId,
      },
    });
  const extracted = extractUuencoded(text);
  ({ text } = extracted);
  text = readMarkup(joinSoftBreaks(text, part), part);
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

/** Unpacks a winmail.dat: its files, and its text where the message has none of its own. */
export async function closeTnef(leaf: ReadLeaf, { deliver }: Deliveries): Promise<void> {
  const { draft, part, result } = leaf;
  if (result.truncated) {
    draft.warn('container-too-large', part.contentType);
    return;
  }
  const contents = readTnef(result.kept);
  if (contents === null || contents.damaged) draft.warn('tnef-damaged', 'winmail.dat');
  if (contents === null) return;
  const both = { kind: 'body', plain: true, html: true } as const;
  if (contents.html !== null && isSilent(draft.bodies.html()))
    draft.bodies.add(
      { kind: 'html', text: levelLineEnds(contents.html) },
      { ...both, plain: contents.text === null },
    );
  if (contents.text !== null && isSilent(draft.bodies.plain()))
    draft.bodies.add(
      { kind: 'plain', text: levelLineEnds(contents.text) },
      { ...both, html: contents.html === null },
    );
  for (const file of contents.files) {
    const filename = nameAttachment(draft, file.filename);
    const contentType = file.contentType ?? 'application/octet-stream';
    await deliver(draft, {
      content: file.content,
      named: { filename, contentType, contentId: file.contentId },
    });
  }
}
