/** Fewer can be guessed, also slowly (NIST SP 800-63B §3.1.1.2 asks for eight at least, and for a limit of tries). */
const leastCharacters = 12;
/** "aaaaaaaaaaaa" and "121212121212" are as short as they are dull. */
const leastDifferent = 5;

/** What is wrong with a password or token that others may guess at; null where it will do. Never repeats it. */
export function weaknessOf(secret: string): string | null {
  const characters = Array.from(secret.trim());
  if (characters.length === 0) return 'it is blank';
  if (characters.length < leastCharacters) return `it has fewer than ${leastCharacters} characters`;
  return new Set(characters).size < leastDifferent ? 'it repeats a few characters' : null;
}
