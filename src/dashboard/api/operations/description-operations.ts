/** This API, described. */
import { z } from 'zod';
import { operation } from '../operation.ts';

export const descriptionOperations = [
  operation({
    id: 'getOpenApi',
    method: 'get',
    path: '/api/openapi.json',
    tag: 'Description',
    summary: 'This document',
    answer: z.record(z.string(), z.unknown()),
    says: 'OpenAPI 3.1',
    work: async ({ described }) => described.json,
  }),
  operation({
    id: 'getOpenApiYaml',
    method: 'get',
    path: '/api/openapi.yaml',
    tag: 'Description',
    summary: 'This document as YAML',
    answer: z.string(),
    mediaType: 'application/yaml; charset=utf-8',
    says: 'OpenAPI 3.1',
    work: async ({ described }) => described.yaml,
  }),
  operation({
    id: 'getReference',
    method: 'get',
    path: '/api/reference',
    tag: 'Description',
    summary: 'This document as a page for people',
    answer: z.string(),
    mediaType: 'text/html; charset=utf-8',
    says: 'The page',
    work: async ({ described }) => (await described.page).toString(),
  }),
];
