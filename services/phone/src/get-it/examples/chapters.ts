import {curlDetect, curlDownload} from './command-line.ts';
import type {Example, ExampleContext} from './example.ts';
import {browserOnDevice, javascriptDetect, nodeOnDevice, tfjsOutputs} from './javascript.ts';
import {kotlinMediaPipe, swiftMediaPipe} from './mediapipe.ts';
import {pythonDetect, pythonOnDevice} from './python.ts';

/** The examples in one language. */
export interface Chapter {
  readonly id: string;
  readonly title: string;
  /** What to know beforehand; may be empty. */
  readonly note: string;
  readonly examples: readonly Example[];
}

/** All examples, written for this version, gateway and file. */
export function chapters(context: ExampleContext): Chapter[] {
  const hasTfjs = tfjsOutputs(context).length > 0;
  const javascript = [
    ...(hasTfjs ? [browserOnDevice(context), nodeOnDevice(context)] : []),
    javascriptDetect(context),
  ];
  return [
    {id: 'curl', title: 'curl', note: '', examples: [curlDownload(context), curlDetect(context)]},
    {
      id: 'python',
      title: 'Python',
      note: 'Each is a program of its own: python example.py photo.jpg',
      examples: [pythonOnDevice(context), pythonDetect(context)],
    },
    {
      id: 'javascript',
      title: 'JavaScript',
      note:
        'A page at another address may ask this server once it is started with that address in ' +
        'DETECTOR_CORS_ORIGINS.' +
        (context.keys ? ' A key in a page is readable by everybody who opens it.' : ''),
      examples: javascript,
    },
    {
      id: 'kotlin',
      title: 'Kotlin',
      note: 'MediaPipe Tasks takes the file as it is.',
      examples: [kotlinMediaPipe(context)],
    },
    {
      id: 'swift',
      title: 'Swift',
      note: 'MediaPipe Tasks takes the file as it is.',
      examples: [swiftMediaPipe(context)],
    },
  ];
}
