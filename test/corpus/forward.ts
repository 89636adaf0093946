import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import EmailForwardParser from 'email-forward-parser';
import { readForwards } from '../../src/mail/forwarded/forwarded.ts';
import type { Address } from '../../src/mime/parsed-message.ts';
import { plainMessage } from '../support/plain-message.ts';
import type { CorpusSuite, Metric } from './corpus.ts';

interface PrintedMailbox {
  readonly address: string | null;
  readonly name: string | null;
}

interface Row {
  readonly file: string;
  readonly subject_file: string | null;
  readonly expected_forwarded: boolean;
  readonly expected_from_address?: string | null;
  readonly expected_from_name?: string | null;
  readonly expected_subject?: string;
  readonly expected_body?: string;
  readonly expected_comment?: string | null;
  readonly expected_to?: readonly PrintedMailbox[];
  readonly expected_cc?: readonly PrintedMailbox[];
  readonly expected_cc_count?: number;
}

/** One parser's reading of a forward, in the terms of the rows. */
interface ReadMail {
  readonly from: PrintedMailbox;
  readonly to: readonly PrintedMailbox[];
  readonly cc: readonly PrintedMailbox[];
  readonly subject: string | null;
  readonly text: string;
  readonly comment: string | null;
}

type Reader = (body: string, subject: string) => ReadMail | null;

const library = 'email-forward-parser';
const plain = ({ address, name }: Address | PrintedMailbox): PrintedMailbox => ({
  address,
  name: name === '' ? null : name,
});

/** The rows describe the outermost hop. */
const ours: Reader = (body, subject) => {
  const [hop] = readForwards(plainMessage({ text: body.replaceAll('\r\n', '\n'), subject })).forwards;
  if (hop === undefined) return null;
  return { ...hop, from: plain(hop.from), to: hop.to.map(plain), cc: hop.cc.map(plain) };
};

const mailboxes = (
  value: PrintedMailbox | readonly PrintedMailbox[] | null | undefined,
): readonly PrintedMailbox[] => {
  if (value === null || value === undefined) return [];
  return 'address' in value ? [plain(value)] : value.map(plain);
};

const theirs: Reader = (body, subject) => {
  const { forwarded, email, message } = new EmailForwardParser().read(body, subject === '' ? null : subject);
  if (!forwarded) return null;
  return {
    from: plain(email.from),
    to: mailboxes(email.to),
    cc: mailboxes(email.cc),
    subject: email.subject,
    text: email.body ?? '',
    comment: message === '' ? null : message,
  };
};

/** Which asserted fields of a row are read wrong. */
function mistakes(row: Row, reading: ReadMail | null, isSubjectPrinted: boolean): string[] {
  if (reading === null) return ['not taken for a forward'];
  const wrong: string[] = [];
  const expectEqual = (name: string, expected: unknown, actual: unknown): void => {
    if (expected !== undefined && JSON.stringify(expected) !== JSON.stringify(actual))
      wrong.push(`${name} is ${JSON.stringify(actual)?.slice(0, 120)}`);
  };
  expectEqual('from', row.expected_from_address, reading.from.address);
  expectEqual('name', row.expected_from_name, reading.from.name);
  if (isSubjectPrinted) expectEqual('subject', row.expected_subject, reading.subject);
  expectEqual('text', row.expected_body?.trim(), reading.text.trim());
  expectEqual('comment', row.expected_comment === '' ? null : row.expected_comment, reading.comment);
  // The suite asserts recipients one by one, not how many there are.
  expectEqual('to', row.expected_to, reading.to.slice(0, row.expected_to?.length));
  expectEqual('cc', row.expected_cc, reading.cc);
  expectEqual('cc count', row.expected_cc_count, reading.cc.length);
  return wrong;
}

interface Case {
  readonly row: Row;
  readonly body: string;
  readonly subject: string;
}

