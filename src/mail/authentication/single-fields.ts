/** RFC 5322 §3.6, RFC 2045 §3: these occur once. Given two, some readers show one and some the other. */
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
