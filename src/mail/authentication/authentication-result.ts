/** RFC 8601 §2.7. */
export type AuthenticationResult =
  | 'pass'
  | 'fail'
  | 'softfail'
  | 'neutral'
  | 'none'
  | 'temperror'
  | 'permerror';

/** For "the best of several": a temporary error may have been a pass. */
export const byStrength: readonly AuthenticationResult[] = [
  'pass',
  'temperror',
  'fail',
  'permerror',
  'neutral',
];

export interface Proof {
  readonly result: AuthenticationResult;
  /** Domains that this proves. */
  readonly domains: readonly string[];
}