function readCases(folder: string): Case[] {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return read('expected.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const row: Row = JSON.parse(line);
      return {
        row,
        body: read(row.file),
        subject: row.subject_file === null ? '' : read(row.subject_file).trim(),
      };
    });
}

function measure(metric: string, cases: readonly Case[], subjectOf: (one: Case) => string): Metric {
  const mistakesOf = (reader: Reader, one: Case): string[] => {
    // What Outlook for Mac prints above a forward holds no subject: where the outer one is replaced, there is none to read.
    const isSubjectPrinted =
      subjectOf(one) === one.subject || one.body.includes(one.row.expected_subject ?? '');
    return mistakes(one.row, reader(one.body, subjectOf(one)), isSubjectPrinted);
  };
  const failures = cases.flatMap((one) => {
    const wrong = mistakesOf(ours, one);
    return wrong.length === 0
      ? []
      : [{ id: `${one.row.file} ${one.row.subject_file ?? ''}`, detail: wrong.join('; ') }];
  });
  return {
    set: 'forward-crisp',
    metric,
    n: cases.length,
    right: cases.length - failures.length,
    library: { name: library, right: cases.filter((one) => mistakesOf(theirs, one).length === 0).length },
    failures,
  };
}

function measureNoForward(cases: readonly Case[]): Metric {
  const failures = cases
    .filter((one) => ours(one.body, one.subject) !== null)
    .map((one) => ({ id: one.row.file, detail: 'taken for a forward' }));
  return {
    set: 'forward-crisp',
    metric: 'a message that is no forward is none',
    n: cases.length,
    right: cases.length - failures.length,
    library: { name: library, right: cases.filter((one) => theirs(one.body, one.subject) === null).length },
    failures,
  };
}

/** Sets of replies; hardly any of them is a forward. */
const replySets: readonly (readonly [string, string])[] = [
  ['reply-crisp', 'emails'],
  ['reply-zapier', 'emails'],
  ['reply-github', 'emails'],
  ['reply-talon', 'inputs'],
];

function measureReplies(
  corpusFolder: string,
  [set, inner]: readonly [string, string],
  subject: string,
): Metric | null {
  const base = join(corpusFolder, set);
  if (!existsSync(base)) return null;
  const files = readdirSync(base, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.includes(inner) || set !== 'reply-talon')
    .filter((file) => file.endsWith('.txt'))
    .toSorted();
  const bodies = files
    .map((file) => ({ file, body: readFileSync(join(base, file), 'utf8') }))
    .filter(({ body }) => !/forwarded message/iu.test(body));
  const failures = bodies.flatMap(({ file, body }) => {
    const reading = ours(body, subject);
    return reading === null
      ? []
      : [{ id: file, detail: `taken for a forward of ${reading.from.address ?? reading.from.name}` }];
  });
  // The library takes minutes for some inputs that are made to be slow.
  const small = bodies.filter(({ body }) => body.length < 20_000);
  return {
    set,
    metric: `not taken for a forward, subject "${subject}" (information)`,
    n: bodies.length,
    right: bodies.length - failures.length,
    library: {
      name: library,
      right: small.filter(({ body }) => theirs(body, subject) === null).length + bodies.length - small.length,
    },
    failures,
  };
}

/** How well forwards are unwrapped, compared with the parser whose own suite this is. */
export const forward: CorpusSuite = async (corpusFolder) => {
  const cases = readCases(join(corpusFolder, 'forward-crisp'));
  const forwards = cases.filter(({ row }) => row.expected_forwarded);
  return [
    measure('every asserted field, subject as given', forwards, (one) => one.subject),
    measure('every asserted field, subject "something"', forwards, () => 'something'),
    measure('every asserted field, subject "Fwd: something"', forwards, () => 'Fwd: something'),
    measureNoForward(cases.filter(({ row }) => !row.expected_forwarded)),
    ...replySets.flatMap((set) =>
      ['Re: something', 'something'].flatMap((subject) => measureReplies(corpusFolder, set, subject) ?? []),
    ),
  ];
};
