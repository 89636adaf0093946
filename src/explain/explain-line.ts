import type { Explained } from './explain.ts';

/** One line of `explain --json`: exactly the contract. */
export function explainLine(explained: Explained): Record<string, unknown> {
  const { file, reading, authentication, verdict, tags, caseUpdates } = explained;
  const { mail } = reading;
  const { spf, dkim, dmarc, arc, source } = authentication;
  return {
    file,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    fingerprint: mail.fingerprint,
    date: mail.date,
    from: mail.from,
    sender: mail.sender,
    replyTo: mail.replyTo,
    to: mail.to,
    cc: mail.cc,
    subject: mail.subject,
    direction: verdict.direction,
    text: mail.text,
    reply: mail.reply,
    quoted: mail.quoted,
    signature: mail.signature,
    html: mail.html,
    attachments: mail.attachments,
    automatic: mail.automatic,
    bounce: mail.bounce,
    forwarded: mail.forwarded === null ? null : withoutMessageId(mail.forwarded),
    forwards: mail.forwards.map(withoutMessageId),
    authentication: { spf, dkim, dmarc, arc, source },
    caseTags: tags.map(({ raw, ref, status, statusText }) => ({ raw, ref, status, statusText })),
    caseUpdates: caseUpdates.map(({ clientId, title, description, status, ref, review }) => ({
      clientId,
      title,
      description,
      status,
      ref,
      review,
    })),
    verdict: {
      kind: verdict.kind,
      clients: verdict.clients,
      candidates: verdict.candidates,
      reason: verdict.reason,
    },
    evidence: verdict.evidence,
    warnings: mail.warnings,
  };
}

function withoutMessageId<T extends { readonly messageId: string | null }>({
  messageId: _,
  ...forward
}: T): Omit<T, 'messageId'> {
  return forward;
}
