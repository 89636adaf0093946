// Gets every service from its planned source, and starts it.
import { composeUp } from './compose.ts';
import { gatherFacts } from './facts.ts';
import { buildForky } from './forky.ts';
import { recordGiven } from './given.ts';
import { recordOf, recipeOf, startRecorded } from './lifecycle.ts';
import { installPackages } from './packages.ts';
import { planService, type Facts, type Plan } from './plan.ts';
import { freePorts } from './ports.ts';
import type { ServiceName, ServiceRecord, StateFile } from './state.ts';

export class ServicesMissing extends Error {
  readonly missing: readonly {
    readonly name: ServiceName;
    readonly plan: Extract<Plan, { source: 'none' }>;
  }[];

  constructor(missing: ServicesMissing['missing']) {
    super(missing.map(({ name, plan }) => `${name}: ${plan.why}\n  ${plan.fix.join('\n  ')}`).join('\n\n'));
    this.missing = missing;
  }
}

type Planned = { readonly name: ServiceName; readonly plan: Exclude<Plan, { source: 'none' }> };

function plansFor(names: readonly ServiceName[], facts: Facts): readonly Planned[] {
  const plans = names.map((name) => ({ name, plan: planService(name, facts) }));
  const missing = plans.flatMap(({ name, plan }) => (plan.source === 'none' ? [{ name, plan }] : []));
  if (missing.length > 0) throw new ServicesMissing(missing);
  return plans.flatMap(({ name, plan }) => (plan.source === 'none' ? [] : [{ name, plan }]));
}

export type ProvideOptions = {
  readonly names: readonly ServiceName[];
  readonly file: StateFile;
  readonly settings: Facts['settings'];
  readonly signal?: AbortSignal;
  readonly log: (line: string) => void;
};

export async function provide({ names, file, settings, signal, log }: ProvideOptions): Promise<void> {
  const plans = plansFor(names, await gatherFacts(settings));
  for (const { name, plan } of plans)
    if (plan.source === 'settings') file.update(name, await recordGiven(name, settings));
  const composed = plans.filter(({ plan }) => plan.source === 'compose').map(({ name }) => name);
  if (composed.length > 0) await composeUp({ names: composed, file, log, ...(signal && { signal }) });

  await installPackages(
    [...new Set(plans.flatMap(({ plan }) => ('install' in plan ? plan.install : [])))],
    log,
  );
  if (plans.some(({ plan }) => plan.source === 'forky' && plan.build))
    await buildForky({ log, signal: signal ?? new AbortController().signal });
  const own = plans.flatMap(({ name, plan }) => ('recipe' in plan ? [{ name, plan }] : []));
  const results = await Promise.allSettled(
    own.map(async ({ name, plan }) => {
      const recipe = recipeOf(plan.recipe);
      const ports = await freePorts(recipe.portNames);
      const record: ServiceRecord = {
        source: plan.source,
        recipe: plan.recipe,
        ports,
        env: {},
        version: '',
        processes: [],
      };
      if (!file.read()?.services[name]) file.update(name, record);
      await startRecorded(file, name, signal);
      log(`${name}: ${recordOf(file, name).version}`);
    }),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
