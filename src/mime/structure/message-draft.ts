import { createBodyChoice } from './body-choice.ts';
import type { BodyChoice } from './body-choice.ts';
import type { ParseLimits } from '../limits.ts';
import type { Attachment, ReportPart } from '../parsed-message.ts';
import type { Invitation } from '../containers/calendar.ts';
import type { Part } from './part.ts';
import type { Protection } from './protection.ts';

/** One readable part, decoded to Unicode. Line ends are \n. */
export interface BodyText {
  readonly kind: 'plain' | 'html';
  readonly text: string;
}

export type AttachmentDraft = Omit<Attachment, 'inline'>;

/** What is known about a message while it is read; each nested one has its own. */
export interface MessageDraft {
  /** The message/rfc822 part around it, null for the outermost. */
  readonly container: Part | null;
  root: Part | null;
  readonly bodies: BodyChoice<BodyText>;
  readonly attachments: AttachmentDraft[];
  readonly reports: ReportPart[];
  readonly nested: MessageDraft[];
  calendar: Invitation | null;
  protection: Protection | null;
  /** The first charset that a part declares; raw 8-bit headers often share it. */
  charsetHint: string | null;
  readonly warn: (code: string, detail: string) => void;
  readonly warnings: () => readonly string[];
}

/** What was left out of a nested message is missing in the whole, whose warnings people see. */
const ofTheWhole: ReadonlySet<string> = new Set([
  'text-too-long',
  'html-too-long',
  'header-too-long',
  'too-many-parts',
  'too-deep',
  'container-too-large',
]);

/** `outermost`: the draft of the whole message, null for that one itself. */
export function createMessageDraft(
  container: Part | null,
  limits: ParseLimits,
  outermost: MessageDraft | null,
): MessageDraft {
  const warnings = new Set<string>();
  return {
    container,
    root: null,
    bodies: createBodyChoice<BodyText>(),
    attachments: [],
    reports: [],
    nested: [],
    calendar: null,
    protection: null,
    charsetHint: null,
    warn(code, detail) {
      if (ofTheWhole.has(code)) outermost?.warn(code, `${detail}, in a message inside`);
      if (warnings.size < limits.maxWarnings)
        warnings.add(`${code}: ${detail.replaceAll(/\p{Cc}/gu, ' ').slice(0, 200)}`);
    },
    warnings: () => [...warnings],
  };
}
