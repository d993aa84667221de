import { validate } from '@readme/openapi-parser';
import type { Router } from 'express';
import { describe, expect, it } from 'vitest';
import { EvidenceDesk } from '../trust/evidence-desk.js';
import { type ApiOptions, apiRoutes } from './api.js';
import { describeApi } from './description.js';
import { evidenceRoutes } from './evidence.js';
import { type ObjectOptions, objectRoutes } from './objects.js';
import { planeRoutes } from './planes.js';
import { resultRoutes } from './results.js';

/** Method and path of every route, as OpenAPI writes them. */
function routesOf(router: Router): string[] {
  return router.stack.flatMap(({ route }) => {
    if (!route) return [];
    const path = route.path.replace(/[:*](\w+)/g, '{$1}');
    return [...new Set(route.stack.map(({ method }) => `${method} ${path}`))];
  });
}

// Routes are made without asking anything of what they will use.
const options = {} as ApiOptions & ObjectOptions;
const served = [
  ...[apiRoutes, resultRoutes, planeRoutes, objectRoutes].flatMap((routes) => routesOf(routes(options))),
  ...routesOf(evidenceRoutes(new EvidenceDesk())),
  'get /healthz',
  'get /readyz',
];

describe('the description of the HTTP API', () => {
  const description = describeApi('1.2.3');

  it('describes every route that the coordinator has, and no other', () => {
    const paths = description.paths as Record<string, Record<string, unknown>>;
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(served.sort());
  });

  it('is OpenAPI 3.1, and every reference in it leads somewhere', async () => {
    const result = await validate(structuredClone(description) as never);
    expect(result).toMatchObject({ valid: true });
  });

  it('names each operation by a word of its own', () => {
    const ids = JSON.stringify(description).match(/"operationId":"\w+"/g) ?? [];
    expect(new Set(ids).size).toBe(served.length);
  });
});
