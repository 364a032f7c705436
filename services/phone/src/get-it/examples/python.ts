import {scoreThreshold} from '../../gateway/manifest.ts';
import {tfliteName} from '../files/artifacts.ts';
import {stringList, type Example, type ExampleContext} from './example.ts';

/** The TFLite file with LiteRT. */
export function pythonOnDevice(context: ExampleContext): Example {
  const {input, labels} = context.manifest;
  return {
    id: 'python-device',
    title: 'Run the file',
    language: 'python',
    needs: 'pip install ai-edge-litert numpy pillow',
    code: `import json
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image, ImageOps

LABELS = ${stringList(labels)}
THRESHOLD = ${scoreThreshold(context.manifest)}  # this version's own; a lower one shows more

# Upright, stretched to ${input.width} × ${input.height}, RGB from 0 to 255: the file does the rest.
photo = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("RGB")
pixels = photo.resize((${input.width}, ${input.height}), Image.Resampling.BILINEAR)

detector = Interpreter("${tfliteName(context.manifest, context.tflite.path)}").get_signature_runner()
found = detector(image=np.asarray(pixels, np.${context.tflite.dtype})[np.newaxis])

for row in range(int(found["num_detections"][0])):
    score = float(found["detection_scores"][0, row])
    if score >= THRESHOLD:
        label = LABELS[int(found["detection_classes"][0, row])]
        ymin, xmin, ymax, xmax = found["detection_boxes"][0, row].clip(0, 1).tolist()
        box = {"ymin": ymin, "xmin": xmin, "ymax": ymax, "xmax": xmax}  # 0 to 1 of the upright photo
        print(json.dumps({"label": label, "score": score, "box": box}))`,
  };
}

/** Send a photo to the server, and print the reason if it is rejected. */
export function pythonDetect(context: ExampleContext): Example {
  const header = '    headers={"Authorization": f"Bearer {os.environ[\'API_KEY\']}"},\n';
  return {
    id: 'python-detect',
    title: 'Ask the server',
    language: 'python',
    needs: 'pip install httpx',
    code: `import json
${context.keys ? 'import os\n' : ''}import sys
from pathlib import Path

import httpx

answer = httpx.post(
    "${context.origin}/detect",
    content=Path(sys.argv[1]).read_bytes(),
${context.keys ? header : ''}    timeout=15,
)
if answer.is_error:
    sys.exit(f"{answer.json()['code']}: {answer.json()['detail']}")

for found in answer.json()["detections"]:
    print(json.dumps({"label": found["label"], "score": found["score"], "box": found["box"]}))`,
  };
}
