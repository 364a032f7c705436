/** The modules of src import each other in one direction: no cycle of files and none of folders. */
import {readdirSync, readFileSync} from 'node:fs';
import {posix} from 'node:path';

import {describe, expect, test} from 'vitest';

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const SRC = new URL('../src/', import.meta.url);

/** `import ... from`, `export ... from`, `import '...'`, `import('...')`, and workers started with `new URL('...'`. */
const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)'(\.[^']*)'/g;

/** The files that a file at `path` with this `text` imports, type imports included. */
function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(SPECIFIER)].map(([, specifier = '']) =>
    posix.join(posix.dirname(path), specifier),
  );
}

function importGraph(files: ReadonlyMap<string, string>): Graph {
  return new Map([...files].map(([path, text]) => [path, new Set(importsOf(path, text))]));
}

/** The same graph between folders; a folder and its subfolders are different nodes. */
function folderGraph(graph: Graph): Graph {
  const folders = new Map<string, Set<string>>();
  for (const [path, targets] of graph) {
    const folder = posix.dirname(path);
    const edges = folders.get(folder) ?? new Set<string>();
    folders.set(folder, edges);
    for (const target of targets) if (posix.dirname(target) !== folder) edges.add(posix.dirname(target));
  }
  return folders;
}

/** One cycle as a path that ends where it begins, or null. */
function findCycle(graph: Graph): string[] | null {
  const finished = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] | null => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (finished.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle) return cycle;
    }
    finished.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle) return cycle;
  }
  return null;
}

function sourceFiles(): Map<string, string> {
  const paths = readdirSync(SRC, {recursive: true, encoding: 'utf8'})
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => /\.tsx?$/.test(path));
  return new Map(paths.map(path => [path, readFileSync(new URL(path, SRC), 'utf8')]));
}

describe('the modules of the page', () => {
  const files = sourceFiles();
  const graph = importGraph(files);

  test('are all found, and so are their imports', () => {
    expect(files.has('main.tsx')).toBe(true);
    const missing = [...graph.values()]
      .flatMap(targets => [...targets])
      .filter(path => /\.tsx?$/.test(path) && !files.has(path));
    expect(missing).toEqual([]);
    expect(graph.get('main.tsx')).toContain('shell/app.tsx');
    expect(graph.get('shell/screens.tsx')).toContain('label/screen.tsx');
    expect(graph.get('model/engine/engine.ts')).toContain('model/engine/worker.ts');
  });

  test('have no import cycle among files', () => {
    expect(findCycle(graph)).toBeNull();
  });

  test('have no import cycle among folders', () => {
    expect(findCycle(folderGraph(graph))).toBeNull();
  });
});

describe('a cycle', () => {
  test('of files is found, through dynamic and type imports too', () => {
    const graph = importGraph(
      new Map([
        ['a.ts', "import type {B} from './b.ts';"],
        ['b.ts', "const c = await import('./folder/c.tsx');"],
        ['folder/c.tsx', "export {a} from '../a.ts';"],
      ]),
    );
    expect(findCycle(graph)).toEqual(['a.ts', 'b.ts', 'folder/c.tsx', 'a.ts']);
  });

  test('of folders is found where the files have none', () => {
    const graph = importGraph(
      new Map([
        ['one/a.ts', "import '../two/a.ts';"],
        ['two/a.ts', ''],
        ['two/b.ts', "import {\n  b,\n} from '../one/b.ts';"],
        ['one/b.ts', ''],
      ]),
    );
    expect(findCycle(graph)).toBeNull();
    expect(findCycle(folderGraph(graph))).toEqual(['one', 'two', 'one']);
  });
});
