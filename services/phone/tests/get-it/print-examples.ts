/**
 * Prints the code of every example by its id, as JSON, for tests that run them.
 *
 * Usage: node print-examples.ts path/to/manifest.json http://localhost:8080 tflite_f32 [keys] [authority]
 */
import {readFileSync} from 'node:fs';

import type {Manifest} from '../../src/gateway/manifest.ts';
import {chapters} from '../../src/get-it/examples/chapters.ts';
import {trustAuthority} from '../../src/get-it/examples/command-line.ts';
import {tfliteFiles} from '../../src/get-it/files/artifacts.ts';

const [path = '', origin = '', kind, ...flags] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
const tflite = tfliteFiles(manifest).find(file => file.kind === kind);
if (tflite === undefined) throw new Error(`The version has no ${String(kind)}.`);
const examples = chapters({manifest, origin, tflite, keys: flags.includes('keys')}).flatMap(
  each => each.examples,
);
if (flags.includes('authority')) examples.push(trustAuthority());
process.stdout.write(JSON.stringify(Object.fromEntries(examples.map(({id, code}) => [id, code]))));
