import { cyrus } from './cyrus.ts';
import { documentdb } from './documentdb.ts';
import { dovecot } from './dovecot.ts';
import { mongod } from './mongod.ts';
import type { Recipe } from './plan.ts';
import type { ServiceRecipe } from './recipe.ts';
import { redis } from './redis.ts';
import { swift } from './swift.ts';

export const recipes: Readonly<Partial<Record<Recipe, ServiceRecipe>>> = {
  redis,
  dovecot,
  mongod,
  cyrus,
  documentdb,
  swift,
};
