import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Hono } from 'hono';

/** Everything that our pages load besides themselves. From npm or written here, and never from another host. */
const sources = {
  'pico.css': '@picocss/pico/css/pico.classless.min.css',
  'docketmail.css': new URL('./docketmail.css', import.meta.url),
  'icon.svg': new URL('./icon.svg', import.meta.url),
  'htmx.js': 'htmx.org/dist/htmx.min.js',
  'times.js': new URL('./times.js', import.meta.url),
  'keyboard.js': new URL('./keyboard.js', import.meta.url),
} as const;

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

type AssetName = keyof typeof sources;

interface Asset {
  /** With the hash of its content, so that a browser may keep it and still gets the next version. */
  readonly path: string;
  readonly type: string;
  readonly content: string;
}

let loaded: ReadonlyMap<AssetName, Asset> | null = null;

/** Read once, when the first page needs them: commands without pages load none. */
function assets(): ReadonlyMap<AssetName, Asset> {
  const { resolve } = createRequire(import.meta.url);
  loaded ??= new Map(
    Object.entries(sources).map(([name, source]) => {
      const content = readFileSync(source instanceof URL ? source : resolve(source), 'utf8');
      const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
      const [stem = '', ending = ''] = name.split('.');
      const type = types[ending] ?? 'text/plain';
      return [name as AssetName, { path: `/assets/${stem}.${digest}.${ending}`, type, content }];
    }),
  );
  return loaded;
}

export function assetPath(name: AssetName): string {
  return assets().get(name)?.path ?? '/assets/missing';
}

/** /assets/<name>.<hash>.<ending>. */
export function mountAssets(app: Hono): void {
  app.get('/assets/:file', (context) => {
    const asked = [...assets().values()].find(({ path }) => path === context.req.path);
    if (asked === undefined) return context.notFound();
    return context.body(asked.content, 200, { 'Content-Type': asked.type });
  });
}
