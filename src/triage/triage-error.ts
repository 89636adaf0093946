type TriageErrorCode =
  | 'no-such-message'
  | 'no-such-client'
  | 'no-such-decision'
  | 'no-such-case'
  | 'already-decided'
  | 'unclear'
  | 'not-possible';

/** What a person asked for cannot be done as asked. The code is stable, the message is for the person. */
export class TriageError extends Error {
  override readonly name = 'Refused';
  readonly code: TriageErrorCode;
  constructor(code: TriageErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
