import type {Manifest} from '../../gateway/manifest.ts';
import type {TfliteFile} from '../files.ts';

/** What the examples are written for: one version, one of its TFLite files, and how its gateway is reached. */
export interface ExampleContext {
  readonly manifest: Manifest;
  /** Scheme, host and port of the gateway, without a slash at the end. */
  readonly origin: string;
  /** The TFLite file that the examples for devices run. */
  readonly tflite: TfliteFile;
  /** Whether the gateway asks for an API key: the examples then say where it goes, never what it is. */
  readonly keys: boolean;
}

export type Language = 'sh' | 'python' | 'javascript' | 'kotlin' | 'swift';

/** One short program, complete as it is. */
export interface Example {
  readonly id: string;
  readonly title: string;
  readonly language: Language;
  /** What to install, or to add to a project, first; empty when nothing. */
  readonly needs: string;
  readonly code: string;
}

/** Address of a file of the version. */
export function fileUrl({manifest, origin}: ExampleContext, path: string): string {
  return `${origin}/v1/models/${manifest.name}/versions/${manifest.version}/files/${path}`;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What a TFLite file is called once it is fetched: with its version, so that none is written onto another one. */
export function tfliteName({name, version}: Manifest, path: string): string {
  return `${name}-${version}-${fileName(path)}`;
}
