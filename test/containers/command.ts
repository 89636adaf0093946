import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Standard output. @throws with what the program said. */
export async function run(
  program: string,
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<string> {
  try {
    const { stdout } = await execute(program, [...args], { maxBuffer: MAX_OUTPUT_BYTES, ...surroundings });
    return stdout;
  } catch (error) {
    const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
    throw new Error(
      `${program} ${args.join(' ').slice(0, 300)}:\n${stdout.slice(-1_500)}${stderr.slice(-1_500)}`,
      { cause: error },
    );
  }
}
