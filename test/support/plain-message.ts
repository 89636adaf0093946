import type { ParsedMessage } from '../../src/mime/parsed-message.ts';

/** A message with just a text, for tests that need no bytes. */
export function plainMessage(facts: Partial<ParsedMessage>): ParsedMessage {
  return {
    headers: [],
    messageId: null,
    inReplyTo: [],
    references: [],
    date: null,
    from: null,
    fromAll: [],
    sender: null,
    replyTo: [],
    to: [],
    cc: [],
    bcc: [],
    subject: '',
    text: '',
    textSource: 'plain',
    rawHtml: null,
    html: null,
    attachments: [],
    reportType: null,
    reports: [],
    nested: [],
    calendar: null,
    protection: null,
    warnings: [],
    ...facts,
  };
}
