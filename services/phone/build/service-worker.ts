/** Inserts the build's id and its list of files into the service worker. */
import {createHash} from 'node:crypto';

import type {Plugin} from 'vite';

const PLACEHOLDER = '__BUILD_FILES__';
const WORKER = 'service-worker.js';
/** Icons are fetched by the operating system, not by the page. */
const NOT_CACHED = [/^icons\//];

export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== 'chunk') throw new Error(`The build made no ${WORKER}.`);
      const files = Object.values(bundle).filter(({fileName}) => fileName !== WORKER);
      const hash = createHash('sha256');
      for (const file of files.toSorted((a, b) => a.fileName.localeCompare(b.fileName))) {
        hash.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source);
      }
      const cached = files
        .map(({fileName}) => fileName)
        .filter(name => !NOT_CACHED.some(kind => kind.test(name)));
      const build = JSON.stringify({id: hash.digest('hex').slice(0, 16), files: cached.toSorted()});
      if (!worker.code.includes(PLACEHOLDER)) throw new Error(`${WORKER} does not name its files.`);
      worker.code = worker.code.replace(PLACEHOLDER, build);
    },
  };
}
