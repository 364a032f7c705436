import {beforeEach, expect, test, vi} from 'vitest';

import {failed} from '../../../src/detect/session/result.ts';
import {GatewayProblem} from '../../../src/gateway/problem.ts';
import {SelfTestFailed} from '../../../src/model/self-test.ts';

const reported = vi.fn();
beforeEach(() => {
  reported.mockClear();
  vi.stubGlobal('reportError', reported);
});

test.each([new GatewayProblem('overloaded', 'Too much.'), new SelfTestFailed('It finds other things.')])(
  '$name is told as its sentence',
  fault => {
    expect(failed(fault)).toEqual({state: 'failed', message: fault.message});
    expect(reported).not.toHaveBeenCalled();
  },
);

test('a fault that nobody foresaw is told too, and the console hears of it', () => {
  const fault = new SyntaxError('Unexpected end of JSON input');
  expect(failed(fault)).toEqual({state: 'failed', message: fault.message});
  expect(reported).toHaveBeenCalledWith(fault);
});
