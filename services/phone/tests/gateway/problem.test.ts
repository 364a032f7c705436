import {expect, test} from 'vitest';

import {problemOf} from '../../src/gateway/problem.ts';

test('a problem document keeps its code and its sentence', async () => {
  const body = JSON.stringify({code: 'overloaded', detail: 'Too many photos at once.', status: 429});
  const problem = await problemOf(new Response(body, {status: 429}));
  expect(problem).toMatchObject({code: 'overloaded', message: 'Too many photos at once.', status: 429});
});

test('an answer of somebody else is told by its status', async () => {
  const problem = await problemOf(new Response('<h1>Bad gateway</h1>', {status: 502}));
  expect(problem.code).toBe('unknown');
  expect(problem.message).toContain('502');
});
