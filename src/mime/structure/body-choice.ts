import { isMacFile } from './apple-double.ts';
import type { Part } from './part.ts';

/** How a leaf is used: as one of the texts that a person reads, as a file (RFC 8621 §4.1.4), or not at all. */
type LeafUse =
  | { readonly kind: 'body'; readonly plain: boolean; readonly html: boolean }
  | { readonly kind: 'file' }
  | { readonly kind: 'other-rendering' };

interface Level {
  readonly part: Part;
  readonly textStart: number;
  readonly htmlStart: number;
  /** False once the other kind was found inside an alternative: what follows belongs to that branch only. */
  plain: boolean;
  html: boolean;
}

/** The texts of one message in the order in which they are read, for the plain and for the HTML rendering. */
export interface BodyChoice<Body> {
  readonly enter: (part: Part) => void;
  readonly leave: (part: Part) => void;
  readonly use: (part: Part) => LeafUse;
  readonly add: (body: Body, use: LeafUse) => void;
  readonly plain: () => readonly Body[];
  readonly html: () => readonly Body[];
}

/** Older markup, read as plain text. */
const markupTypes: ReadonlySet<string> = new Set(['text/enriched', 'text/richtext']);

/** Further renderings of an alternative, for a watch or as an interactive page: to a person neither text nor file. */
const otherRenderings: ReadonlySet<string> = new Set(['text/watch-html', 'text/x-amp-html']);

/** Text for programs; any other unknown text is read as plain if it is the whole message (RFC 2046 §4.1.4), otherwise it is a file. */
const programTypes: ReadonlySet<string> = new Set([
  ...otherRenderings,
  'text/calendar',
  'text/css',
  'text/csv',
  'text/directory',
  'text/javascript',
  'text/rfc822-headers',
  'text/tab-separated-values',
  'text/vcard',
  'text/x-vcalendar',
  'text/x-vcard',
  'text/xml',
]);

function isOtherRendering(part: Part, parentType: string | null): boolean {
  const isAnswered = parentType === 'multipart/alternative' && part.index > 0;
  const isNamed = part.filename !== null || part.disposition === 'attachment';
  return isAnswered && !isNamed && otherRenderings.has(part.contentType);
}

function isReadable(part: Part, parentType: string | null): boolean {
  const { contentType } = part;
  if (contentType === 'text/plain' || contentType === 'text/html' || markupTypes.has(contentType))
    return true;
  const isWhole = parentType === null && part.filename === null;
  return isWhole && contentType.startsWith('text/') && !programTypes.has(contentType);
}

/** RFC 2387 §3.2: the root of a multipart/related is the first part, unless `start` names another. */
function isRelatedRoot(part: Part, parent: Part): boolean {
  const start = parent.parameters.get('start')?.replaceAll(/[<>\s]/gu, '') ?? '';
  return start !== '' && part.contentId === start;
}

function isBodyLeaf(part: Part, level: { readonly part: Part; readonly isEmpty: boolean } | null): boolean {
  const parentType = level?.part.contentType ?? null;
  if (!isReadable(part, parentType) || part.disposition === 'attachment' || isMacFile(part)) return false;
  if (part.index === 0 || parentType === 'multipart/alternative') return true;
  if (level === null || parentType !== 'multipart/related') return part.filename === null;
  return isRelatedRoot(part, level.part) || (level.isEmpty && part.filename === null);
}

/** Decides while parts open, so that files can stream; only an alternative with one branch is decided when it closes. */
export function createBodyChoice<Body>(): BodyChoice<Body> {
  const levels: Level[] = [];
  const plain: Body[] = [];
  const html: Body[] = [];
  return {
    enter(part) {
      const outer = levels.at(-1);
      levels.push({
        part,
        textStart: plain.length,
        htmlStart: html.length,
        plain: outer?.plain ?? true,
        html: outer?.html ?? true,
      });
    },
    leave(part) {
      const level = levels.pop();
      if (level === undefined || part.contentType !== 'multipart/alternative' || !level.plain || !level.html)
        return;
      const hasPlain = plain.length > level.textStart;
      const hasHtml = html.length > level.htmlStart;
      if (hasHtml && !hasPlain) for (const body of html.slice(level.htmlStart)) plain.push(body);
      if (hasPlain && !hasHtml) for (const body of plain.slice(level.textStart)) html.push(body);
    },
    use(part) {
      const level = levels.at(-1);
      const parentType = level?.part.contentType ?? null;
      if (isOtherRendering(part, parentType)) return { kind: 'other-rendering' };
      const isEmpty = level?.textStart === plain.length && level.htmlStart === html.length;
      if (!isBodyLeaf(part, level === undefined ? null : { part: level.part, isEmpty }))
        return { kind: 'file' };
      const isHtml = part.contentType === 'text/html';
      // RFC 8621 §4.1.4 has no such text: it is read only if nothing else was, otherwise it is a file.
      if (markupTypes.has(part.contentType) && plain.length > 0) return { kind: 'file' };
      if (parentType === 'multipart/alternative') return { kind: 'body', plain: !isHtml, html: isHtml };
      const inAlternative = levels.some(
        (candidate) => candidate.part.contentType === 'multipart/alternative',
      );
      if (level !== undefined && inAlternative) {
        if (isHtml) level.plain = false;
        else level.html = false;
      }
      const toPlain = level?.plain ?? true;
      const toHtml = level?.html ?? true;
      // Both kinds side by side in one branch: no text may be lost.
      return toPlain || toHtml
        ? { kind: 'body', plain: toPlain, html: toHtml }
        : { kind: 'body', plain: true, html: true };
    },
    add(body, use) {
      if (use.kind !== 'body') return;
      if (use.plain) plain.push(body);
      if (use.html) html.push(body);
    },
    plain: () => plain,
    html: () => html,
  };
}
