/** Only what the corpus run asks of it; the package ships no types. */
declare module 'email-bounce-parser' {
  interface Answer {
    readonly bounce: boolean;
    readonly data?: {
      readonly recipient: string | null;
      readonly error: { readonly code: { readonly basic: string | null; readonly enhanced: string | null } };
    };
  }
  export default class EmailBounceParser {
    read(body: string): Answer;
  }
}
