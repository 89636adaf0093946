import { Readable } from 'node:stream';
import type { Context, Hono } from 'hono';
import type { BlobStore } from '../store/blobs/blobs.ts';

/** Only content-addressed keys: no path of a request ever reaches a file system. */
const ATTACHMENT = /^attachments\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/u;
const RAW = /^raw\/([0-9a-f]{2})\/(\1[0-9a-f]{62})\.eml$/u;
const REDIRECT_SECONDS = 300;

/**
 * /files/<key>?name=…: an attachment or a raw message. Redirects to a presigned URL if `?redirect=1` asks for it and a browser
 * should be able to reach it, else streams. Always as a download, never as a page: the bytes are a stranger's.
 */
export function mountFiles(
  app: Hono,
  blobs: BlobStore,
  { publicUrl }: { readonly publicUrl: string | null },
): void {
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
      if (url !== null && isPublic(url, publicUrl)) return context.redirect(url, 302);
    }
    const head = await blobs.head(key);
    if (head === null) return context.text('No such file.\n', 404);
    return download(context, { content: await blobs.get(key), size: head.size, filename });
  });
}

/**
 * S3_ENDPOINT is how this process reaches the store, often by a name in its own network. A browser reaches Amazon's, and anything
 * under PUBLIC_URL.
 */
function isPublic(url: string, publicUrl: string | null): boolean {
  const { origin, hostname, pathname } = new URL(url);
  if (/\.amazonaws\.com(?:\.cn)?$/u.test(hostname)) return true;
  if (publicUrl === null) return false;
  const base = new URL(publicUrl);
  return origin === base.origin && pathname.startsWith(base.pathname);
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
export function contentDisposition(filename: string, how: 'attachment' | 'inline' = 'attachment'): string {
  const plain = filename.replace(/[^\w .()-]/gu, '_').slice(0, 150) || 'file';
  const encoded = encodeURIComponent(filename.toWellFormed().slice(0, 150)).replace(
    /['()*]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${how}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
