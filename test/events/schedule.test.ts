import { describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { retryPauseMs, RETRY_PAUSES_MS, retryAfterMs } from '../../src/events/schedule.ts';
import { createSecret, signatureOf } from '../../src/events/signature.ts';

describe('the schedule', () => {
  it('is that of Standard Webhooks with 20 % jitter, and ends', () => {
    expect(RETRY_PAUSES_MS.map((pause) => pause / 1000)).toEqual([
      0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]);
    expect(retryPauseMs(1, { random: () => 0 })).toBe(4_000);
    expect(retryPauseMs(1, { random: () => 1 })).toBe(6_000);
    expect(retryPauseMs(RETRY_PAUSES_MS.length)).toBeNull();
  });

  it('respects Retry-After in seconds or as a date, up to a day', () => {
    const now = new Date('2026-03-02T10:00:00Z');
    expect(retryAfterMs('120', now)).toBe(120_000);
    expect(retryAfterMs('Mon, 02 Mar 2026 10:01:00 GMT', now)).toBe(60_000);
    expect(retryAfterMs('999999999', now)).toBe(86_400_000);
    for (const field of [undefined, '', 'soon', '-5', 'Mon, 02 Mar 2020 10:01:00 GMT'])
      expect(retryAfterMs(field, now)).toBe(0);
    expect(retryPauseMs(1, { random: () => 0.5, atLeastMs: 60_000 })).toBe(60_000);
  });
});

describe('the signature', () => {
  const body = '{"type":"webhook.test","data":{"title":"Größe 你好"}}';
  const seconds = Math.floor(Date.now() / 1000);
  const headersFor = (signature: string) => ({
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': signature,
  });

  it('is verified by the standardwebhooks package with either of two secrets', () => {
    const [one, other] = [createSecret(), createSecret()];
    const signature = signatureOf({ id: 'evt_1', seconds, body }, [one, other]);
    for (const secret of [one, other])
      expect(new Webhook(secret).verify(body, headersFor(signature))).toEqual(JSON.parse(body));
    expect(() => new Webhook(createSecret()).verify(body, headersFor(signature))).toThrow(
      'No matching signature',
    );
    expect(() => new Webhook(one).verify(`${body} `, headersFor(signature))).toThrow('No matching signature');
  });
});
