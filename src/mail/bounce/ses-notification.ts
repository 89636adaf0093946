import type { ParsedMessage } from '../../mime/parsed-message.ts';

/** One recipient of an Amazon SES notification, as AWS documents it ("Amazon SNS notification contents"). */
interface SesRecipient {
  readonly address: string | null;
  readonly action: string | null;
  readonly status: string | null;
  readonly diagnostic: string | null;
}

export interface SesNotification {
  readonly kind: 'bounce' | 'complaint' | 'delivery';
  readonly recipients: readonly SesRecipient[];
  readonly originalMessageId: string | null;
}

/** A notification is a few KB; SNS itself allows 256 KB. */
const MAX_JSON = 262_144;

/**
 * Amazon SES reports bounces to a topic, and a topic may mail them: JSON instead of a report part. Null for any other message, and
 * for JSON without SNS's own header or sender.
 */
export function readSesNotification(message: ParsedMessage): SesNotification | null {
  const fromTopic =
    message.headers.some(({ name }) => name.startsWith('x-amz-sns-')) ||
    (message.from?.address ?? '').endsWith('@sns.amazonaws.com');
  if (!fromTopic || !message.text.trimStart().startsWith('{')) return null;
  const body = asRecord(parseFirstLineJson(message.text.trimStart()));
  const named = body?.['notificationType'] ?? body?.['eventType'];
  const type = typeof named === 'string' ? named.toLowerCase() : '';
  if (!body || (type !== 'bounce' && type !== 'complaint' && type !== 'delivery')) return null;
  const mail = asRecord(body['mail']);
  const bounce = asRecord(body['bounce']);
  const bounced = bounce?.['bouncedRecipients'];
  // "Permanent", "Transient" or "Undetermined": what SES itself says if the recipient's server said nothing.
  const assumed = bounce?.['bounceType'] === 'Permanent' ? '5.0.0' : '4.0.0';
  return {
    kind: type,
    recipients: (Array.isArray(bounced) ? bounced : []).map((recipient) => readRecipient(recipient, assumed)),
    originalMessageId: originalIdOf(mail),
  };
}

/** SNS breaks the JSON into lines of at most 998 characters and adds its own footer. */
function parseFirstLineJson(text: string): unknown {
  const end = text.search(/\n[ \t]{0,9}\n|\n--\s?\n/);
  const json = (end < 0 ? text : text.slice(0, end)).slice(0, MAX_JSON);
  for (const joined of [json, json.replaceAll(/\n[ \t]?/g, '')]) {
    try {
      return JSON.parse(joined);
    } catch {
      // Folded inside a string: tried again without the folds; if that fails too, it is not a notification.
    }
  }
  return null;
}

function readRecipient(value: unknown, assumedStatus: string): SesRecipient {
  const recipient = asRecord(value) ?? {};
  const text = (name: string): string | null => {
    const found = recipient[name];
    return typeof found === 'string' && found.trim() !== '' ? found.trim() : null;
  };
  return {
    address:
      text('emailAddress')
        ?.replace(/^.*<([^<>]{1,320})>$/, '$1')
        .toLowerCase() ?? null,
    action: text('action')?.toLowerCase() ?? 'failed',
    status: text('status') ?? (text('diagnosticCode') === null ? assumedStatus : null),
    diagnostic:
      text('diagnosticCode')
        ?.replace(/^[\w-]{1,20}[ \t]?;/, '')
        .trim() ?? null,
  };
}

function originalIdOf(mail: Record<string, unknown> | null): string | null {
  const id = asRecord(mail?.['commonHeaders'])?.['messageId'];
  const ses = mail?.['messageId'];
  if (typeof id === 'string') return id.replaceAll(/[<>]/g, '').trim();
  return typeof ses === 'string' ? ses : null;
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null;
}
