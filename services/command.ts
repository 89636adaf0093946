// Short-lived commands: run to completion; the error of a failed one has its output.
import { spawn } from 'node:child_process';

export type CommandOptions = {
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
};

class CommandFailed extends Error {}

const shownLength = 120;
const shownLines = 15;

function shortened(command: readonly string[]): string {
  const line = command.join(' ').replaceAll(/\s+/g, ' ');
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line;
}

/** Returns standard output. */
export function run(
  command: readonly string[],
  { signal, env, input }: CommandOptions = {},
): Promise<string> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      signal,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdin.on('error', () => undefined).end(input ?? '');
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(output);
      const lastLines = (errors.trim() || output.trim()).split('\n').slice(-shownLines).join('\n');
      reject(new CommandFailed(`\`${shortened(command)}\` failed (${code}):\n${lastLines}`));
    });
  });
}

export async function succeeds(command: readonly string[]): Promise<boolean> {
  return run(command).then(
    () => true,
    () => false,
  );
}
