// The two heads' losses in tfjs, for training the layers model on: the same formulas as in jobs/train/network.
import * as tf from '@tensorflow/tfjs-core';

const EPSILON = 1e-7;
const BOX_WEIGHT = 2;

const stopGradient = tf.customGrad(x => ({value: x.clone(), gradFunc: dy => tf.zerosLike(dy)}));

function area(topLeft, bottomRight) {
  const [height, width] = tf.split(tf.relu(tf.sub(bottomRight, topLeft)), 2, -1);
  return tf.squeeze(tf.mul(height, width), [-1]);
}

/** IoU and generalised IoU of boxes [..., 4] pair by pair. */
function overlaps(a, b) {
  const [aTopLeft, aBottomRight] = tf.split(a, 2, -1);
  const [bTopLeft, bBottomRight] = tf.split(b, 2, -1);
  const intersection = area(tf.maximum(aTopLeft, bTopLeft), tf.minimum(aBottomRight, bBottomRight));
  const union = tf.sub(tf.add(area(aTopLeft, aBottomRight), area(bTopLeft, bBottomRight)), intersection);
  const hull = area(tf.minimum(aTopLeft, bTopLeft), tf.maximum(aBottomRight, bBottomRight));
  const iou = tf.div(intersection, tf.add(union, EPSILON));
  return [iou, tf.sub(iou, tf.div(tf.sub(hull, union), tf.add(hull, EPSILON)))];
}

function qualityFocal(logits, target) {
  const crossEntropy = tf.add(tf.sub(tf.relu(logits), tf.mul(logits, target)), tf.softplus(tf.neg(tf.abs(logits))));
  return tf.sum(tf.mul(crossEntropy, tf.square(tf.sub(target, tf.sigmoid(logits)))));
}

/**
 * Quality focal and GIoU loss as a tfjs loss function.
 *
 * Targets are [B, N, classes + 4]: class id or -1, the object's box, then zeros. `centers` is [N][2] (y, x) and
 * `strides` [N], both 0..1.
 */
export function gridLoss({centers, strides, classes}) {
  const center = tf.keep(tf.tensor2d(centers));
  const stride = tf.keep(tf.tensor2d(strides, [strides.length, 1]));
  return (targets, raw) => tf.tidy(() => {
    const [logits, edges] = tf.split(raw, [classes, 4], -1);
    const [first, last] = tf.split(tf.mul(tf.softplus(edges), stride), 2, -1);
    const boxes = tf.concat([tf.sub(center, first), tf.add(center, last)], -1);
    const ids = tf.squeeze(tf.slice(targets, [0, 0, 0], [-1, -1, 1]), [-1]);
    const positive = tf.cast(tf.greaterEqual(ids, 0), 'float32');
    const count = tf.maximum(tf.sum(positive), 1);
    const [iou, giou] = overlaps(boxes, tf.slice(targets, [0, 0, 1], [-1, -1, 4]));
    const quality = tf.mul(stopGradient(iou), positive);
    const wanted = tf.mul(tf.oneHot(tf.cast(ids, 'int32'), classes), tf.expandDims(quality, -1));
    const box = tf.div(tf.sum(tf.mul(tf.sub(1, giou), positive)), count);
    return tf.add(tf.div(qualityFocal(logits, wanted), count), tf.mul(box, BOX_WEIGHT));
  });
}

/** Mean squared error on the localizer's five numbers. */
export function localizerLoss() {
  return (targets, raw) => tf.tidy(() => tf.mean(tf.square(tf.sub(raw, targets))));
}
