import { createHmac, randomBytes } from 'node:crypto';

/** Standard Webhooks 1.0.0: `whsec_` followed by 24 to 64 bytes in base64. */
export function createSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** `v1,` and the HMAC-SHA256 of id, timestamp and body, once per secret: a receiver needs to know only one of them. */
export function signatureOf(
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: string },
  secrets: readonly string[],
): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.replace(/^whsec_/u, ''), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
