/** What a message says, for a person who looks at it. Never stored: it is read again from the raw bytes. */
import { describeError, PermanentError } from '../errors.ts';
import { filesOf } from '../mail/enclosed-files.ts';
import type { Bounce, Forward } from '../mail/mail.ts';
import type { Attachment } from '../mime/parsed-message.ts';
import type { Reader } from '../read/reader.ts';
import { ReadingDied } from '../read/reader-process.ts';
import type { MessageDocument } from '../store/message-document.ts';

export interface MessageContent {
  /** What the sender wrote now; of a message that cannot be read, what is stored of it. */
  readonly reply: string;
  readonly quoted: string | null;
  readonly signature: string | null;
  /** Sanitised. */
  readonly html: string | null;
  readonly files: readonly Attachment[];
  readonly forwards: readonly Forward[];
  readonly bounce: Bounce | null;
  readonly isCut: boolean;
  /** Why it cannot be read now. */
  readonly error: string | null;
}

/** More is no longer read on a page; the raw message has all of it. */
const MAX_SHOWN_CHARS = 100_000;
/** Page, frame and pictures of one message are asked for in a row. */
const KEPT = 8;
/** Of two messages with 2 million characters of HTML one is kept. */
const MAX_KEPT_CHARS = 3_000_000;

export type ReadContent = (
  message: Pick<MessageDocument, 'rawKey' | 'size' | 'preview' | 'state' | 'error'>,
) => Promise<MessageContent>;

/** Reads messages and keeps the last few. */
export function contentReader(reader: Pick<Reader, 'show'>): ReadContent {
  const kept = new Map<string, MessageContent>();
  return async (message) => {
    const { rawKey, state, preview, error } = message;
    // What ended a reader several times would end another one.
    if (state === 'quarantined') return { ...nothingRead, reply: preview, error };
    const known = kept.get(rawKey);
    if (known !== undefined) return known;
    const content = await readContent(reader, message);
    if (content.error !== null) return content;
    kept.set(rawKey, content);
    const charsKept = (): number => [...kept.values()].reduce((sum, one) => sum + charsOf(one), 0);
    for (const key of kept.keys()) {
      if (kept.size <= KEPT && charsKept() <= MAX_KEPT_CHARS) break;
      kept.delete(key);
    }
    return content;
  };
}

const charsOf = ({ reply, quoted, html }: MessageContent): number =>
  reply.length + (quoted?.length ?? 0) + (html?.length ?? 0);

async function readContent(
  reader: Pick<Reader, 'show'>,
  { rawKey, size, preview }: Pick<MessageDocument, 'rawKey' | 'size' | 'preview'>,
): Promise<MessageContent> {
  try {
    const { mail } = await reader.show({ key: rawKey, size });
    const cut = (text: string): string => text.slice(0, MAX_SHOWN_CHARS);
    const { reply, quoted, signature, html, forwards, bounce } = mail;
    return {
      reply: cut(reply),
      quoted: quoted === null ? null : cut(quoted),
      signature: signature === null ? null : cut(signature),
      html,
      files: filesOf(mail),
      forwards: forwards.map((hop) => ({ ...hop, text: cut(hop.text) })),
      bounce,
      isCut: [reply, quoted ?? '', ...forwards.map(({ text }) => text)].some(
        (text) => text.length > MAX_SHOWN_CHARS,
      ),
      error: null,
    };
  } catch (error) {
    if (!(error instanceof PermanentError) && !(error instanceof ReadingDied)) throw error;
    return { ...nothingRead, reply: preview, error: describeError(error) };
  }
}

const nothingRead = {
  quoted: null,
  signature: null,
  html: null,
  files: [],
  forwards: [],
  bounce: null,
  isCut: false,
} as const;
