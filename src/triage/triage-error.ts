type TriageErrorCode =
  | 'no-such-message'
  | 'no-such-client'
  | 'no-such-decision'
  | 'no-such-case'
  | 'already-decided'
  | 'unclear'
  | 'not-possible';

/** A person's request cannot be done. The code is stable, the message is for the person. */
export class TriageError extends Error {
  override readonly name = 'Refused';
  readonly code: TriageErrorCode;
  constructor(code: TriageErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
