/** The files that make the page installable: the web app manifest and its icons. */
import type {Plugin} from 'vite';

import {iconPng, iconSvg} from './icon.ts';

const SIZES = [180, 192, 512];

function webAppManifest(): string {
  const png = (size: number, purpose: string) => ({
    src: `icons/icon-${purpose === 'maskable' ? 'maskable-' : ''}${size}.png`,
    sizes: `${size}x${size}`,
    type: 'image/png',
    purpose,
  });
  return JSON.stringify({
    name: 'Pocket Detector',
    short_name: 'Detector',
    description: 'Detects your two kinds of things, on this phone or on the server.',
    id: './',
    start_url: './',
    scope: './',
    display: 'standalone',
    background_color: '#14171a',
    theme_color: '#14171a',
    icons: [
      {src: 'icons/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any'},
      png(192, 'any'),
      png(512, 'any'),
      png(512, 'maskable'),
    ],
  });
}

/** A Vite plugin that writes these files, and serves them during development. */
export function appFiles(): Plugin {
  const files = new Map<string, () => string | Uint8Array>([
    ['app.webmanifest', webAppManifest],
    ['icons/icon.svg', iconSvg],
    ...SIZES.map(size => [`icons/icon-${size}.png`, () => iconPng(size, {maskable: false})] as const),
    ['icons/icon-maskable-512.png', () => iconPng(512, {maskable: true})],
  ]);
  return {
    name: 'app-files',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const content = files.get(request.url?.slice(1) ?? '');
        if (content === undefined) {
          next();
          return;
        }
        if (request.url?.endsWith('.svg')) response.setHeader('Content-Type', 'image/svg+xml');
        response.end(content());
      });
    },
    generateBundle() {
      for (const [fileName, content] of files) this.emitFile({type: 'asset', fileName, source: content()});
    },
  };
}
