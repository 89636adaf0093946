/** Fewer can be guessed, even slowly (NIST SP 800-63B §3.1.1.2 requires at least eight, and a limit on attempts). */
const leastCharacters = 12;
/** "aaaaaaaaaaaa" and "121212121212" are as weak as short ones. */
const leastDifferent = 5;

/** What is wrong with a password or token that others may guess; null if it is strong enough. Never quotes it. */
export function weaknessOf(secret: string): string | null {
  const characters = Array.from(secret.trim());
  if (characters.length === 0) return 'it is blank';
  if (characters.length < leastCharacters) return `it has fewer than ${leastCharacters} characters`;
  return new Set(characters).size < leastDifferent ? 'it repeats a few characters' : null;
}
