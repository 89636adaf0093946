import { Readable } from 'node:stream';
import type { Context, Hono } from 'hono';
import type { BlobStore } from '../store/blobs/blobs.ts';

/** Content-addressed keys and nothing else: no path of a request ever reaches a file system. */
const ATTACHMENT = /^attachments\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/u;
const RAW = /^raw\/([0-9a-f]{2})\/(\1[0-9a-f]{62})\.eml$/u;
const REDIRECT_SECONDS = 300;

/**
 * /files/<key>?name=…&type=…: an attachment or a raw message. Redirects to a presigned URL where the store has one and
 * `?redirect=1` asks for it, else streams. Always as a download, never as a page: the bytes are a stranger's.
 */
export function mountFiles(app: Hono, blobs: BlobStore): void {
  app.get('/files/*', async (context) => {
    const key = context.req.path.slice('/files/'.length);
    if (!ATTACHMENT.test(key) && !RAW.test(key)) return context.text('No such file.\n', 404);
    const filename = context.req.query('name') ?? key.slice(key.lastIndexOf('/') + 1);
    if (context.req.query('redirect') === '1') {
      const url = await blobs.presign(key, {
        filename,
        contentType: 'application/octet-stream',
        expiresSeconds: REDIRECT_SECONDS,
      });
      if (url !== null) return context.redirect(url, 302);
    }
    const head = await blobs.head(key);
    if (head === null) return context.text('No such file.\n', 404);
    return download(context, { content: await blobs.get(key), size: head.size, filename });
  });
}

function download(
  context: Context,
  { content, size, filename }: { content: Readable; size: number; filename: string },
): Response {
  return context.body(Readable.toWeb(content) as ReadableStream, 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(size),
    'Content-Disposition': contentDisposition(filename),
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
}

/** RFC 6266 with RFC 8187 encoding: a name cannot break out of the header. */
function contentDisposition(filename: string): string {
  const plain = filename.replace(/[^\w .()-]/gu, '_').slice(0, 150) || 'file';
  const encoded = encodeURIComponent(filename.toWellFormed().slice(0, 150)).replace(
    /['()*]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
