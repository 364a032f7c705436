/** What came of one picture, on one side. */
import {GatewayProblem} from '../gateway/problem.ts';
import {EngineFault} from '../model/engine/engine.ts';
import {ModelMissing} from '../model/phone-model.ts';
import {SelfTestFailed} from '../model/self-test.ts';
import {PhotoProblem} from '../vision/photo.ts';
import type {Answer} from './answers.ts';

export type Result =
  | {readonly state: 'idle'}
  | {readonly state: 'busy'}
  | {readonly state: 'done'; readonly answer: Answer}
  | {readonly state: 'failed'; readonly message: string};

export const IDLE: Result = {state: 'idle'};
export const BUSY: Result = {state: 'busy'};

/** Faults that people are meant to meet: their messages are sentences. */
const FORESEEN = [GatewayProblem, ModelMissing, PhotoProblem, SelfTestFailed];

/** Anything else is a fault of this page or of the browser, which the console hears of too. */
export function failed(fault: unknown): Result {
  if (fault instanceof EngineFault) {
    return {state: 'failed', message: 'Detection on this phone stopped. Try again, or detect on the server.'};
  }
  if (!FORESEEN.some(kind => fault instanceof kind)) reportError(fault);
  return {state: 'failed', message: fault instanceof Error ? fault.message : String(fault)};
}

export function answerOf(result: Result): Answer | null {
  return result.state === 'done' ? result.answer : null;
}
