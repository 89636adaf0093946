/** Why a message waits, as a person would say it. */
interface Reason {
  readonly short: string;
  readonly sentence: string;
}

const reasons: Readonly<Record<string, Reason>> = {
  'no-client': {
    short: 'Nobody known',
    sentence: 'No client has any of the addresses in this message.',
  },
  'shared-address': {
    short: 'Shared address',
    sentence: 'Several clients have this address, so it does not say which of them is meant.',
  },
  'reply-to-only': {
    short: 'Only in Reply-To',
    sentence: 'Only the Reply-To names a client, and anybody can write anything there.',
  },
  'several-from': {
    short: 'Several senders',
    sentence: 'The message names several senders, so none of them is proven.',
  },
  'several-reply-to': {
    short: 'Several Reply-To',
    sentence: 'The form names several addresses to reply to, so it does not say who filled it in.',
  },
  'several-clients-in-thread': {
    short: 'Several in the thread',
    sentence: 'Several clients write in this thread, so it does not say whose message this is.',
  },
  'too-many-clients': {
    short: 'Circular',
    sentence: 'So many clients are addressed that this looks like a circular.',
  },
  unauthenticated: {
    short: 'Unproven sender',
    sentence: 'Nothing proves that the sender wrote this: SPF, DKIM and DMARC did not pass.',
  },
  'unauthenticated-forward': {
    short: 'Unproven forward',
    sentence: 'Nothing proves that one of us forwarded this.',
  },
  'readers-disagree': {
    short: 'Read in two ways',
    sentence: 'Two programs read this message differently, so one of them may be misled.',
  },
  'doubtful-copy': {
    short: 'Doubtful copy',
    sentence: 'It claims to be a message that is known, and says something else than that one.',
  },
  unlinked: {
    short: 'Taken off a record',
    sentence: 'A person took it off the record that it was on, and no other client is found.',
  },
  blocklisted: {
    short: 'On the blocklist',
    sentence: 'The sender is on the blocklist.',
  },
  'ignored-message': { short: 'Ignored', sentence: 'A person ignored it.' },
  'known-copy': {
    short: 'Copy',
    sentence: 'It is a copy of a message that is known.',
  },
  draft: { short: 'Draft', sentence: 'It is a draft that was never sent.' },
  deleted: { short: 'Thrown away', sentence: 'It was thrown away unsent.' },
};

export function reasonOf(code: string | null): Reason {
  const known = code === null ? reasons['no-client'] : reasons[code];
  return known ?? { short: code ?? '', sentence: `It waits for the reason ${code ?? ''}.` };
}
