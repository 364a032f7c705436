import {afterEach, expect, test, vi} from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The route of a page that is opened at this address. */
async function routeAt(hash: string): Promise<readonly string[]> {
  vi.stubGlobal('location', {hash});
  vi.stubGlobal('addEventListener', () => undefined);
  return (await import('../../src/ui/route.ts')).route.value;
}

test.each([
  ['', []],
  ['#/label/17', ['label', '17']],
  ['#/label/a%20b', ['label', 'a b']],
  ['#/label/%', ['label', '%']],
  ['#/%E0%A4%A', ['%E0%A4%A']],
])('%s leads to %j', async (hash, route) => {
  expect(await routeAt(hash)).toEqual(route);
});
