import { cleanText, decodeText } from '../charset/charset.ts';
import { enrichedToText } from './enriched.ts';
import { safeFilename } from '../header/filename.ts';
import { unflow } from './flowed.ts';
import type { MessageDraft } from '../structure/message-draft.ts';
import type { PartResult } from './part-content.ts';
import type { ContentFacts } from './content-output.ts';
import type { Part } from '../structure/part.ts';
import { precut } from './text-limits.ts';

export function levelLineEnds(text: string): string {
  return text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text;
}

/** The name under which a file is stored; anything removed becomes a warning of the message. */
export function nameAttachment(draft: MessageDraft, raw: string | null): string | null {
  const safe = safeFilename(raw);
  for (const defect of safe.defects) draft.warn(defect, safe.filename ?? '');
  return safe.filename;
}

/** Browsers look no further than 1 KB (WHATWG HTML §13.2.3.2), but Office puts some KB of its own in front. */
const metaBytes = 8_192;

/** The charset that HTML itself declares; null if none, or one that its bytes cannot be in. */
function metaCharset(html: Buffer): string | null {
  const head = html.toString('latin1', 0, metaBytes);
  const [, label = ''] =
    /<meta\s[^>]{0,300}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([a-z0-9_.:-]{1,40})/iu.exec(head) ?? [];
  return label === '' || /^(?:utf-?(?:7|16|32)|unicode|ucs)/iu.test(label) ? null : label;
}

/** The text of a part by its charset; doubts about it become warnings of the message. Line ends are \n. */
export function decodePartText(draft: MessageDraft, part: Part, result: Pick<PartResult, 'kept'>): string {
  const declared = part.parameters.get('charset') ?? '';
  const inside = part.contentType === 'text/html' && declared.trim() === '' ? metaCharset(result.kept) : null;
  const label = inside ?? (declared === '' ? null : declared);
  const decoded = decodeText({ bytes: result.kept, label, hint: draft.charsetHint });
  if (decoded.problem === 'unknown') draft.warn('charset-unknown', label ?? '');
  if (decoded.problem === 'guessed') draft.warn('charset-guessed', decoded.charset);
  if (decoded.problem === 'malformed') draft.warn('charset-malformed', decoded.charset);
  if (decoded.text.includes('\u0000')) draft.warn('null-bytes', part.contentType);
  const text = precut(decoded.text);
  if (text.length < decoded.text.length) draft.warn('text-too-long', part.contentType);
  return levelLineEnds(cleanText(text));
}

/** Joins soft line breaks if the part declares them (RFC 3676 §4). */
export function joinSoftBreaks(text: string, part: Part): string {
  if (part.parameters.get('format')?.toLowerCase() !== 'flowed') return text;
  return unflow(text, part.parameters.get('delsp')?.toLowerCase() === 'yes');
}

/** Whether the lines of a part have markup older than HTML. */
export function isMarkup({ contentType }: Part): boolean {
  return contentType === 'text/enriched' || contentType === 'text/richtext';
}

/** The words of such a part. */
export function readMarkup(text: string, part: Part): string {
  if (part.contentType === 'text/enriched') return enrichedToText(text, 'enriched');
  return part.contentType === 'text/richtext' ? enrichedToText(text, 'richtext') : text;
}

/** Lists a part as a file of the message. */
export function addAttachment(
  draft: MessageDraft,
  entry: { readonly part: Part; readonly facts: ContentFacts },
): void {
  const { part, facts } = entry;
  const filename = nameAttachment(draft, part.filename);
  draft.attachments.push({ filename, contentType: part.contentType, ...facts, contentId: part.contentId });
}
