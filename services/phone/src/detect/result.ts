/** What came of one picture, on one side. */
import {GatewayProblem} from '../gateway/problem.ts';
import {EngineFault} from '../model/engine/engine.ts';
import {ModelMissing} from '../model/phone-model.ts';
import {PhotoProblem} from '../vision/photo.ts';
import type {Answer} from './answers.ts';

export type Result =
  | {readonly state: 'idle'}
  | {readonly state: 'busy'}
  | {readonly state: 'done'; readonly answer: Answer}
  | {readonly state: 'failed'; readonly message: string};

export const IDLE: Result = {state: 'idle'};
export const BUSY: Result = {state: 'busy'};

/** Faults that people meet as a sentence; anything else is a fault of this page. */
export function failed(fault: unknown): Result {
  if (fault instanceof GatewayProblem || fault instanceof ModelMissing || fault instanceof PhotoProblem) {
    return {state: 'failed', message: fault.message};
  }
  if (fault instanceof EngineFault) {
    return {state: 'failed', message: 'Detection on this phone stopped. Try again, or detect on the server.'};
  }
  throw fault;
}

export function answerOf(result: Result): Answer | null {
  return result.state === 'done' ? result.answer : null;
}
