/** What is wrong at present, each with what helps: for the page and the API alike. */
import type { MailboxReport } from '../../connect/report.ts';
import type { Undelivered } from '../../store/fetches.ts';
import type { Figures } from './figures.ts';

export interface Situation {
  readonly reports: readonly MailboxReport[];
  readonly figures: Figures;
  readonly undelivered: readonly Undelivered[];
  readonly unfound: readonly { readonly mailbox: string; readonly folder: string; readonly count: number }[];
}

/** A sentence in parts: each medium writes times in its own way. */
export type Words = readonly (string | Date)[];

export interface Trouble {
  readonly title: string;
  /** Paragraphs. */
  readonly says: readonly Words[];
  readonly fix: string | null;
  /** The mailbox that needs somebody. */
  readonly mailbox: MailboxReport | null;
  /** Where more is seen. */
  readonly see: 'queues' | null;
}

/** Mail is worked on within seconds; older than this something holds it up. */
const LATE_MS = 15 * 60_000;

export function headline(situation: Situation): Words {
  const { reports } = situation;
  const down = reports.filter(({ isWell }) => !isWell);
  const newest = reports
    .flatMap(({ lastMessageAt }) => lastMessageAt ?? [])
    .toSorted((a, b) => b.getTime() - a.getTime())[0];
  if (reports.length === 0)
    return ['No mailbox is connected yet: add one with docketmail mailbox add or in MAILBOXES_FILE.'];
  if (down.length > 0)
    return [
      `${down.length} of ${plural(reports.length, 'mailbox', 'mailboxes')} ${down.length === 1 ? 'needs' : 'need'} you.`,
    ];
  const others = troublesBeside(situation).length;
  const all =
    reports.length === 1 ? `Mailbox ${reports[0]?.name ?? ''} is up` : `All ${reports.length} mailboxes up`;
  return [
    all,
    ...(newest === undefined ? [', no mail yet'] : [', newest mail ', newest]),
    others === 0 ? '.' : `, but ${plural(others, 'matter needs', 'matters need')} you.`,
  ];
}

export function troublesOf(situation: Situation): readonly Trouble[] {
  const down = situation.reports.filter(({ isWell }) => !isWell);
  return [...down.map(mailboxTrouble), ...troublesBeside(situation)];
}

const mailboxTrouble = (report: MailboxReport): Trouble => {
  const { name, says, since, error, fix, nextTryAt } = report;
  return {
    title: `${name}: ${says}`,
    says: [
      [
        ...(since === null ? [] : ['Since ', since, '. ']),
        ...(error === null || error === '' ? [] : [`${error}. `]),
        ...(nextTryAt === null ? [] : ['Next try ', nextTryAt, '.']),
      ],
    ],
    fix,
    mailbox: report,
    see: null,
  };
};

function troublesBeside({ reports, figures, undelivered, unfound }: Situation): Trouble[] {
  const parked = reports.flatMap(({ name, parkedFolders }) =>
    parkedFolders.map((folder) => ({ name, folder })),
  );
  return [
    ...troublesOfWork(figures),
    ...troublesOfFetching(undelivered),
    ...unfound.map(({ mailbox, folder, count }) =>
      trouble({
        title: `${mailbox}: ${folder} counts ${plural(count, 'message')} that it does not list`,
        says: [],
        fix: `docketmail audit ${mailbox}`,
      }),
    ),
    ...parked.map(({ name, folder }) =>
      trouble({
        title: `${name}: the folder ${folder} cannot be opened`,
        says: [['It is tried again from time to time.']],
        fix: 'open it in a mail program, or take it out of the mailbox’s folders',
      }),
    ),
  ];
}

function troublesOfWork({ jobs, oldestPending, backlog }: Figures): Trouble[] {
  const isLate = oldestPending !== null && Date.now() - oldestPending.getTime() > LATE_MS;
  return [
    ...(jobs === null
      ? [
          trouble({
            title: 'The queue does not answer',
            says: [['Redis holds the jobs. Nothing is lost: they are made again once it answers.']],
            fix: 'see that Redis runs and REDIS_URL is right: docketmail doctor',
          }),
        ]
      : []),
    ...(isLate
      ? [
          trouble({
            title: 'Mail waits to be worked on',
            says: [[`${plural(backlog, 'message')}; the oldest came `, oldestPending, '.']],
            fix: 'see that a process with the role ingest runs, and what the queue says',
            see: 'queues',
          }),
        ]
      : []),
  ];
}

function troublesOfFetching(undelivered: readonly Undelivered[]): Trouble[] {
  const [first] = undelivered;
  if (first === undefined) return [];
  return [
    trouble({
      title: `${plural(undelivered.length, 'message is', 'messages are')} listed and cannot be fetched`,
      says: undelivered.map(({ mailbox, folder, uid, attempts, error, since }) => [
        `${mailbox}, ${folder} UID ${uid}: ${error ?? 'the folder lists it no longer'}, asked ${plural(attempts, 'time')} since `,
        since,
      ]),
      fix: `docketmail audit ${first.mailbox} --fix`,
    }),
  ];
}

const trouble = (
  told: Pick<Trouble, 'title' | 'says' | 'fix'> & { readonly see?: Trouble['see'] },
): Trouble => ({ mailbox: null, see: null, ...told });

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
