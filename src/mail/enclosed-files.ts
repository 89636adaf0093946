import type { Attachment, ParsedMessage } from '../mime/parsed-message.ts';

/** The files of the message and of the messages attached to it, each once. */
export function filesOf(mail: ParsedMessage): Attachment[] {
  const files = [...mail.attachments, ...mail.nested.flatMap(filesOf)];
  return [...new Map(files.map((file) => [`${file.sha256} ${file.filename}`, file])).values()];
}
