/** The parts of an example program, and the context it is written for. */
import type {Manifest} from '../../gateway/manifest.ts';
import type {TfliteFile} from '../files/artifacts.ts';

/** The version, TFLite file and gateway that examples are written for. */
export interface ExampleContext {
  readonly manifest: Manifest;
  /** Scheme, host and port of the gateway, without a trailing slash. */
  readonly origin: string;
  /** The TFLite file used by the on-device examples. */
  readonly tflite: TfliteFile;
  /** Whether the gateway requires an API key: the examples then contain a placeholder, never the key itself. */
  readonly keys: boolean;
}

export type Language = 'sh' | 'python' | 'javascript' | 'kotlin' | 'swift';

/** One short, complete program. */
export interface Example {
  readonly id: string;
  readonly title: string;
  readonly language: Language;
  /** What to install or to add to a project first; may be empty. */
  readonly needs: string;
  readonly code: string;
}

/** The URL of a file of the version. */
export function fileUrl({manifest, origin}: ExampleContext, path: string): string {
  return `${origin}/v1/models/${manifest.name}/versions/${manifest.version}/files/${path}`;
}

/** A list of string literals, valid in Python and in JavaScript; class names are escaped. */
export function stringList(texts: readonly string[]): string {
  return `[${texts.map(text => JSON.stringify(text)).join(', ')}]`;
}
