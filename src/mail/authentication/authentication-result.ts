/** RFC 8601 §2.7. */
export type AuthenticationResult =
  | 'pass'
  | 'fail'
  | 'softfail'
  | 'neutral'
  | 'none'
  | 'temperror'
  | 'permerror';

/** To pick the best of several: a temporary error may have been a pass. */
export const byStrength: readonly AuthenticationResult[] = [
  'pass',
  'temperror',
  'fail',
  'permerror',
  'neutral',
];

export interface Proof {
  readonly result: AuthenticationResult;
  /** Domains that this result proves. */
  readonly domains: readonly string[];
}

/** What a domain owner wants done with mail that fails DMARC (RFC 7489 §6.3). */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

export function dmarcPolicy(word: string | undefined): DmarcPolicy | null {
  const policies: readonly DmarcPolicy[] = ['none', 'quarantine', 'reject'];
  return policies.find((policy) => policy === word?.toLowerCase()) ?? null;
}
