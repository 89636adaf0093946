import type { Context, Hono } from 'hono';
import { stringify } from 'yaml';
import { clientFinder } from '../../triage/find-clients.ts';
import { limitBody } from '../limit-body.ts';
import { figuresReader } from '../today/figures.ts';
import type { ApiDeps, ApiSources } from './api-deps.ts';
import { describeApi } from './document.ts';
import { mountOperation } from './operation.ts';
import { operations } from './operations.ts';
import { answerProblem } from './problem.ts';
import { referencePage } from './reference.ts';

/** /api: all that people do on pages as JSON, behind the dashboard's guard. /api/reference describes it. */
export function mountApi(app: Hono, sources: ApiSources): void {
  const { database } = sources.triage;
  const document = describeApi(operations);
  const deps: ApiDeps = {
    ...sources,
    findClients: clientFinder(database),
    readFigures: figuresReader({ database, queues: sources.queues }),
    described: { json: { ...document }, yaml: stringify(document), page: referencePage(document) },
  };
  app.use('/api/*', limitBody);
  for (const one of operations) mountOperation(app, one, deps);
  app.all('/api/*', refuseUnknown);
}

const known = operations.map(({ path, method }) => ({
  method: method.toUpperCase(),
  pattern: new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/gu, '[^/]+')}$`, 'u'),
}));

/** A path that is not there, or one that is there for other methods. */
function refuseUnknown(context: Context): Response {
  const methods = known.flatMap(({ method, pattern }) => (pattern.test(context.req.path) ? [method] : []));
  const detail = 'GET /api/openapi.json describes every path, /api/reference shows it to people';
  if (methods.length === 0)
    return answerProblem(context, 'no-such-path', { detail: `nothing is here: ${detail}` });
  const allowed = [...new Set(methods.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])))].join(
    ', ',
  );
  context.header('Allow', allowed);
  return answerProblem(context, 'method-not-allowed', { detail: `this path takes ${allowed}: ${detail}` });
}
