import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RunningWorker {
  readonly dashboardUrl: string;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 30_000;

/** Starts the built program as its users do, and waits for its ready line. */
export async function startDocketmail(env: NodeJS.ProcessEnv): Promise<RunningWorker> {
  const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'start'], { env, stdio: ['ignore', 'inherit', 'pipe'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stderr });
  const started = new Promise<string>((resolve, reject) => {
    const recent: string[] = [];
    lines.on('line', (line) => {
      recent.push(line);
      if (recent.length > 20) recent.shift();
      const entry = parseLine(line);
      if (entry?.msg === 'docketmail started') resolve(entry.dashboard ?? '');
      else if (entry === null || (entry.level ?? 0) >= 40) console.error(line);
    });
    exited.then(
      () => reject(new Error(`docketmail ended before it was ready:\n${recent.join('\n')}`)),
      reject,
    );
    setTimeout(
      () =>
        reject(
          new Error(`docketmail was not ready within ${START_LIMIT_MS / 1000} s:\n${recent.join('\n')}`),
        ),
      START_LIMIT_MS,
    ).unref();
  });
  const dashboardUrl = await started.catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    dashboardUrl,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}

function parseLine(line: string): { msg?: string; dashboard?: string | null; level?: number } | null {
  try {
    return JSON.parse(line) as { msg?: string };
  } catch {
    return null;
  }
}
