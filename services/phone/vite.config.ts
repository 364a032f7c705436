import {defineConfig} from 'vitest/config';

import {appFiles} from './build/app-files.ts';
import {serviceWorker} from './build/service-worker.ts';

const GATEWAY = 'http://localhost:8080';

export default defineConfig({
  // Relative, so that the page also works below a path of a reverse proxy.
  base: './',
  plugins: [appFiles(), serviceWorker()],
  // During development (npm run dev) Vite serves the page; everything else comes from a gateway on this machine.
  server: {
    proxy: Object.fromEntries(['/detect', '/v1', '/page.json', '/docs', '/lan'].map(path => [path, GATEWAY])),
  },
  build: {
    // Inlined files could not be cached separately by the service worker, and the gateway's CSP forbids them.
    assetsInlineLimit: 0,
    modulePreload: {polyfill: false},
    reportCompressedSize: false,
    rolldownOptions: {
      checks: {bundlerTimings: false},
      input: {index: 'index.html', 'service-worker': 'src/service-worker/service-worker.ts'},
      output: {
        entryFileNames: chunk => (chunk.name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: {format: 'es'},
  // Generous, so that a busy machine does not fail a test.
  test: {include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'], testTimeout: 30_000},
});
