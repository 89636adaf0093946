/** A person's request cannot be done. The code is stable, the message is for the person. */
export class TriageError extends Error {
  override readonly name = 'Refused';
  readonly code: 'no-such-message' | 'no-such-client' | 'no-such-decision' | 'unclear' | 'not-possible';
  constructor(code: TriageError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
