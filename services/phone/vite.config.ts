import {defineConfig} from 'vitest/config';

import {appFiles} from './build/app-files.ts';
import {serviceWorker} from './build/service-worker.ts';

const GATEWAY = 'http://localhost:8080';

export default defineConfig({
  // Relative, so that the page also works below a path of a reverse proxy.
  base: './',
  plugins: [appFiles(), serviceWorker()],
  // While developing (npm run dev) the page comes from Vite and everything else from a gateway that runs beside it.
  server: {
    proxy: Object.fromEntries(['/detect', '/v1', '/page.json', '/docs', '/lan'].map(path => [path, GATEWAY])),
  },
  build: {
    // A file that is part of another one cannot be kept apart by the service worker, nor by the gateway's CSP.
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
  // A busy machine is no fault of a test.
  test: {include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'], testTimeout: 30_000},
});
