/** What a message carries besides its text: its HTML for the frame, and its files. Both are a stranger's. */
import { Readable } from 'node:stream';
import type { Context, Hono } from 'hono';
import { attachmentKey } from '../../../store/blobs/blobs.ts';
import type { BlobStore } from '../../../store/blobs/blobs.ts';
import type { MessageDocument } from '../../../store/message-document.ts';
import { contentDisposition } from '../../files.ts';
import { noSuch } from '../errors.ts';
import type { PageTools } from '../page-deps.ts';
import { messageAt } from './message-at.ts';

type MessageFile = MessageDocument['attachments'][number];

/** Types that a browser shows without running anything, by the first bytes and never by what the sender says. */
const SHOWN_IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const PDF = 'application/pdf';

export const isImage = ({ detectedType }: Pick<MessageFile, 'detectedType'>): boolean =>
  SHOWN_IMAGES.has(detectedType ?? '');
export const isShown = (file: Pick<MessageFile, 'detectedType'>): boolean =>
  isImage(file) || file.detectedType === PDF;

export const filesIn = ({
  attachments,
  enclosedFiles = [],
}: Pick<MessageDocument, 'attachments' | 'enclosedFiles'>): readonly MessageFile[] => [
  ...attachments,
  ...enclosedFiles,
];

/** Embedded pictures together: they go into the frame, which may load nothing. */
const MAX_EMBEDDED_BYTES = 6_000_000;

/** /messages/<id>/frame and /messages/<id>/files/<sha256>. */
export function mountMessageFiles(app: Hono, { database, blobs, readContent }: PageTools): void {
  app.get('/messages/:id/frame', async (context) => {
    const message = await messageAt(context, database);
    if (message === null) return await noSuch(context, 'message');
    const content = await readContent(message);
    if (content.html === null) return await noSuch(context, 'formatted message');
    const withRemote = context.req.query('remote') === '1';
    const pictures = await embedded(blobs, { message, content: content.html });
    return context.body(frameDocument(content.html, { pictures, withRemote }), 200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': framePolicy(withRemote),
    });
  });
  app.get('/messages/:id/files/:sha256', async (context) => {
    const message = await messageAt(context, database);
    const file =
      message === null
        ? undefined
        : filesIn(message).find(({ sha256 }) => sha256 === context.req.param('sha256'));
    if (file === undefined || !isShown(file)) return await noSuch(context, 'file to show');
    return await show(context, blobs, file);
  });
}

/**
 * Nothing runs, nothing is sent, and the document belongs to no origin. Pictures of another host are loaded when a person asks for
 * them: the sender then learns that, and nothing but the address of the network.
 */
const framePolicy = (withRemote: boolean): string =>
  [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    withRemote ? 'img-src data: https: http:' : 'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    'sandbox allow-popups allow-popups-to-escape-sandbox',
  ].join('; ');

const FRAME_STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:12px;color:#1d2733;background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}';

/** The sanitiser quotes every attribute, so these are attributes and never parts of another one's value. */
function frameDocument(
  sanitised: string,
  { pictures, withRemote }: { readonly pictures: ReadonlyMap<string, string>; readonly withRemote: boolean },
): string {
  const local = sanitised.replaceAll(
    /(\s(?:src|background)=")cid:([^"]*)"/gu,
    (_, before: string, id: string) => `${before}${pictures.get(contentIdIn(id)) ?? 'data:,'}"`,
  );
  const body = withRemote
    ? local
        .replaceAll(/\sdata-remote-src="/gu, ' src="')
        .replaceAll(/\sdata-remote-background="/gu, ' background="')
    : local;
  return `<!doctype html><html lang="und"><head><meta charset="utf-8"><meta name="color-scheme" content="light"><title>Message</title><style>${FRAME_STYLE}</style></head><body>${body}</body></html>`;
}

/** RFC 2392: percent-encoded; and as an attribute, with entities. */
function contentIdIn(url: string): string {
  const plain = url.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

async function embedded(
  blobs: BlobStore,
  { message, content }: { readonly message: MessageDocument; readonly content: string },
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (!content.includes('cid:')) return found;
  let left = MAX_EMBEDDED_BYTES;
  for (const file of filesIn(message)) {
    const { contentId, sha256, size, detectedType } = file;
    if (contentId === null || !isImage(file) || size > left || found.has(contentId)) continue;
    if ((await blobs.head(attachmentKey(sha256))) === null) continue;
    left -= size;
    const bytes = Buffer.concat(await (await blobs.get(attachmentKey(sha256))).toArray());
    found.set(contentId, `data:${detectedType ?? ''};base64,${bytes.toString('base64')}`);
  }
  return found;
}

async function show(
  context: Context,
  blobs: BlobStore,
  { sha256, filename, detectedType }: MessageFile,
): Promise<Response> {
  const head = await blobs.head(attachmentKey(sha256));
  if (head === null) return await noSuch(context, 'file: blob storage has lost it');
  const content = await blobs.get(attachmentKey(sha256));
  const isPdf = detectedType === PDF;
  return context.body(Readable.toWeb(content) as ReadableStream, 200, {
    'Content-Type': detectedType ?? 'application/octet-stream',
    'Content-Length': String(head.size),
    'Content-Disposition': contentDisposition(filename ?? 'file', 'inline'),
    // A browser's viewer of PDF files refuses to work in a sandbox; it is a program apart from this site already.
    'Content-Security-Policy': isPdf
      ? "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
      : "default-src 'none'; frame-ancestors 'self'; sandbox",
  });
}
