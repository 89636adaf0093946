import type { Mail } from '../mail/mail.ts';
import type { KnownContext } from './known-context.ts';
import type { Parties } from './parties.ts';
import type { Proof } from './proof.ts';
import type { Rules } from './rules.ts';

/** The input of each rule of the decision. */
export interface JudgeInput {
  readonly mail: Mail;
  readonly facts: KnownContext;
  readonly rules: Rules;
  readonly parties: Parties;
  readonly proof: Proof;
}
