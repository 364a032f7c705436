import type {Example, ExampleContext} from './context.ts';
import {curlDetect, curlDownload} from './curl.ts';
import {browserOnDevice, javascriptDetect, nodeOnDevice, tfjsOutputs} from './javascript.ts';
import {kotlinMediaPipe} from './kotlin.ts';
import {pythonDetect, pythonOnDevice} from './python.ts';
import {swiftMediaPipe} from './swift.ts';

/** Examples of one way to use a version. */
export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly examples: readonly Example[];
}

/** Every example, written for this version, gateway and file. */
export function chapters(context: ExampleContext): Chapter[] {
  const hasTfjs = tfjsOutputs(context).length > 0;
  const javascript = [
    ...(hasTfjs ? [browserOnDevice(context), nodeOnDevice(context)] : []),
    javascriptDetect(context),
  ];
  return [
    {id: 'curl', title: 'curl', examples: [curlDownload(context), curlDetect(context)]},
    {id: 'python', title: 'Python', examples: [pythonOnDevice(context), pythonDetect(context)]},
    {id: 'javascript', title: 'JavaScript', examples: javascript},
    {id: 'kotlin', title: 'Kotlin', examples: [kotlinMediaPipe(context)]},
    {id: 'swift', title: 'Swift', examples: [swiftMediaPipe(context)]},
  ];
}
