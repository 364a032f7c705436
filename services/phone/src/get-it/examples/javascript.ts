import {scoreThreshold} from '../../gateway/manifest.ts';
import {fileUrl, stringList, type Example, type ExampleContext} from './example.ts';

const MODEL = 'tfjs/graph/model.json';

/** The placeholder for the API key. */
export const KEY_PLACEHOLDER = 'YOUR_API_KEY';

/** The TensorFlow.js model in a web page. */
export function browserOnDevice(context: ExampleContext): Example {
  const {width, height} = context.manifest.input;
  return {
    id: 'browser-device',
    title: 'In a page, on the device',
    language: 'javascript',
    needs: 'npm install @tensorflow/tfjs',
    code: `import * as tf from '@tensorflow/tfjs';

${constants(context)}
const model = await ${loading(context, `'Bearer ${KEY_PLACEHOLDER}'`)};

/** What is on a photo (a File or Blob), best first; boxes from 0 to 1 of the upright photo. */
export async function detect(photo) {
  const bitmap = await createImageBitmap(photo, { // upright: browsers turn it as EXIF says
    resizeWidth: ${width}, resizeHeight: ${height}, resizeQuality: 'high', // stretched: no letterbox
  });
  const outputs = tf.tidy(() => model.predict(tf.browser.fromPixels(bitmap).toFloat().expandDims()));
  bitmap.close();
${indented(reading(context))}
  tf.dispose(outputs);
  return found;
}`,
  };
}

/** The TensorFlow.js model in Node. */
export function nodeOnDevice(context: ExampleContext): Example {
  const {width, height} = context.manifest.input;
  return {
    id: 'node-device',
    title: 'In Node',
    language: 'javascript',
    needs: 'npm install @tensorflow/tfjs sharp',
    code: `import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';

${constants(context)}
const model = await ${loading(context, '`Bearer ${process.env.API_KEY}`')};

// Upright, stretched to ${width} × ${height}, RGB from 0 to 255: the model does the rest.
const pixels = await sharp(process.argv[2]).rotate().removeAlpha().toColourspace('srgb')
  .resize(${width}, ${height}, {fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false})
  .raw().toBuffer();
const outputs = model.predict(tf.tensor4d(new Float32Array(pixels), [1, ${height}, ${width}, 3]));
${reading(context)}
for (const each of found) console.log(JSON.stringify(each));`,
  };
}

/** A photo to the server, from a page or from Node. */
export function javascriptDetect(context: ExampleContext): Example {
  const headers = context.keys ? `\n    headers: {Authorization: 'Bearer ${KEY_PLACEHOLDER}'},` : '';
  return {
    id: 'javascript-detect',
    title: 'Ask the server',
    language: 'javascript',
    needs: '',
    code: `/** What is on a photo (a File or Blob; in Node: await openAsBlob('photo.jpg') of node:fs), best first. */
export async function detect(photo) {
  const answer = await fetch('${context.origin}/detect', {
    method: 'POST',
    body: photo,${headers}
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(\`\${body.code}: \${body.detail}\`);
  return body.detections; // each: label, score, box from 0 to 1, box_px in pixels of the upright photo
}`,
  };
}

/** Names of the tfjs model's outputs in the order in which it gives them; empty when it was not made. */
export function tfjsOutputs({manifest}: ExampleContext): readonly string[] {
  return manifest.outputs['tfjs_graph'] ?? [];
}

function constants(context: ExampleContext): string {
  return `const LABELS = ${stringList(context.manifest.labels)};
const THRESHOLD = ${scoreThreshold(context.manifest)}; // this version's own; a lower one shows more`;
}

function loading(context: ExampleContext, authorization: string): string {
  const options = context.keys ? `,\n  {requestInit: {headers: {Authorization: ${authorization}}}},` : ',';
  return `tf.loadGraphModel(\n  '${fileUrl(context, MODEL)}'${options}\n)`;
}

/** Statements that turn the tensors in \`outputs\` into a list \`found\`. */
function reading(context: ExampleContext): string {
  return `const [${tfjsOutputs(context).join(', ')}] =
  await Promise.all(outputs.map((output) => output.array()));
const found = [];
for (let row = 0; row < num_detections[0]; row += 1) {
  const score = detection_scores[0][row];
  if (score < THRESHOLD) continue;
  const [ymin, xmin, ymax, xmax] = detection_boxes[0][row].map((edge) => Math.min(Math.max(edge, 0), 1));
  found.push({label: LABELS[detection_classes[0][row]], score, box: {ymin, xmin, ymax, xmax}});
}`;
}

function indented(code: string): string {
  return code.replaceAll(/^/gm, '  ');
}
