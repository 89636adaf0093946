/** RFC 5322 §3.6, RFC 2045 §3: these stand there once. Of two some reader shows the one and some the other. */
export const singleFields: ReadonlySet<string> = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'content-type',
  'content-transfer-encoding',
]);
