import { automaticSubjectsInside } from '../mail/automatic/automatic-inside.ts';
import { programPrefix, isProgramWording } from '../mail/automatic/program-prefix.ts';
import { isEcho, readCaseTags } from '../mail/case-tag/case-tag.ts';
import type { CaseTag } from '../mail/case-tag/case-tag.ts';
import type { Mail } from '../mail/mail.ts';
import type { Rules } from './rules.ts';

/** Tags of a subject that the sender did not write there. */
export interface ProgramTags {
  /** Of an automatic message that is passed on: it moves no case, whoever forwards it. */
  readonly isCarried: (tag: CaseTag) => boolean;
  /** After words that a program puts before the subject it repeats ("Declined: [Case 12: Open] …"), which a person may also write. */
  readonly isRepeated: (tag: CaseTag) => boolean;
}

export function programTags(mail: Mail, rules: Rules): ProgramTags {
  const carried = automaticSubjectsInside(mail).flatMap((subject) => readCaseTags(subject, rules).tags);
  const repeated = readCaseTags(programPrefix(mail.subject)?.rest ?? '', rules).tags;
  const before = ({ raw }: CaseTag): string => mail.subject.slice(0, mail.subject.indexOf(raw));
  return {
    isCarried: (tag) => isEcho(tag, carried),
    isRepeated: (tag) => isEcho(tag, repeated) || isProgramWording(before(tag)),
  };
}
