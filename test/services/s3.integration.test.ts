import { createHash, randomBytes } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openS3 } from '../../services/s3-check.ts';
import { openServices } from '../../services/services.ts';

const mebibyte = 1024 * 1024;
const prefix = `services-test-${randomBytes(4).toString('hex')}/`;
let env: Readonly<Record<string, string>>;
let client: S3Client;
let Bucket: string;

beforeAll(async () => {
  env = (await openServices({ only: ['s3'] })).env();
  client = openS3(env);
  Bucket = env['S3_BUCKET'] ?? '';
});

afterAll(() => client.destroy());

const Key = (name: string): string => `${prefix}${name}`;
const put = (name: string, Body: Buffer | string, extra: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key: Key(name), Body, ...extra }));
async function get(name: string, extra: object = {}): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: Key(name), ...extra }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}
const status = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

describe('the S3 server', () => {
  test('stores with SDK defaults exactly the bytes it was sent', async () => {
    for (const bytes of [0, 1, 1000, 3 * mebibyte]) {
      const body = randomBytes(bytes);
      await put(`plain-${bytes}`, body);
      expect((await get(`plain-${bytes}`)).equals(body)).toBe(true);
    }
  });

  test('tells size, content type, metadata and ETag by HEAD', async () => {
    const body = Buffer.from('<p>Grüße</p>');
    await put('head', body, { ContentType: 'text/html; charset=utf-8', Metadata: { sha256: 'abc' } });
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: Key('head') }));
    expect(head).toMatchObject({
      ContentLength: body.length,
      ContentType: 'text/html; charset=utf-8',
      Metadata: { sha256: 'abc' },
    });
    expect(head.ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
  });

  test('answers HEAD and GET of an unknown key with 404', async () => {
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: Key('nothing') }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(get('nothing')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('refuses IfNoneMatch * for a key that is there with 412', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    const error = await put('once', 'second', { IfNoneMatch: '*' }).catch((reason: unknown) => reason);
    expect(status(error)).toBe(412);
    expect(String(await get('once'))).toBe('first');
  });

  test('lets exactly one of many rivals win with IfNoneMatch *', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => put('race', `${index}`, { IfNoneMatch: '*' })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  test('gives a range', async () => {
    await put('range', '0123456789');
    expect(String(await get('range', { Range: 'bytes=2-5' }))).toBe('2345');
  });

  test('deletes an object, and deleting it again is no error', async () => {
    await put('gone', 'x');
    await client.send(new DeleteObjectCommand({ Bucket, Key: Key('gone') }));
    await expect(get('gone')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await client.send(new DeleteObjectCommand({ Bucket, Key: Key('gone') }));
  });

  test('lists by prefix, in pages', async () => {
    for (const name of ['list/a', 'list/b', 'list/c']) await put(name, name);
    const first = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key('list/'), MaxKeys: 2 }));
    expect(first.Contents?.map((object) => object.Key)).toEqual([Key('list/a'), Key('list/b')]);
    expect(first.IsTruncated).toBe(true);
    const rest = await client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: Key('list/'),
        ContinuationToken: first.NextContinuationToken,
      }),
    );
    expect(rest.Contents?.map((object) => object.Key)).toEqual([Key('list/c')]);
  });

  test('deletes several objects in one request', async () => {
    await put('many/1', '1');
    await put('many/2', '2');
    await client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: Key('many/1') }, { Key: Key('many/2') }] },
      }),
    );
    const left = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key('many/') }));
    expect(left.KeyCount).toBe(0);
  });

  test('copies an object', async () => {
    await put('source', 'copied');
    await client.send(
      new CopyObjectCommand({ Bucket, Key: Key('target'), CopySource: `${Bucket}/${Key('source')}` }),
    );
    expect(String(await get('target'))).toBe('copied');
  });

  test('joins a multipart upload', async () => {
    const target = { Bucket, Key: Key('multipart') };
    const parts = [randomBytes(5 * mebibyte), randomBytes(1000)];
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ ...target, ContentType: 'message/rfc822' }),
    );
    const uploaded = [];
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1;
      const { ETag } = await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
      uploaded.push({ PartNumber, ETag });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: uploaded } }),
    );
    expect((await get('multipart')).equals(Buffer.concat(parts))).toBe(true);
  });

  test('serves a presigned URL, and not once its signature is changed', async () => {
    await put('presigned', 'by link');
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: Key('presigned') }), {
      expiresIn: 60,
    });
    expect(await (await fetch(url)).text()).toBe('by link');
    const forged = url.replace(
      /(X-Amz-Signature=)(.)/,
      (_, name: string, digit: string) => name + (digit === '0' ? '1' : '0'),
    );
    expect((await fetch(forged)).status).toBe(403);
  });

  test('refuses a wrong secret and an unknown key id', async () => {
    for (const wrong of [{ S3_SECRET_ACCESS_KEY: 'wrong' }, { S3_ACCESS_KEY_ID: 'docketmail:nobody' }]) {
      const stranger = openS3({ ...env, ...wrong });
      const error = await stranger.send(new HeadBucketCommand({ Bucket })).catch((reason: unknown) => reason);
      expect(status(error)).toBe(403);
      stranger.destroy();
    }
  });

  test('refuses a body that does not match its checksum', async () => {
    const ContentMD5 = createHash('md5').update('other bytes').digest('base64');
    await expect(put('checksum', 'these bytes', { ContentMD5 })).rejects.toMatchObject({ name: 'BadDigest' });
  });

  test('answers an unknown bucket with 404', async () => {
    const error = await client
      .send(new HeadBucketCommand({ Bucket: 'no-such-bucket' }))
      .catch((reason: unknown) => reason);
    expect(status(error)).toBe(404);
  });
});
