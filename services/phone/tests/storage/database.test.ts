import 'fake-indexeddb/auto';

import {deleteDB} from 'idb';
import {afterEach, expect, test, vi} from 'vitest';

import {Database} from '../../src/storage/database.ts';

interface Stores {
  things: {key: string; value: string};
}

let databases = 0;
const made = (name = `database-${databases++}`) =>
  new Database<Stores>(name, 1, fresh => void fresh.createObjectStore('things'));

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a browser that never opens the database is given up, and asked again by the next call', async () => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
  const silent = vi.spyOn(indexedDB, 'open').mockReturnValue(new IDBOpenDBRequest());
  const database = made();
  const first = expect(database.opened()).rejects.toMatchObject({name: 'TimeoutError'});
  await vi.advanceTimersByTimeAsync(10_000);
  await first;

  silent.mockRestore();
  vi.useRealTimers();
  await (await database.opened()).put('things', 'kept', 'a');
  expect(await (await database.opened()).get('things', 'a')).toBe('kept');
});

test('a browser without databases is told by a rejection', async () => {
  vi.stubGlobal('indexedDB', undefined);
  await expect(made().opened()).rejects.toThrow(TypeError);
  vi.unstubAllGlobals();
});

test('what another tab has deleted is made anew', async () => {
  const database = made('shared');
  await (await database.opened()).put('things', 'kept', 'a');
  await deleteDB('shared');
  expect(await (await database.opened()).get('things', 'a')).toBeUndefined();
  await (await database.opened()).put('things', 'again', 'a');
});
